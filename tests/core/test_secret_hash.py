"""Slow hashes of secrets."""

from watchword.core import secret_hash
from watchword.core.secret_hash import argon2id

SALT = b"sixteen octets!!"


def test_a_value_fits_the_hash_made_of_it_and_no_other_does() -> None:
    encoded = argon2id.encode("correct horse", SALT)

    assert secret_hash.verify(argon2id.KIND, encoded, "correct horse")
    assert not secret_hash.verify(argon2id.KIND, encoded, "correct house")


def test_a_stand_in_is_well_formed_costs_the_same_and_fits_nothing() -> None:
    stand_in = secret_hash.stand_in(argon2id.KIND)
    encoded = argon2id.encode("x", SALT)

    assert stand_in.split(b"$")[:4] == encoded.split(b"$")[:4]
    assert not secret_hash.verify(argon2id.KIND, stand_in, "")


def test_what_is_no_hash_fits_nothing() -> None:
    assert not secret_hash.verify(argon2id.KIND, b"rubbish", "x")
    assert not secret_hash.verify("no-such-scheme", b"rubbish", "x")
