"""Our secrets: their shape, their check, their public name."""

import re
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.core import base62
from watchword.core.secret_format import (
    InvalidKeyPrefix,
    check_is_right,
    compose_secret,
    key_id_of,
    looks_like_ours,
    require_key_prefix,
)

OCTETS = bytes(range(20))


def test_a_secret_has_prefix_key_id_27_random_digits_and_6_check_digits() -> None:
    secret = compose_secret("kiss", "k7Qm2x0a", OCTETS)

    assert re.fullmatch(r"kiss_k7Qm2x0a[0-9A-Za-z]{27}[0-9A-Za-z]{6}", secret)


def test_the_check_is_crc_32_of_all_before_it_in_base62() -> None:
    secret = compose_secret("kiss", "k7Qm2x0a", OCTETS)
    expected = base62.encode(zlib.crc32(secret[:-6].encode()), 6)

    assert expected == secret[-6:]


def test_27_digits_hold_every_160_bit_number() -> None:
    longest = compose_secret("w", "00000000", b"\xff" * 20)

    assert looks_like_ours(longest)
    assert compose_secret("w", "00000000", bytes(20))[10:37] == "0" * 27


@given(st.binary(min_size=20, max_size=20), st.integers(0, 43))
def test_any_one_wrong_digit_is_found_without_a_server(octets: bytes, position: int) -> None:
    secret = compose_secret("wk", "k7Qm2x0a", octets)
    position %= len(secret)
    wrong = "0" if secret[position] != "0" else "1"
    mistyped = secret[:position] + wrong + secret[position + 1 :]

    assert check_is_right(secret)
    assert not check_is_right(mistyped)


def test_the_key_id_is_read_from_a_secret_and_from_nothing_else() -> None:
    secret = compose_secret("wk", "k7Qm2x0a", OCTETS)

    assert key_id_of(secret) == "k7Qm2x0a"
    assert key_id_of(secret + "x") is None
    assert key_id_of("a long random string") is None
    assert key_id_of(secret + "\n") is None


@pytest.mark.parametrize("prefix", ["", "9a", "Kiss", "a_b", "a" * 17, "é", "kiss\n"])
def test_a_prefix_that_a_scanner_could_not_recognise_is_refused(prefix: str) -> None:
    with pytest.raises(InvalidKeyPrefix):
        require_key_prefix(prefix)
