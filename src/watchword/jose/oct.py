"""RFC 7518, 3.2: HMAC with SHA-256, whose key is octets that both sides hold."""

import hmac
import secrets
from collections.abc import Callable, Mapping
from typing import NoReturn

from watchword.jose.errors import InvalidKey

# "A key of the same size as the hash output or larger MUST be used" (RFC 7518, 3.2).
SMALLEST_KEY = 256


def generate() -> bytes:
    """Random octets, as many as the hash has."""
    return secrets.token_bytes(SMALLEST_KEY // 8)


def signer(material: bytes) -> Callable[[bytes], bytes]:
    """The one-shot HMAC under `material`."""
    key = _octets(material)

    def sign(signing_input: bytes) -> bytes:
        return hmac.digest(key, signing_input, "sha256")

    return sign


def verifier(key: Mapping[str, object] | bytes) -> Callable[[bytes, bytes], bool]:
    """A comparison in constant time; the key is octets, never a JWK from the network."""
    if not isinstance(key, bytes):
        raise InvalidKey("an HMAC key is octets")
    octets = _octets(key)

    def verify(signing_input: bytes, signature: bytes) -> bool:
        return hmac.compare_digest(hmac.digest(octets, signing_input, "sha256"), signature)

    return verify


def members(_material: bytes) -> NoReturn:
    """An HMAC key has nothing that may be published: always `InvalidKey`."""
    raise InvalidKey("an HMAC key has no public part")


def pem(_material: bytes) -> NoReturn:
    """An HMAC key has no PEM: always `InvalidKey`."""
    raise InvalidKey("an HMAC key has no public part")


def _octets(material: bytes) -> bytes:
    if len(material) * 8 < SMALLEST_KEY:
        raise InvalidKey("an HS256 key has at least 32 octets (RFC 7518, 3.2)")
    return material
