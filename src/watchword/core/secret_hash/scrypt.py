"""scrypt (RFC 7914) in the form that PHC and passlib share; Django's and Werkzeug's are read.

$scrypt$ln=14,r=8,p=1$<salt>$<derived key>              base64 without padding
"""

import hashlib
import hmac
import re

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

MAX_MEMORY = 2**29  # octets, of the 128 * N * r that it fills
MAX_WORK = 2**22  # N * r * p: about one and a half seconds
_SPARE_MEMORY = 2**20

_PHC = re.compile(r"\$scrypt\$([lnrp0-9=,]+)\$([^$]+)\$([^$]+)")
_DJANGO = re.compile(r"scrypt\$([0-9]+)\$([^$]+)\$([0-9]+)\$([0-9]+)\$([^$]+)")
_WERKZEUG = re.compile(r"scrypt:([0-9]+):([0-9]+):([0-9]+)\$([^$]+)\$([0-9a-f]+)")


def recognise(text: str) -> Recognised | None:
    """The hash in `text`, or None; raises HashRefused."""
    if not text.startswith(("$scrypt$", "scrypt$", "scrypt:")):
        return None
    if match := _PHC.fullmatch(text):
        log, r, p = parameters(match[1], "ln r p")
        return _kept(log, r, p, decode64(match[2], "salt"), decode64(match[3], "derived key"))
    if match := _DJANGO.fullmatch(text):
        r, p = number(match[3], "block size"), number(match[4], "parallelism")
        return _kept(_log(match[1]), r, p, octets(match[2]), decode64(match[5], "derived key"))
    if (match := _WERKZEUG.fullmatch(text)) and len(match[5]) % 2 == 0:
        r, p = number(match[2], "block size"), number(match[3], "parallelism")
        return _kept(_log(match[1]), r, p, octets(match[4]), bytes.fromhex(match[5]))
    raise HashRefused("it begins like scrypt and does not go on like a form that is known here")


def verify(encoded: bytes, value: str) -> bool:
    """Whether `value` fits `encoded` in the PHC form."""
    match = _PHC.fullmatch(encoded.decode("ascii", "replace"))
    try:
        if match is None:
            return False
        log, r, p = parameters(match[1], "ln r p")
        salt, derived = decode64(match[2], "salt"), decode64(match[3], "derived key")
        made = _derive(octets(value), salt, (log, r, p), len(derived))
    except ValueError:
        return False
    return hmac.compare_digest(made, derived)


def stand_in(cost: str) -> bytes:
    """A hash of `cost` ("ln=14,r=8,p=1") that no value fits."""
    return f"$scrypt${cost}${'A' * 22}${'A' * 86}".encode()


def _derive(value: bytes, salt: bytes, cost: tuple[int, int, int], length: int) -> bytes:
    log, r, p = cost
    memory = 128 * r * (2**log + p) + _SPARE_MEMORY
    return hashlib.scrypt(value, salt=salt, n=2**log, r=r, p=p, maxmem=memory, dklen=length)


def _log(n: str) -> int:
    value = number(n, "work factor")
    if value & (value - 1):
        raise HashRefused("its work factor is not a power of two")
    return value.bit_length() - 1


def _kept(log: int, r: int, p: int, salt: bytes, derived: bytes) -> Recognised:
    at_most(log, 30, "work factor's logarithm")
    at_most(128 * 2**log * r, MAX_MEMORY, "memory in octets")
    at_most(2**log * r * p, MAX_WORK, "work (N * r * p)")
    if log < 1 or not 16 <= len(derived) <= 128:
        raise HashRefused("its work factor or its derived key is too small or too large")
    cost = f"ln={log},r={r},p={p}"
    encoded = f"$scrypt${cost}${unpad64(salt)}${unpad64(derived)}"
    return Recognised(kind=f"scrypt${cost}", verifier=encoded.encode("ascii"))
