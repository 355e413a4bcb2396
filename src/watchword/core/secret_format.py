"""The secrets that we generate: `<prefix>_<8 key id><27 random><6 check>`.

Rules. All digits are base62. The key id is the secret's public name: it may stand in lists, logs
and events, and it finds the one secret to compare with. The 27 digits carry 160 random bits, the
SHOULD of RFC 6749, 10.10. The check is CRC-32 (IEEE) of everything before it, zero-padded: it
finds a typing error with no server, and proves nothing.
"""

import re
import zlib

from watchword.core import base62

KEY_ID_WIDTH = 8
SECRET_OCTETS = 20
_RANDOM_WIDTH = 27
_CHECK_WIDTH = 6
_PREFIX = re.compile(r"[a-z][a-z0-9]{0,15}")
_SECRET = re.compile(
    rf"[a-z][a-z0-9]{{0,15}}_([0-9A-Za-z]{{{KEY_ID_WIDTH}}})"
    rf"[0-9A-Za-z]{{{_RANDOM_WIDTH + _CHECK_WIDTH}}}"
)


class InvalidKeyPrefix(ValueError):
    """The text cannot begin an issuer's secrets."""


def require_key_prefix(text: str) -> str:
    """Return `text` if secrets may begin with it: a small letter, then up to 15 of a-z0-9."""
    if _PREFIX.fullmatch(text) is None:
        raise InvalidKeyPrefix(
            "a key prefix is a small letter and up to 15 small letters or digits"
        )
    return text


def compose_secret(prefix: str, key_id: str, random: bytes) -> str:
    """Put a secret together from its parts; `random` are SECRET_OCTETS random octets."""
    body = f"{prefix}_{key_id}{base62.encode(int.from_bytes(random, 'big'), _RANDOM_WIDTH)}"
    return body + _check(body)


def looks_like_ours(secret: str) -> bool:
    """Whether `secret` has the shape of our format, its check right or not."""
    return _SECRET.fullmatch(secret) is not None


def check_is_right(secret: str) -> bool:
    """Whether the check of a text in our format fits the rest; False for any other text."""
    return looks_like_ours(secret) and _check(secret[:-_CHECK_WIDTH]) == secret[-_CHECK_WIDTH:]


def key_id_of(secret: str) -> str | None:
    """The key id of a text in our format, None for any other text. The check is not looked at."""
    match = _SECRET.fullmatch(secret)
    return match[1] if match else None


def _check(body: str) -> str:
    return base62.encode(zlib.crc32(body.encode("ascii")), _CHECK_WIDTH)
