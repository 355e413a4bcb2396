"""Numbers and random names in the digits 0-9A-Za-z, which no URL, form or Basic header encodes."""

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def encode(number: int, width: int) -> str:
    """Write `number` with at least `width` digits, padded with zeros on the left."""
    digits = []
    while number:
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits)).rjust(width, "0")


def from_octets(octets: bytes, width: int) -> str:
    """Name `width` digits long, evenly distributed if `octets` are random.

    `octets` should be `octets_for(width)` of them: the bias of the remainder is below 2**-64 then.
    """
    return encode(int.from_bytes(octets, "big") % 62**width, width)


def octets_for(width: int) -> int:
    """How many random octets `from_octets` wants for `width` digits."""
    return (width * 6 + 7) // 8 + 8
