"""RFC 7515: JWS in compact serialization, with keys prepared once.

`Signer` and `Verifier` parse their key and do everything that does not depend on the token when
they are made; what remains for each token is the signature itself and a few microseconds.

`split` reads the shape of a token and says nothing about its truth: whether the algorithm is the
key's, and the signature good, is for a `Verifier`; what the claims mean is for the guard.
"""

import json
from collections.abc import Mapping
from typing import NamedTuple

from watchword.jose import base64url, strict_json
from watchword.jose.algorithm import Algorithm, named
from watchword.jose.errors import InvalidJws, InvalidKey


class Signer:
    """Signs payloads under one key and one header.

    alg: a name of the table of algorithms.
    material: PKCS#8 DER, or octets for HS256.
    header: the JOSE header in the order in which it shall stand; its `alg` must be `alg`.

    Raises `UnsupportedAlgorithm`, or `InvalidKey` for material that is broken, too small or of
    another kind.
    """

    __slots__ = ("_prefix", "_sign", "alg")

    def __init__(self, alg: str, material: bytes, header: Mapping[str, object]) -> None:
        if header.get("alg") != alg:
            raise InvalidJws("the header names another algorithm than the signer's")
        self.alg = alg
        self._sign = named(alg).signer(material)
        text = json.dumps(dict(header), separators=(",", ":"), ensure_ascii=False)
        self._prefix = base64url.encode_bytes(text.encode("utf-8")) + b"."

    def sign(self, payload: bytes) -> str:
        """The compact JWS of `payload`."""
        signing_input = self._prefix + base64url.encode_bytes(payload)
        signature = base64url.encode_bytes(self._sign(signing_input))
        return (signing_input + b"." + signature).decode("ascii")


class Verifier:
    """Verifies signatures under one key.

    alg: a name of the table of algorithms.
    key: a public JWK, or octets for HS256. A JWK that says what it is for must say so rightly:
    its `alg` the same algorithm, its `use` `sig`, its `key_ops` with `verify` (RFC 7517, 4.2-4.4).

    Raises `UnsupportedAlgorithm` or `InvalidKey`.
    """

    __slots__ = ("algorithm", "verify")

    def __init__(self, alg: str, key: Mapping[str, object] | bytes) -> None:
        self.algorithm = named(alg)
        if not isinstance(key, bytes):
            _refuse_other_purpose(self.algorithm, key)
        # (signing input, signature) → whether the signature is good. Never raises.
        self.verify = self.algorithm.verifier(key)


class Segments(NamedTuple):
    """The three parts of a compact JWS as they stand in it, still base64url."""

    header: bytes
    payload: bytes
    signature: bytes


class Split(NamedTuple):
    """A compact JWS taken apart, nothing verified."""

    header: dict[str, object]
    payload: bytes
    signing_input: bytes
    signature: bytes


def segments(token: bytes) -> Segments:
    """The three segments; `InvalidJws` where there are not three, or an empty one."""
    parts = token.split(b".")
    if len(parts) != 3 or not all(parts):
        raise InvalidJws("a compact JWS has three segments")
    return Segments(*parts)


def header_of(segment: bytes) -> dict[str, object]:
    """The JOSE header in its segment; `InvalidJws`, `InvalidBase64url` or `InvalidJson`."""
    header = strict_json.loads(base64url.decode(segment))
    if not isinstance(header, dict):
        raise InvalidJws("the JOSE header is not a JSON object")
    return header


def split(token: str | bytes) -> Split:
    """A compact JWS in its parts, strictly read; any `JoseError` otherwise."""
    try:
        octets = token.encode("ascii") if isinstance(token, str) else token
    except UnicodeEncodeError:
        raise InvalidJws("a compact JWS is ASCII") from None
    parts = segments(octets)
    return Split(
        header_of(parts.header),
        base64url.decode(parts.payload),
        octets[: len(parts.header) + 1 + len(parts.payload)],
        base64url.decode(parts.signature),
    )


def _refuse_other_purpose(algorithm: Algorithm, jwk: Mapping[str, object]) -> None:
    if "alg" in jwk and named(str(jwk["alg"])) is not algorithm:
        raise InvalidKey("the JWK is for another algorithm")
    if jwk.get("use", "sig") != "sig":
        raise InvalidKey("the JWK is not for signatures")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise InvalidKey("the JWK is not for verifying")
