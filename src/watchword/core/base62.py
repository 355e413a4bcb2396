"""Numbers and random names in the digits 0-9A-Za-z, which no URL, form or Basic header encodes."""

from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

# An octet below 248 = 4 * 62 names a digit, each of them equally often; the others are dropped.
_DIGIT_OF_OCTET = bytes(ord(ALPHABET[octet % 62]) for octet in range(256))
_NO_DIGIT = bytes(range(248, 256))
_SPARE = 4


def encode(number: int, width: int) -> str:
    """Write `number` with at least `width` digits, padded with zeros on the left."""
    digits = []
    while number:
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits)).rjust(width, "0")


def name(random: Callable[[int], bytes], width: int) -> str:
    """`width` random digits, evenly distributed; `random`: n → n random octets."""
    digits = b""
    while len(digits) < width:
        digits += random(width + _SPARE).translate(_DIGIT_OF_OCTET, _NO_DIGIT)
    return digits[:width].decode("ascii")
