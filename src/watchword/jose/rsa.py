"""RFC 7518, 3.3 and 3.5: RSA with PKCS#1 v1.5 (RS256) and with PSS (PS256), both over SHA-256."""

from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from watchword.jose import base64url, material
from watchword.jose.errors import InvalidKey

Padding = padding.AsymmetricPadding

# "A key of size 2048 bits or larger MUST be used" (RFC 7518, 3.3 and 3.5).
SMALLEST_KEY = 2048
# A key set from the network must not choose how long a verification takes.
LARGEST_KEY = 8192

PKCS1_V15: Padding = padding.PKCS1v15()
# "The size of the salt value is the same size as the hash function output" (RFC 7518, 3.5).
PSS: Padding = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)

_HASH = hashes.SHA256()


def generate() -> bytes:
    """A new private key of the smallest allowed size, by far the fastest to sign with."""
    return material.dump_private(rsa.generate_private_key(65537, SMALLEST_KEY))


def signer(private: bytes, scheme: Padding) -> Callable[[bytes], bytes]:
    """Signs; the signature is as long as the modulus."""
    sign_input = _private(private).sign

    def sign(signing_input: bytes) -> bytes:
        return sign_input(signing_input, scheme, _HASH)

    return sign


def verifier(key: Mapping[str, object] | bytes, scheme: Padding) -> Callable[[bytes, bytes], bool]:
    """Verifies under a public JWK."""
    verify_or_raise = _public(material.jwk_of(key, "RSA")).verify

    def verify(signing_input: bytes, signature: bytes) -> bool:
        try:
            verify_or_raise(signature, signing_input, scheme, _HASH)
        except InvalidSignature:
            return False
        return True

    return verify


def members(private: bytes) -> dict[str, str]:
    """kty, n and e (RFC 7518, 6.3.1)."""
    numbers = _private(private).public_key().public_numbers()
    return {"kty": "RSA", "n": _uint(numbers.n), "e": _uint(numbers.e)}


def pem(private: bytes) -> str:
    """The public key in PEM."""
    return material.dump_public_pem(_private(private).public_key())


def _uint(number: int) -> str:
    return base64url.encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def _private(private: bytes) -> rsa.RSAPrivateKey:
    key = material.load_private(private)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise InvalidKey("not an RSA private key")
    _limit_size(key.key_size)
    return key


def _public(jwk: Mapping[str, object]) -> rsa.RSAPublicKey:
    modulus = int.from_bytes(material.octets_member(jwk, "n"), "big")
    exponent = int.from_bytes(material.octets_member(jwk, "e"), "big")
    _limit_size(modulus.bit_length())
    # Larger exponents are never needed and make verification slow.
    if exponent.bit_length() > 64:
        raise InvalidKey("the RSA exponent is too large")
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise InvalidKey("not an RSA public key") from None


def _limit_size(bits: int) -> None:
    if not SMALLEST_KEY <= bits <= LARGEST_KEY:
        raise InvalidKey("an RSA key has 2048 to 8192 bits (RFC 7518, 3.3)")
