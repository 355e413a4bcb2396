"""Tokens verified by three independent implementations: PyJWT, joserfc and our guard."""

import json
from urllib.request import urlopen

import jwt
import pytest
from joserfc import jwt as joserfc_jwt
from joserfc.jwk import KeySet, OctKey

from tests.clients.party import Party, party
from tests.support.demo_server import Demo
from tests.support.wire import basic, by_path
from watchword.guard import Guard

ALGORITHMS = {"kamoa": "HS256", "kiss": "HS256", "connectivity": "ES256", "kashimi": "RS256"}
TYPES = {"kamoa": "JWT", "kiss": "JWT", "connectivity": "at+jwt", "kashimi": "JWT"}
each_vendor = pytest.mark.parametrize("vendor", list(ALGORITHMS))


def token_of(demo: Demo, vendor: str) -> str:
    it = party(demo, vendor)
    endpoint = by_path(it.token_endpoint)
    client = it.client
    if vendor == "kamoa":
        body = {"clientId": client.client_id, "secret": client.client_secret}
        answer = endpoint.post_json("", body)
    else:
        authorization = basic(client.client_id, client.client_secret)
        answer = endpoint.post_form("", {"grant_type": "client_credentials"}, authorization)
    token: str = answer.json["token" if vendor == "kamoa" else "access_token"]
    return token


def jwk_set(it: Party) -> bytes:
    assert it.jwks_uri is not None
    with urlopen(it.jwks_uri) as answer:
        octets: bytes = answer.read()
    return octets


@each_vendor
def test_pyjwt_verifies_our_tokens(demo: Demo, vendor: str) -> None:
    it, token = party(demo, vendor), token_of(demo, vendor)
    key = (
        demo.shared_key(vendor)
        if it.jwks_uri is None
        else jwt.PyJWKClient(it.jwks_uri).get_signing_key_from_jwt(token).key
    )
    claims = jwt.decode(
        token,
        key,
        algorithms=[ALGORITHMS[vendor]],
        audience=it.issuer,
        issuer=it.issuer,
        options={"require": ["iss", "sub", "aud", "exp", "iat", "jti"]},
    )

    assert claims["client_id"] == it.client.client_id


@each_vendor
def test_joserfc_verifies_our_tokens(demo: Demo, vendor: str) -> None:
    it, token = party(demo, vendor), token_of(demo, vendor)
    key = (
        OctKey.import_key(demo.shared_key(vendor))
        if it.jwks_uri is None
        else KeySet.import_key_set(json.loads(jwk_set(it)))
    )
    verified = joserfc_jwt.decode(token, key, algorithms=[ALGORITHMS[vendor]])

    assert verified.claims["sub"] == it.client.client_id


@each_vendor
def test_our_guard_verifies_our_tokens(demo: Demo, vendor: str) -> None:
    it, token = party(demo, vendor), token_of(demo, vendor)
    shared = [demo.shared_key(vendor)] if it.jwks_uri is None else []
    guard = Guard(issuer=it.issuer, audience=it.issuer, shared_keys=shared, typ=TYPES[vendor])

    assert guard.verify(f"Bearer {token}").client_id == it.client.client_id
