"""RFC 7517 and RFC 7638: making keys, publishing their public half, naming them.

Key material is bytes everywhere: PKCS#8 DER for asymmetric algorithms, the octets for HS256.
"""

import hashlib
import json
from collections.abc import Mapping

from watchword.jose import base64url
from watchword.jose.algorithm import named
from watchword.jose.errors import InvalidKey

# "The required members … in lexicographic order" (RFC 7638, 3.2; RFC 8037, 2 for OKP).
_THUMBPRINT_MEMBERS = {
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
    "oct": ("k", "kty"),
}


def generate_key(alg: str) -> bytes:
    """New key material for the algorithm `alg`; `UnsupportedAlgorithm` for an unknown one."""
    return named(alg).generate()


def public_jwk(alg: str, material: bytes, kid: str) -> dict[str, str]:
    """The public JWK to publish: public members, then `use`, `alg` (as given) and `kid`.

    Raises `InvalidKey` for an HMAC key, which has no public part, and for broken material.
    """
    return {**named(alg).members(material), "use": "sig", "alg": alg, "kid": kid}


def public_pem(alg: str, material: bytes) -> str:
    """The public key as SubjectPublicKeyInfo in PEM; raises like `public_jwk`."""
    return named(alg).pem(material)


def thumbprint(jwk: Mapping[str, object]) -> str:
    """The SHA-256 thumbprint of a JWK, base64url (RFC 7638, 3)."""
    names = _THUMBPRINT_MEMBERS.get(str(jwk.get("kty")))
    if names is None or not all(isinstance(jwk.get(name), str) for name in names):
        raise InvalidKey("the JWK lacks a member that its thumbprint needs")
    canonical = json.dumps({name: jwk[name] for name in names}, separators=(",", ":"))
    return base64url.encode(hashlib.sha256(canonical.encode("utf-8")).digest())
