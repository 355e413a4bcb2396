"""PBKDF2 (RFC 8018, 5.2) with HMAC-SHA-1, -256 and -512, kept in one PHC form of our own:

    $pbkdf2-sha256$i=25000,l=32$<salt>$<derived key>        base64 without padding

Recognised besides it, which is Ory Hydra's form as it stands: passlib's and Django's, Werkzeug's
`pbkdf2:sha256:...`, and the JSON in which Keycloak exports a hashed credential.
"""

import hashlib
import hmac
import re

from watchword.core.secret_hash.keycloak_credential import recognise_credential
from watchword.core.secret_hash.recognised import (
    HashRefused,
    Recognised,
    at_most,
    decode64,
    number,
    octets,
    parameters,
    unpad64,
)

DIGEST_OCTETS = {"sha1": 20, "sha256": 32, "sha512": 64}
# Rounds for each block of the derived key, in all: about two seconds.
MAX_ROUNDS = 10_000_000
MAX_DERIVED = 128  # octets

_PHC = re.compile(r"\$pbkdf2-(sha1|sha256|sha512)\$(i=[0-9]+,l=[0-9]+)\$([^$]+)\$([^$]+)")
_PASSLIB = re.compile(r"\$pbkdf2(?:-(sha256|sha512))?\$([0-9]+)\$([^$]*)\$([^$]+)")
_DJANGO = re.compile(r"pbkdf2_(sha1|sha256|sha512)\$([0-9]+)\$([^$]+)\$([^$]+)")
_WERKZEUG = re.compile(r"pbkdf2:(sha1|sha256|sha512):([0-9]+)\$([^$]+)\$([0-9a-f]+)")


def recognise(text: str) -> Recognised | None:
    """The hash in `text`, or None; raises HashRefused."""
    if text.startswith("{") and '"' in text:
        credential = recognise_credential(text)
        digest = credential.algorithm.removeprefix("pbkdf2-").replace("pbkdf2", "sha1")
        return _kept(digest, credential.rounds, credential.salt, credential.derived)
    if not text.startswith(("$pbkdf2", "pbkdf2_", "pbkdf2:")):
        return None
    if match := _PHC.fullmatch(text):
        return _recognise_phc(match)
    if match := _PASSLIB.fullmatch(text):
        salt = decode64(match[3], "salt")
        return _read(match[1] or "sha1", match[2], salt, decode64(match[4], "derived key"))
    if match := _DJANGO.fullmatch(text):
        return _read(match[1], match[2], octets(match[3]), decode64(match[4], "derived key"))
    if (match := _WERKZEUG.fullmatch(text)) and len(match[4]) % 2 == 0:
        return _read(match[1], match[2], octets(match[3]), bytes.fromhex(match[4]))
    raise HashRefused("it begins like PBKDF2 and does not go on like a form that is known here")


def verify(encoded: bytes, value: str) -> bool:
    """Whether `value` fits `encoded` in our PHC form."""
    match = _PHC.fullmatch(encoded.decode("ascii", "replace"))
    try:
        if match is None:
            return False
        rounds, length = parameters(match[2], "i l")
        salt, derived = decode64(match[3], "salt"), decode64(match[4], "derived key")
    except HashRefused:
        return False
    made = hashlib.pbkdf2_hmac(match[1], octets(value), salt, rounds, length)
    return hmac.compare_digest(made, derived)


def stand_in(digest: str, cost: str) -> bytes:
    """A hash of `cost` ("i=25000,l=32") that no value fits."""
    _, length = parameters(cost, "i l")
    return f"$pbkdf2-{digest}${cost}${'A' * 22}${unpad64(bytes(length))}".encode()


def _recognise_phc(match: re.Match[str]) -> Recognised:
    rounds, length = parameters(match[2], "i l")
    derived = decode64(match[4], "derived key")
    if len(derived) != length:
        raise HashRefused("its derived key has another length than it says")
    return _kept(match[1], rounds, decode64(match[3], "salt"), derived)


def _read(digest: str, rounds: str, salt: bytes, derived: bytes) -> Recognised:
    return _kept(digest, number(rounds, "number of rounds"), salt, derived)


def _kept(digest: str, rounds: int, salt: bytes, derived: bytes) -> Recognised:
    length = len(derived)
    if not 16 <= length <= MAX_DERIVED:
        raise HashRefused(f"its derived key is not 16 to {MAX_DERIVED} octets long")
    blocks = -(-length // DIGEST_OCTETS[digest])
    at_most(rounds * blocks, MAX_ROUNDS, "number of rounds")
    cost = f"i={rounds},l={length}"
    encoded = f"$pbkdf2-{digest}${cost}${unpad64(salt)}${unpad64(derived)}"
    return Recognised(kind=f"pbkdf2-{digest}${cost}", verifier=encoded.encode("ascii"))
