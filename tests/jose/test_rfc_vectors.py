"""RFC 7515 appendix A, RFC 7638 3.1, RFC 8037 appendix A: the examples as they are printed."""

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from watchword.jose import base64url, jws, key, material

PAYLOAD = b'{"iss":"joe",\r\n "exp":1300819380,\r\n "http://example.com/is_root":true}'
PAYLOAD_SEGMENT = (
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
)
HS256_OCTETS = base64url.decode(
    "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
)
RSA_JWK = {
    "kty": "RSA",
    "n": (
        "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4"
        "QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdb"
        "BYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-D"
        "WNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
    ),
    "e": "AQAB",
    "d": (
        "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoA"
        "Je46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfp"
        "RLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZ"
        "FD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ"
    ),
}
RS256_SIGNATURE = (
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG"
    "bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6"
    "LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
)
EC_JWK = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
}
ES256_SIGNATURE = (
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
)
OKP_JWK = {
    "kty": "OKP",
    "crv": "Ed25519",
    "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
ED25519_JWS = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
)


def number(jwk: dict[str, str], member: str) -> int:
    return int.from_bytes(base64url.decode(jwk[member]), "big")


def rsa_material() -> bytes:
    n, e, d = (number(RSA_JWK, member) for member in "ned")
    p, q = sorted(rsa.rsa_recover_prime_factors(n, e, d), reverse=True)
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), rsa.RSAPublicNumbers(e, n)
    )
    return material.dump_private(numbers.private_key())


def ec_material() -> bytes:
    return material.dump_private(ec.derive_private_key(number(EC_JWK, "d"), ec.SECP256R1()))


def okp_material() -> bytes:
    octets = base64url.decode(OKP_JWK["d"])
    return material.dump_private(Ed25519PrivateKey.from_private_bytes(octets))


def test_rfc_7515_a1_hs256_verifies() -> None:
    token = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        + PAYLOAD_SEGMENT
        + ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    )

    split = jws.split(token)

    assert split.header == {"typ": "JWT", "alg": "HS256"}
    assert split.payload == PAYLOAD
    assert jws.Verifier("HS256", HS256_OCTETS).verify(split.signing_input, split.signature)


def test_rfc_7515_a2_rs256_is_signed_to_the_letter() -> None:
    signer = jws.Signer("RS256", rsa_material(), {"alg": "RS256"})

    token = signer.sign(PAYLOAD)

    assert token == f"eyJhbGciOiJSUzI1NiJ9.{PAYLOAD_SEGMENT}.{RS256_SIGNATURE}"
    split = jws.split(token)
    assert jws.Verifier("RS256", RSA_JWK).verify(split.signing_input, split.signature)


def test_rfc_7515_a3_es256_verifies() -> None:
    split = jws.split(f"eyJhbGciOiJFUzI1NiJ9.{PAYLOAD_SEGMENT}.{ES256_SIGNATURE}")

    assert split.payload == PAYLOAD
    assert jws.Verifier("ES256", EC_JWK).verify(split.signing_input, split.signature)


def test_rfc_7515_a3_the_public_members_are_those_of_the_private_key() -> None:
    public = key.public_jwk("ES256", ec_material(), "a3")

    assert (public["x"], public["y"]) == (EC_JWK["x"], EC_JWK["y"])


def test_rfc_8037_a4_ed25519_is_signed_to_the_letter() -> None:
    signer = jws.Signer("EdDSA", okp_material(), {"alg": "EdDSA"})

    assert signer.sign(b"Example of Ed25519 signing") == ED25519_JWS


def test_rfc_8037_a5_ed25519_verifies_under_both_names() -> None:
    split = jws.split(ED25519_JWS)

    for alg in ("Ed25519", "EdDSA"):
        assert jws.Verifier(alg, OKP_JWK).verify(split.signing_input, split.signature)


def test_rfc_8037_a3_thumbprint_of_an_okp_key() -> None:
    assert key.thumbprint(OKP_JWK) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_rfc_7638_3_1_thumbprint_of_an_rsa_key() -> None:
    modulus = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECP"
        "ebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY"
        "368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0f"
        "M4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    jwk = {"kty": "RSA", "n": modulus, "e": "AQAB", "alg": "RS256", "kid": "2011-04-29"}

    assert key.thumbprint(jwk) == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
