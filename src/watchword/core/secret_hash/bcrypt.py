"""bcrypt in its modular-crypt format, and over SHA-256 as Django and passlib write it.

The 72 octets. bcrypt looks at no more than 72 octets of a value. Older libraries dropped the rest
in silence, `bcrypt` 5 refuses such a value. A hash that was made by one that dropped it must go on
fitting the customer's long secret, so the rest is dropped here too. The first success replaces the
hash by one of the whole value, so the short reading ends there. What runs over SHA-256 is not
concerned: its values are 44 or 64 octets.

`$2a$`, `$2b$` and `$2y$` are one algorithm; `$2x$` marks hashes of a broken implementation.
"""

import base64
import hashlib
import hmac
import re

from watchword.core.secret_hash.recognised import HashRefused, Recognised, at_most, octets

LOOKED_AT = 72  # octets
MAX_COST = 15  # 2^15 rounds: about two seconds
_MODULAR = re.compile(r"\$2[aby]\$([0-9]{2})\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})")
_PASSLIB = re.compile(
    r"\$bcrypt-sha256\$v=2,t=2[by],r=([0-9]{1,2})\$([./A-Za-z0-9]{22})\$([./A-Za-z0-9]{31})"
)
_DJANGO = "bcrypt$"
_DJANGO_SHA256 = "bcrypt_sha256$"
_STAND_IN = "." * 53
_ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def recognise(text: str) -> Recognised | None:
    """The hash in `text` (modular crypt, Django's two, passlib's bcrypt-sha256), or None."""
    if text.startswith("$bcrypt-sha256$"):
        return _recognise_passlib(text)
    if text.startswith(_DJANGO_SHA256):
        return _recognise_modular("bcrypt-sha256-hex", text.removeprefix(_DJANGO_SHA256))
    if text.startswith(("$2", _DJANGO)):
        return _recognise_modular("bcrypt", text.removeprefix(_DJANGO))
    return None


def verify(encoded: bytes, value: str) -> bool:
    """Whether the first 72 octets of `value` fit the modular-crypt text `encoded`."""
    return _check(encoded, octets(value)[:LOOKED_AT])


def verify_hex(encoded: bytes, value: str) -> bool:
    """Django's bcrypt_sha256: bcrypt of the hexadecimal SHA-256 of `value`."""
    return _check(encoded, hashlib.sha256(octets(value)).hexdigest().encode("ascii"))


def verify_keyed(encoded: bytes, value: str) -> bool:
    """passlib's bcrypt-sha256: bcrypt of the base64 HMAC-SHA-256 of `value` under the salt."""
    salt = encoded[7:29]
    return _check(encoded, base64.b64encode(hmac.digest(salt, octets(value), "sha256")))


def stand_in(cost: str) -> bytes:
    """A well-formed modular-crypt text of `cost` ("12") that no value fits."""
    return f"$2b${int(cost):02}${_STAND_IN}".encode()


def _check(encoded: bytes, secret: bytes) -> bool:
    import bcrypt

    try:
        return bcrypt.checkpw(secret, encoded)
    except ValueError:
        return False


def _recognise_passlib(text: str) -> Recognised:
    return _recognised("bcrypt-sha256", _required(_PASSLIB.fullmatch(text)))


def _recognise_modular(scheme: str, text: str) -> Recognised:
    return _recognised(scheme, _required(_MODULAR.fullmatch(text)))


def _recognised(scheme: str, match: re.Match[str]) -> Recognised:
    cost = _cost(match)
    salt, digest = _without_stray_bits(match[2], 0x30), _without_stray_bits(match[3], 0x3C)
    modular = f"$2b${cost:02}${salt}{digest}"
    return Recognised(kind=f"{scheme}${cost}", verifier=modular.encode("ascii"))


def _without_stray_bits(text: str, mask: int) -> str:
    # Some older libraries left bits in the last digit that stand for nothing.
    return text[:-1] + _ALPHABET[_ALPHABET.index(text[-1]) & mask]


def _required(match: re.Match[str] | None) -> re.Match[str]:
    if match is None:
        raise HashRefused("it begins like bcrypt and does not go on like a hash of 2a, 2b or 2y")
    return match


def _cost(match: re.Match[str]) -> int:
    cost = at_most(int(match[1]), MAX_COST, "cost")
    if cost < 4:
        raise HashRefused("its cost is below bcrypt's least, 4")
    return cost
