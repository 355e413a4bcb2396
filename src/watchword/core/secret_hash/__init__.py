"""Slow hashes of secrets: one module a scheme, listed here.

Our own secrets never need one: they are random and stored as HMAC (`secret_verifier`). A slow hash
stands for a short secret of a customer's own choice, or for one taken over from another system.

A `Secret.kind` is `<scheme>` or `<scheme>$<cost>`: everything that determines how long a comparison
takes, so that an unknown client can be answered in the same time. To add a scheme, write a module
with `verify` and `stand_in` and give it a line here.
"""

from collections.abc import Callable, Mapping

from msgspec import Struct

from watchword.core.secret_hash import argon2id


class SecretHash(Struct, frozen=True):
    """verify(encoded, value): whether `value` is what `encoded` was made of; never raises.

    stand_in(cost): an encoded hash of that cost that no value fits.
    """

    verify: Callable[[bytes, str], bool]
    stand_in: Callable[[str], bytes]


HASHES: Mapping[str, SecretHash] = {
    "argon2id": SecretHash(argon2id.verify, argon2id.stand_in),
}


def verify(kind: str, encoded: bytes, value: str) -> bool:
    """Whether `value` fits `encoded`, a hash of `kind`; False for a kind that is not listed."""
    scheme = HASHES.get(kind.partition("$")[0])
    return scheme is not None and scheme.verify(encoded, value)


def stand_in(kind: str) -> bytes:
    """A hash of `kind` that takes as long as any of its kind and fits nothing."""
    name, _, cost = kind.partition("$")
    return HASHES[name].stand_in(cost)
