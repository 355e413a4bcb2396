"""RFC 7515: what we sign others verify, what others sign we verify, and keys are what they say."""

import json
import warnings
from typing import Any

import joserfc.jwk
import joserfc.jwt
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from watchword.jose import base64url, jws, key, material
from watchword.jose.algorithm import ALGORITHMS, named
from watchword.jose.ec import der_of_raw, raw_of_der
from watchword.jose.errors import (
    InvalidBase64url,
    InvalidJson,
    InvalidJws,
    InvalidKey,
    JoseError,
    UnsupportedAlgorithm,
)

CLAIMS = {"sub": "ACME01", "exp": 4_000_000_000, "name": "Zoë"}
PAYLOAD = json.dumps(CLAIMS).encode()
MATERIAL = {alg: key.generate_key(alg) for alg in ALGORITHMS}
ASYMMETRIC = [alg for alg, row in ALGORITHMS.items() if not row.symmetric]


def public(alg: str) -> dict[str, str] | bytes:
    return MATERIAL[alg] if alg == "HS256" else key.public_jwk(alg, MATERIAL[alg], "k1")


def signed(alg: str) -> str:
    return jws.Signer(alg, MATERIAL[alg], {"alg": alg, "typ": "at+jwt", "kid": "k1"}).sign(PAYLOAD)


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_what_is_signed_is_verified(alg: str) -> None:
    split = jws.split(signed(alg))

    assert split.header == {"alg": alg, "typ": "at+jwt", "kid": "k1"}
    assert split.payload == PAYLOAD
    assert jws.Verifier(alg, public(alg)).verify(split.signing_input, split.signature) is True


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_a_changed_payload_or_signature_is_not_verified(alg: str) -> None:
    split = jws.split(signed(alg))
    verifier = jws.Verifier(alg, public(alg))
    flipped = bytes([split.signature[0] ^ 1]) + split.signature[1:]

    assert not verifier.verify(split.signing_input + b"A", split.signature)
    assert not verifier.verify(split.signing_input, flipped)
    assert not verifier.verify(split.signing_input, b"")
    assert not verifier.verify(split.signing_input, split.signature + b"\0")


@pytest.mark.parametrize("alg", [alg for alg in ALGORITHMS if alg != "Ed25519"])
def test_pyjwt_verifies_what_we_sign(alg: str) -> None:
    verifying_key: Any = MATERIAL[alg]
    if alg != "HS256":
        verifying_key = jwt.PyJWK(key.public_jwk(alg, MATERIAL[alg], "k1")).key

    assert jwt.decode(signed(alg), verifying_key, algorithms=[alg]) == CLAIMS


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_joserfc_verifies_what_we_sign(alg: str) -> None:
    if alg == "HS256":
        imported: Any = joserfc.jwk.OctKey.import_key(MATERIAL[alg])
    else:
        imported = joserfc.jwk.import_key(key.public_jwk(alg, MATERIAL[alg], "k1"))  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        token = joserfc.jwt.decode(signed(alg), imported, algorithms=[alg])

    assert token.claims == CLAIMS


@pytest.mark.parametrize("alg", [alg for alg in ALGORITHMS if alg != "Ed25519"])
def test_we_verify_what_pyjwt_signs(alg: str) -> None:
    signing_key: Any = MATERIAL[alg]
    if alg != "HS256":
        signing_key = material.load_private(MATERIAL[alg])
    split = jws.split(jwt.encode(CLAIMS, signing_key, algorithm=alg))

    assert jws.Verifier(alg, public(alg)).verify(split.signing_input, split.signature)


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_the_published_pem_verifies_too(alg: str) -> None:
    pem = key.public_pem(alg, MATERIAL[alg])
    pyjwt_name = "EdDSA" if alg == "Ed25519" else alg
    token = jws.Signer(alg, MATERIAL[alg], {"alg": alg}).sign(PAYLOAD)

    algorithm = jwt.get_algorithm_by_name(pyjwt_name)
    split = jws.split(token)
    assert algorithm.verify(split.signing_input, algorithm.prepare_key(pem), split.signature)


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_the_published_key_holds_only_public_members(alg: str) -> None:
    published = key.public_jwk(alg, MATERIAL[alg], "k1")

    assert set(published) <= {"kty", "crv", "x", "y", "n", "e", "use", "alg", "kid"}
    assert (published["use"], published["alg"], published["kid"]) == ("sig", alg, "k1")


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_the_thumbprint_is_the_one_that_joserfc_computes(alg: str) -> None:
    published = key.public_jwk(alg, MATERIAL[alg], "k1")

    expected = joserfc.jwk.import_key(published).thumbprint()  # type: ignore[arg-type]
    assert key.thumbprint(published) == expected


def test_an_hmac_key_is_never_published() -> None:
    with pytest.raises(InvalidKey):
        key.public_jwk("HS256", MATERIAL["HS256"], "k1")
    with pytest.raises(InvalidKey):
        key.public_pem("HS256", MATERIAL["HS256"])


def test_a_header_stands_as_it_was_given() -> None:
    signer = jws.Signer("HS256", MATERIAL["HS256"], {"alg": "HS256", "typ": "JWT"})

    header = signer.sign(b"{}").split(".")[0]
    assert base64url.decode(header) == b'{"alg":"HS256","typ":"JWT"}'


def test_a_header_that_names_another_algorithm_is_refused() -> None:
    with pytest.raises(InvalidJws):
        jws.Signer("HS256", MATERIAL["HS256"], {"alg": "ES256"})


@pytest.mark.parametrize("alg", ["none", "None", "", "HS1", "ES256K", "RSA-OAEP"])
def test_an_algorithm_outside_the_table_is_unsupported(alg: str) -> None:
    with pytest.raises(UnsupportedAlgorithm):
        named(alg)


def test_eddsa_is_the_older_name_of_ed25519() -> None:
    assert named("EdDSA") is named("Ed25519")


def test_an_hmac_key_shorter_than_the_hash_is_refused() -> None:
    with pytest.raises(InvalidKey):
        jws.Signer("HS256", b"k" * 31, {"alg": "HS256"})
    with pytest.raises(InvalidKey):
        jws.Verifier("HS256", b"k" * 31)


@pytest.mark.parametrize("alg", ["RS256", "PS256"])
def test_an_rsa_key_of_less_than_2048_bits_is_refused(alg: str) -> None:
    small = rsa.generate_private_key(65537, 1024)
    numbers = small.public_key().public_numbers()
    jwk = {
        "kty": "RSA",
        "n": base64url.encode(numbers.n.to_bytes(128, "big")),
        "e": "AQAB",
    }

    with pytest.raises(InvalidKey):
        jws.Signer(alg, material.dump_private(small), {"alg": alg})
    with pytest.raises(InvalidKey):
        jws.Verifier(alg, jwk)


def test_a_key_of_another_curve_or_kind_is_refused() -> None:
    for alg, other in [("ES256", "ES384"), ("ES384", "RS256"), ("RS256", "Ed25519")]:
        with pytest.raises(InvalidKey):
            jws.Signer(alg, MATERIAL[other], {"alg": alg})
        with pytest.raises(InvalidKey):
            jws.Verifier(alg, key.public_jwk(other, MATERIAL[other], "k"))


def test_an_hmac_verifier_takes_no_public_key() -> None:
    """The classic confusion: a published RSA key used as an HMAC secret."""
    with pytest.raises(InvalidKey):
        jws.Verifier("HS256", key.public_jwk("RS256", MATERIAL["RS256"], "k"))


@pytest.mark.parametrize(
    "change",
    [
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"alg": "ES384"},
        {"alg": "ECDH-ES"},
        {"crv": "P-384"},
        {"kty": "OKP"},
        {"x": "AA"},
        {"x": "!!"},
        {"x": 7},
        {"y": base64url.encode(b"\1" * 32)},
    ],
)
def test_a_jwk_that_contradicts_itself_is_refused(change: dict[str, object]) -> None:
    jwk = {**key.public_jwk("ES256", MATERIAL["ES256"], "k"), **change}

    with pytest.raises(JoseError):
        jws.Verifier("ES256", jwk)


@pytest.mark.parametrize("exponent", ["AA", "Ag", base64url.encode(b"\xff" * 20)])
def test_an_rsa_key_with_an_absurd_exponent_is_refused(exponent: str) -> None:
    jwk = {**key.public_jwk("RS256", MATERIAL["RS256"], "k"), "e": exponent}

    with pytest.raises(InvalidKey):
        jws.Verifier("RS256", jwk)


@pytest.mark.parametrize(
    ("token", "error"),
    [
        ("", InvalidJws),
        ("a.b", InvalidJws),
        ("a.b.c.d", InvalidJws),
        ("..", InvalidJws),
        ("e30.e30.", InvalidJws),
        ("é.e30.e30", InvalidJws),
        ("W10.e30.e30", InvalidJws),
        ("e30=.e30.e30", InvalidBase64url),
        ("e31.e30.e30", InvalidBase64url),
        ("e30.e30.A", InvalidBase64url),
        ("e3s.e30.e30", InvalidJson),
    ],
)
def test_what_is_not_a_compact_jws_is_refused(token: str, error: type[JoseError]) -> None:
    with pytest.raises(error):
        jws.split(token)


@given(st.binary(min_size=64, max_size=64))
def test_der_and_raw_signatures_convert_into_each_other(raw: bytes) -> None:
    assert raw_of_der(der_of_raw(raw, 32), 32) == raw


def test_small_numbers_in_a_signature_keep_their_width() -> None:
    raw = bytes(31) + b"\1" + bytes(32)

    assert raw_of_der(der_of_raw(raw, 32), 32) == raw


def test_a_signature_of_p521_size_does_not_pass_for_p384() -> None:
    jwk = key.public_jwk("ES384", MATERIAL["ES384"], "k")
    long = ec.generate_private_key(ec.SECP521R1()).sign(b"x", ec.ECDSA(named_hash()))

    assert not jws.Verifier("ES384", jwk).verify(b"x", long)


def named_hash() -> Any:
    from cryptography.hazmat.primitives.hashes import SHA512

    return SHA512()
