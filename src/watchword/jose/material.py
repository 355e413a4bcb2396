"""RFC 7517: what the asymmetric families share in reading and writing keys."""

from collections.abc import Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes, PublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
)

from watchword.jose import base64url
from watchword.jose.errors import InvalidBase64url, InvalidKey


def load_private(material: bytes) -> PrivateKeyTypes:
    """The private key in PKCS#8 DER; `InvalidKey` for anything else."""
    try:
        return load_der_private_key(material, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidKey("not a private key in PKCS#8 DER") from None


def dump_private(key: PrivateKeyTypes) -> bytes:
    """PKCS#8 DER without a passphrase: whoever keeps it encrypts it."""
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def dump_public_pem(key: PublicKeyTypes) -> str:
    """SubjectPublicKeyInfo in PEM, what proxies and other languages' libraries read."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def jwk_of(key: Mapping[str, object] | bytes, kty: str) -> Mapping[str, object]:
    """`key` as a public JWK of type `kty`."""
    if isinstance(key, bytes) or key.get("kty") != kty:
        raise InvalidKey(f"not a JWK of type {kty}")
    return key


def octets_member(jwk: Mapping[str, object], name: str) -> bytes:
    """The octets of a JWK's member; `InvalidKey` where it is missing or not base64url."""
    text = jwk.get(name)
    if not isinstance(text, str):
        raise InvalidKey(f"the JWK has no {name}")
    try:
        return base64url.decode(text)
    except InvalidBase64url:
        raise InvalidKey(f"the JWK's {name} is not base64url") from None
