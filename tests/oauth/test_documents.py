"""Metadata, JWK Set and the endpoints' places."""

from tests.oauth.world import NOW, issuer_server, json_of, signing_key
from watchword.oauth import jwks, metadata
from watchword.oauth.endpoint import paths_of


def test_metadata_names_what_is_on_and_no_empty_list() -> None:
    document = metadata.document(issuer_server(scopes=("read",)), NOW)

    assert document["issuer"] == "https://auth.example.com"
    assert document["token_endpoint"].startswith("https://auth.example.com/")
    assert document["grant_types_supported"] == ["client_credentials"]
    assert "client_secret_basic" in document["token_endpoint_auth_methods_supported"]
    assert "response_types_supported" not in document
    assert [] not in document.values()


def test_an_issuer_with_a_shared_key_publishes_no_key_and_no_jwks_uri() -> None:
    server = issuer_server(alg="HS256")

    assert jwks.document(server, NOW) is None
    assert "jwks_uri" not in metadata.document(server, NOW)


def test_the_jwk_set_holds_public_members_only() -> None:
    published = jwks.document(issuer_server(alg="RS256"), NOW)

    assert published is not None
    (key,) = json_of(published)["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}


def test_an_upcoming_key_is_published_before_it_signs() -> None:
    keys = [signing_key(kid="now"), signing_key(kid="next", activates_at=NOW + 400)]
    published = jwks.document(issuer_server(keys=keys), NOW)

    assert published is not None
    assert [key["kid"] for key in json_of(published)["keys"]] == ["now", "next"]


def test_endpoints_can_be_moved_or_switched_off() -> None:
    server = issuer_server(endpoints={"jwks": "/keys", "dialect": None})
    paths = paths_of(server.issuer, server.dialect)

    assert paths["jwks"] == "/keys"
    assert "dialect" not in paths


def test_a_dialect_that_is_not_rfc_6749_has_no_metadata() -> None:
    server = issuer_server("kamoa", alg="HS256")

    assert "metadata" not in paths_of(server.issuer, server.dialect)


def test_unknown_clients_are_dealt_secret_kinds_in_the_issuers_proportions() -> None:
    server = issuer_server()
    server._secret_kinds = [("argon2id", 30), ("hmac", 70)]
    drawn = [server.stand_in_kind(f"client-{n}") for n in range(2000)]

    assert 450 < drawn.count("argon2id") < 750
    assert drawn == [server.stand_in_kind(f"client-{n}") for n in range(2000)]
