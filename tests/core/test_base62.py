"""Names in base62."""

import os
from collections import Counter

from watchword.core import base62


def test_a_number_is_padded_with_zeros_to_its_width() -> None:
    assert base62.encode(0, 6) == "000000"
    assert base62.encode(61, 2) == "0z"
    assert base62.encode(62**3, 2) == "1000"


def test_a_name_has_its_width_even_when_octets_name_no_digit() -> None:
    supplies = iter([b"\xff" * 12, b"\x00" * 5 + b"\xfb" * 7, b"\x3d" * 12])

    name = base62.name(lambda count: next(supplies)[:count], 8)

    assert name == "00000zzz"


def test_digits_of_a_name_are_evenly_distributed() -> None:
    counts = Counter(base62.name(os.urandom, 62_000))

    assert set(counts) == set(base62.ALPHABET)
    assert max(counts.values()) < 1.25 * min(counts.values())
