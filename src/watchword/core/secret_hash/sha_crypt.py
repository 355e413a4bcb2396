"""SHA-crypt: `$5$` (SHA-256) and `$6$` (SHA-512), Unix's own hashes, by Drepper's specification.

    $6$rounds=5000$<salt>$<digest>          `rounds=` may be absent: 5000

Python's `crypt` is gone from 3.13 and the C library is not everywhere, so the algorithm stands
here. Its steps carry the numbers of the specification (version 0.6).
"""

import hashlib
import hmac
import re
from collections.abc import Callable

from watchword.core.secret_hash.recognised import HashRefused, Recognised, at_most, octets

DEFAULT_ROUNDS = 5000
LEAST_ROUNDS = 1000
# In pure Python: about two seconds, during which the event loop goes on, only slower.
MAX_ROUNDS = 1_000_000
# Longer values are dearer to hash, and no client has one.
MAX_VALUE = 1024  # octets

_TEXT = re.compile(
    r"\$([56])\$(?:rounds=([1-9][0-9]{3,8})\$)?([^$:\n]{0,16})\$([./0-9A-Za-z]{43,86})", re.ASCII
)
_ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DIGEST: dict[str, Callable[[bytes], bytes]] = {
    "5": lambda data: hashlib.sha256(data).digest(),
    "6": lambda data: hashlib.sha512(data).digest(),
}
_DIGITS = {"5": 43, "6": 86}


def recognise(text: str) -> Recognised | None:
    """The hash in `text`, or None; raises HashRefused."""
    if not text.startswith(("$5$", "$6$")):
        return None
    match = _TEXT.fullmatch(text)
    if match is None or len(match[4]) != _DIGITS[match[1]] or not match[3].isascii():
        raise HashRefused("it begins like SHA-crypt and does not go on like it")
    rounds = at_most(int(match[2] or DEFAULT_ROUNDS), MAX_ROUNDS, "number of rounds")
    scheme = "sha256-crypt" if match[1] == "5" else "sha512-crypt"
    return Recognised(kind=f"{scheme}${rounds}", verifier=text.encode("ascii"))


def verify(encoded: bytes, value: str) -> bool:
    """Whether `value` fits `encoded`."""
    match = _TEXT.fullmatch(encoded.decode("ascii", "replace"))
    secret = octets(value)
    if match is None or len(secret) > MAX_VALUE:
        return False
    rounds = int(match[2] or DEFAULT_ROUNDS)
    made = _crypt(match[1], secret, match[3].encode("ascii", "replace"), rounds)
    return hmac.compare_digest(made, match[4].encode("ascii"))


def stand_in(ident: str, cost: str) -> bytes:
    """A hash of `cost` (its rounds) that no value fits; `ident`: "5" or "6"."""
    return f"${ident}$rounds={cost}${'.' * 16}${'.' * _DIGITS[ident]}".encode()


def _crypt(ident: str, value: bytes, salt: bytes, rounds: int) -> bytes:
    digest = _DIGEST[ident]
    first = _first_digest(digest, value, salt)
    p = _fill(digest(value * len(value)), len(value))  # 13-16
    s = _fill(digest(salt * (16 + first[0])), len(salt))  # 17-20
    return _digits(ident, _stretch(digest, first, p, s, rounds))


def _first_digest(digest: Callable[[bytes], bytes], value: bytes, salt: bytes) -> bytes:
    """Steps 1 to 12."""
    b = digest(value + salt + value)
    a = value + salt + _fill(b, len(value))
    length = len(value)
    while length:  # 11: "for each bit of the length, from the lowest"
        a += b if length & 1 else value
        length >>= 1
    return digest(a)


def _stretch(
    digest: Callable[[bytes], bytes], start: bytes, p: bytes, s: bytes, rounds: int
) -> bytes:
    """Step 21. What stands around the running digest recurs every 42 rounds."""
    around = [_around(i, p, s) for i in range(42)]
    running = start
    for i in range(rounds):
        before, after = around[i % 42]
        # An odd round begins with P and ends with the running digest, an even one the other way.
        running = digest(before + running) if i & 1 else digest(running + after)
    return running


def _around(i: int, p: bytes, s: bytes) -> tuple[bytes, bytes]:
    between = (s if i % 3 else b"") + (p if i % 7 else b"")
    return p + between, between + p


def _fill(block: bytes, length: int) -> bytes:
    """`length` octets of `block` again and again."""
    return (block * (length // len(block) + 1))[:length]


def _digits(ident: str, digest: bytes) -> bytes:
    """Step 22: the digest in an order and an alphabet of its own."""
    text = "".join(_four(digest[a], digest[b], digest[c]) for a, b, c in _ORDER[ident])
    if ident == "5":
        text += _four(0, digest[31], digest[30])[:3]
    else:
        text += _four(0, 0, digest[63])[:2]
    return text.encode("ascii")


def _four(high: int, middle: int, low: int) -> str:
    number = high << 16 | middle << 8 | low
    return "".join(_ALPHABET[number >> shift & 63] for shift in (0, 6, 12, 18))


def _order_of_256(i: int) -> tuple[int, int, int]:
    """Octets 0 10 20, 21 1 11, 12 22 2, 3 13 23, ...: each column a turn of the one before."""
    a, b, c = i, i + 10, i + 20
    return ((a, b, c), (c, a, b), (b, c, a))[i % 3]


def _order_of_512(i: int) -> tuple[int, int, int]:
    """Octets 0 21 42, 22 43 1, 44 2 23, 3 24 45, ..."""
    a, b, c = i, i + 21, i + 42
    return ((a, b, c), (b, c, a), (c, a, b))[i % 3]


_ORDER = {
    "5": [_order_of_256(i) for i in range(10)],
    "6": [_order_of_512(i) for i in range(21)],
}
