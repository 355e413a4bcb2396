"""Argon2 id, i and d (RFC 9106) in the PHC string format; Django writes `argon2` before it."""

import re

from watchword.core.secret_hash.recognised import (
    HashRefused,
    Recognised,
    at_most,
    decode64,
    octets,
    parameters,
)

# A comparison fills MAX_MEMORY at most, and walks over it no longer than about a second.
MAX_MEMORY = 2**19  # KiB
MAX_WORK = 2**21  # KiB times iterations
MAX_LANES = 64
_PHC = re.compile(r"(argon2)?\$argon2(id|i|d)\$(?:v=(16|19)\$)?([a-z0-9=,]+)\$([^$]+)\$([^$]+)")


def recognise(text: str) -> Recognised | None:
    """The PHC string in `text`, or None; raises HashRefused."""
    if not text.startswith(("$argon2", "argon2$")):
        return None
    match = _PHC.fullmatch(text)
    if match is None:
        raise HashRefused("it begins like Argon2 and does not go on like its PHC string")
    memory, time, lanes = parameters(match[4], "m t p")
    at_most(memory, MAX_MEMORY, "memory in KiB")
    at_most(memory * time, MAX_WORK, "memory in KiB times iterations")
    at_most(lanes, MAX_LANES, "parallelism")
    _require_lengths(match[5], match[6], memory, lanes)
    return Recognised(
        kind=f"argon2{match[2]}$m={memory},t={time},p={lanes}",
        verifier=text.removeprefix("argon2").encode("ascii"),
    )


def verify(encoded: bytes, value: str) -> bool:
    """Whether `value` was encoded into the PHC string `encoded`, of whichever of the three."""
    import argon2

    try:
        return argon2.PasswordHasher().verify(encoded, octets(value))
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def stand_in(variant: str, cost: str) -> bytes:
    """A well-formed PHC string of `cost` ("m=65536,t=3,p=4") that no value fits."""
    salt, tag = "A" * 22, "A" * 43
    return f"$argon2{variant}$v=19${cost}${salt}${tag}".encode()


def _require_lengths(salt: str, tag: str, memory: int, lanes: int) -> None:
    # "Memory size m MUST be an integer number of kibibytes from 8*p" (RFC 9106, 3.1); salts
    # below 8 octets and tags below 4 are refused by the library that would verify.
    if memory < 8 * lanes:
        raise HashRefused("its memory is less than 8 KiB a lane")
    if not 8 <= len(decode64(salt, "salt")) <= 64 or not 4 <= len(decode64(tag, "tag")) <= 128:
        raise HashRefused("its salt or tag is too short or too long")
