"""RFC 8037: Ed25519."""

from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from watchword.jose import base64url, material
from watchword.jose.errors import InvalidKey


def generate() -> bytes:
    """A new private key."""
    return material.dump_private(Ed25519PrivateKey.generate())


def signer(private: bytes) -> Callable[[bytes], bytes]:
    """Signs; the signature is 64 octets as it is."""
    return _private(private).sign


def verifier(key: Mapping[str, object] | bytes) -> Callable[[bytes, bytes], bool]:
    """Verifies under a public JWK."""
    verify_or_raise = _public(material.jwk_of(key, "OKP")).verify

    def verify(signing_input: bytes, signature: bytes) -> bool:
        try:
            verify_or_raise(signature, signing_input)
        except InvalidSignature:
            return False
        return True

    return verify


def members(private: bytes) -> dict[str, str]:
    """kty, crv and x (RFC 8037, 2)."""
    point = _private(private).public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url.encode(point)}


def pem(private: bytes) -> str:
    """The public key in PEM."""
    return material.dump_public_pem(_private(private).public_key())


def _private(private: bytes) -> Ed25519PrivateKey:
    key = material.load_private(private)
    if not isinstance(key, Ed25519PrivateKey):
        raise InvalidKey("not a private key on Ed25519")
    return key


def _public(jwk: Mapping[str, object]) -> Ed25519PublicKey:
    if jwk.get("crv") != "Ed25519":
        raise InvalidKey("not a public key on Ed25519")
    try:
        return Ed25519PublicKey.from_public_bytes(material.octets_member(jwk, "x"))
    except InvalidKey:
        raise
    except ValueError:
        raise InvalidKey("not a public key on Ed25519") from None
