"""Argon2id (RFC 9106) in its PHC string format, by the low-memory class of section 4.

`hash_secret` takes its salt as an argument; nothing here is random by itself.
"""

import argon2
from argon2.low_level import Type, hash_secret

# "If much less memory is available, a uniformly safe option is Argon2id with t=3 iterations,
# p=4 lanes, m=2^(16) (64 MiB of RAM)" (RFC 9106, 4).
TIME_COST = 3
MEMORY_COST = 2**16  # KiB
PARALLELISM = 4
SALT_OCTETS = 16
TAG_OCTETS = 32
DEFAULT_COST = f"m={MEMORY_COST},t={TIME_COST},p={PARALLELISM}"
KIND = f"argon2id${DEFAULT_COST}"

_hasher = argon2.PasswordHasher(type=Type.ID)


def encode(value: str, salt: bytes) -> bytes:
    """The PHC string under which `value` is stored; `salt` are SALT_OCTETS random octets."""
    return hash_secret(
        value.encode("utf-8"), salt, TIME_COST, MEMORY_COST, PARALLELISM, TAG_OCTETS, Type.ID
    )


def verify(encoded: bytes, value: str) -> bool:
    """Whether `value` was encoded into the PHC string `encoded`."""
    try:
        return _hasher.verify(encoded, value)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def stand_in(cost: str) -> bytes:
    """A well-formed PHC string of `cost` ("m=65536,t=3,p=4") that no value fits."""
    salt, tag = "A" * 22, "A" * 43
    return f"$argon2id$v=19${cost or DEFAULT_COST}${salt}${tag}".encode()
