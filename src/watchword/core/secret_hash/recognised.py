"""What the modules of this package share: how a recognised hash is told, and how one is refused."""

import base64
import binascii
import re

from msgspec import Struct

# Longer than the longest of the formats here, with room for a generous salt.
MAX_TEXT = 1024
_NUMBER = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)


class HashRefused(ValueError):
    """A text that is no hash to be kept here; the message says why, and never repeats the text."""


class Recognised(Struct, frozen=True):
    """A hash as `Secret.kind` and `Secret.verifier` hold it."""

    kind: str
    verifier: bytes


def octets(value: str) -> bytes:
    """`value` as every scheme hashes it: UTF-8. A lone surrogate raises nothing."""
    return value.encode("utf-8", "surrogatepass")


def number(text: str, name: str) -> int:
    """The positive decimal number `text`; HashRefused names what it stands for."""
    if _NUMBER.fullmatch(text) is None:
        raise HashRefused(f"its {name} is not a positive whole number")
    return int(text)


def unpad64(data: bytes) -> str:
    """Base64 without padding, as the PHC string format has it."""
    return base64.b64encode(data).rstrip(b"=").decode("ascii")


def decode64(text: str, name: str) -> bytes:
    """Octets of base64 with or without padding; HashRefused names what they stand for.

    "." for "+" is passlib's alphabet.
    """
    plain = text.rstrip("=").replace(".", "+")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error:
        raise HashRefused(f"its {name} is not base64") from None


def parameters(text: str, names: str) -> list[int]:
    """Values of "m=65536,t=3,p=4" in the order of `names` ("m t p"), which must be all of them."""
    pairs = dict(part.partition("=")[::2] for part in text.split(","))
    spelled = names.split()
    if sorted(pairs) != sorted(spelled):
        raise HashRefused(f"its parameters are not {', '.join(spelled)}")
    return [number(pairs[name], f"parameter {name}") for name in spelled]


def at_most(value: int, limit: int, name: str) -> int:
    """`value`, if it is no more than `limit`: a stored hash must not take a minute to verify."""
    if value > limit:
        raise HashRefused(f"its {name} is {value}; more than {limit} would take too long")
    return value
