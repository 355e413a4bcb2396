"""RFC 7518, 3.4: ECDSA. A JWS signature is r and s side by side, not the DER of X.509."""

from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

from watchword.jose import base64url, material
from watchword.jose.errors import InvalidKey


class Curve(Struct, frozen=True, kw_only=True, eq=False):
    """A curve and the hash that its algorithm pairs it with; `octets` is the size of r and of s."""

    crv: str
    octets: int
    curve: ec.EllipticCurve
    scheme: ec.ECDSA


P256 = Curve(crv="P-256", octets=32, curve=ec.SECP256R1(), scheme=ec.ECDSA(hashes.SHA256()))
P384 = Curve(crv="P-384", octets=48, curve=ec.SECP384R1(), scheme=ec.ECDSA(hashes.SHA384()))


def generate(curve: Curve) -> bytes:
    """A new private key."""
    return material.dump_private(ec.generate_private_key(curve.curve))


def signer(private: bytes, curve: Curve) -> Callable[[bytes], bytes]:
    """Signs as r ‖ s."""
    sign_der = _private(private, curve).sign
    scheme, octets = curve.scheme, curve.octets

    def sign(signing_input: bytes) -> bytes:
        return raw_of_der(sign_der(signing_input, scheme), octets)

    return sign


def verifier(key: Mapping[str, object] | bytes, curve: Curve) -> Callable[[bytes, bytes], bool]:
    """Verifies r ‖ s under a public JWK."""
    verify_der = _public(material.jwk_of(key, "EC"), curve).verify
    scheme, octets = curve.scheme, curve.octets

    def verify(signing_input: bytes, signature: bytes) -> bool:
        if len(signature) != 2 * octets:
            return False
        try:
            verify_der(der_of_raw(signature, octets), signing_input, scheme)
        except InvalidSignature:
            return False
        return True

    return verify


def members(private: bytes, curve: Curve) -> dict[str, str]:
    """kty, crv, x and y (RFC 7518, 6.2.1)."""
    point = _private(private, curve).public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": curve.crv,
        "x": base64url.encode(point.x.to_bytes(curve.octets, "big")),
        "y": base64url.encode(point.y.to_bytes(curve.octets, "big")),
    }


def pem(private: bytes, curve: Curve) -> str:
    """The public key in PEM."""
    return material.dump_public_pem(_private(private, curve).public_key())


def raw_of_der(der: bytes, octets: int) -> bytes:
    """SEQUENCE(INTEGER r, INTEGER s) → r ‖ s.

    By hand because this is on the hot path: lengths fit one byte up to P-384, and an INTEGER
    differs from the fixed width only by zeros in front, one too many or some too few.
    """
    s_at = 4 + der[3]
    r = der[4:s_at][-octets:]
    s = der[s_at + 2 :][-octets:]
    return r.rjust(octets, b"\0") + s.rjust(octets, b"\0")


def der_of_raw(raw: bytes, octets: int) -> bytes:
    """r ‖ s → SEQUENCE(INTEGER r, INTEGER s)."""
    body = _integer(raw[:octets]) + _integer(raw[octets:])
    return b"\x30%c%b" % (len(body), body)


def _integer(number: bytes) -> bytes:
    shortest = number.lstrip(b"\0") or b"\0"
    # A leading one bit would make it negative.
    if shortest[0] & 0x80:
        return b"\x02%c\0%b" % (len(shortest) + 1, shortest)
    return b"\x02%c%b" % (len(shortest), shortest)


def _private(private: bytes, curve: Curve) -> ec.EllipticCurvePrivateKey:
    key = material.load_private(private)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != curve.curve.name:
        raise InvalidKey(f"not a private key on {curve.crv}")
    return key


def _public(jwk: Mapping[str, object], curve: Curve) -> ec.EllipticCurvePublicKey:
    x, y = material.octets_member(jwk, "x"), material.octets_member(jwk, "y")
    # "The length of this octet string MUST be the full size of a coordinate" (RFC 7518, 6.2.1.2).
    if jwk.get("crv") != curve.crv or len(x) != curve.octets or len(y) != curve.octets:
        raise InvalidKey(f"not a public key on {curve.crv}")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(curve.curve, b"\x04" + x + y)
    except ValueError:
        raise InvalidKey(f"not a point on {curve.crv}") from None
