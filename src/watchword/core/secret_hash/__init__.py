"""Hashes of secrets that are not our own HMAC: one module a scheme, listed here.

Our own secrets never need one: they are random and stored as HMAC (`secret_verifier`). A slow hash
stands for a short secret of a customer's own choice, or for one taken over from another system.

A `Secret.kind` is `<scheme>` or `<scheme>$<cost>`: everything that determines how long a comparison
takes, so that an unknown client can be answered in the same time. To add a scheme, write a module
with `recognise`, `verify` and `stand_in` and give it its lines here.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from msgspec import Struct

from watchword.core.secret_hash import argon2, bcrypt, pbkdf2, scrypt, sha2, sha_crypt
from watchword.core.secret_hash.recognised import MAX_TEXT, HashRefused, Recognised

__all__ = ["HASHES", "HashRefused", "Recognised", "recognise", "stand_in", "verify"]


class SecretHash(Struct, frozen=True):
    """verify(encoded, value): whether `value` is what `encoded` was made of; never raises.

    stand_in(cost): an encoded hash of that cost that no value fits.
    """

    verify: Callable[[bytes, str], bool]
    stand_in: Callable[[str], bytes]


def _of_no_cost(stand_in: Callable[[str], bytes], scheme: str) -> Callable[[str], bytes]:
    return lambda _cost: stand_in(scheme)


HASHES: Mapping[str, SecretHash] = MappingProxyType(
    {
        "argon2id": SecretHash(argon2.verify, partial(argon2.stand_in, "id")),
        "argon2i": SecretHash(argon2.verify, partial(argon2.stand_in, "i")),
        "argon2d": SecretHash(argon2.verify, partial(argon2.stand_in, "d")),
        "bcrypt": SecretHash(bcrypt.verify, bcrypt.stand_in),
        "bcrypt-sha256": SecretHash(bcrypt.verify_keyed, bcrypt.stand_in),
        "bcrypt-sha256-hex": SecretHash(bcrypt.verify_hex, bcrypt.stand_in),
        "pbkdf2-sha1": SecretHash(pbkdf2.verify, partial(pbkdf2.stand_in, "sha1")),
        "pbkdf2-sha256": SecretHash(pbkdf2.verify, partial(pbkdf2.stand_in, "sha256")),
        "pbkdf2-sha512": SecretHash(pbkdf2.verify, partial(pbkdf2.stand_in, "sha512")),
        "scrypt": SecretHash(scrypt.verify, scrypt.stand_in),
        "sha256-crypt": SecretHash(sha_crypt.verify, partial(sha_crypt.stand_in, "5")),
        "sha512-crypt": SecretHash(sha_crypt.verify, partial(sha_crypt.stand_in, "6")),
        "sha256": SecretHash(sha2.verify, _of_no_cost(sha2.stand_in, "sha256")),
        "sha384": SecretHash(sha2.verify, _of_no_cost(sha2.stand_in, "sha384")),
        "sha512": SecretHash(sha2.verify, _of_no_cost(sha2.stand_in, "sha512")),
    }
)

# What says what it is by itself comes before the bare digests.
_RECOGNISERS = (
    argon2.recognise,
    bcrypt.recognise,
    pbkdf2.recognise,
    scrypt.recognise,
    sha_crypt.recognise,
    sha2.recognise,
)
# How a hash begins that people will meet and that is not taken, and its name.
_NOT_TAKEN = (
    ("$1$", "md5-crypt"),
    ("$apr1$", "Apache's md5-crypt"),
    ("$y$", "yescrypt"),
    ("$7$", "scrypt of the C library"),
    ("{sha}", "SHA-1"),
    ("{ssha}", "SHA-1"),
    ("{md5}", "MD5"),
    ("{smd5}", "MD5"),
    ("md5$", "MD5"),
    ("sha1$", "SHA-1"),
    ("{crypt}", "a crypt text after {CRYPT}: give what follows it"),
)


def recognise(text: str) -> Recognised:
    """Kind and verifier of a hash in any format that is taken over here.

    `text` is known to be a hash: 64 hexadecimal digits are a SHA-256 here, and might elsewhere be a
    secret. Raises HashRefused for anything else, and for what would take too long to verify.
    """
    if len(text) > MAX_TEXT or not text.isascii() or not text.isprintable():
        raise HashRefused(f"a hash is at most {MAX_TEXT} printable ASCII characters")
    for recogniser in _RECOGNISERS:
        recognised = recogniser(text)
        if recognised is not None:
            return recognised
    for beginning, name in _NOT_TAKEN:
        if text.lower().startswith(beginning):
            raise HashRefused(f"it is not taken over: {name}")
    raise HashRefused(
        "it is no hash of a format that is known here: argon2, bcrypt, PBKDF2, scrypt, SHA-2"
    )


def verify(kind: str, encoded: bytes, value: str) -> bool:
    """Whether `value` fits `encoded`, a hash of `kind`; False for a kind that is not listed."""
    scheme = HASHES.get(kind.partition("$")[0])
    return scheme is not None and scheme.verify(encoded, value)


def stand_in(kind: str) -> bytes:
    """A hash of `kind` that takes as long as any of its kind and fits nothing."""
    name, _, cost = kind.partition("$")
    return HASHES[name].stand_in(cost)
