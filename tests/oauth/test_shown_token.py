"""Introspection, revocation and the feed."""

import asyncio
from urllib.parse import quote

import jwt as pyjwt
import pytest

from tests.oauth.world import (
    NOW,
    World,
    basic,
    client_record,
    generated,
    issuer_server,
    json_of,
    post,
    secret_of,
    signing_key,
)
from watchword.core.revocation import Revocation
from watchword.oauth import introspection, metadata, revocation, revocations, token
from watchword.oauth.authorization_server import AuthorizationServer

VALUE, OTHER = generated(), generated()
KEYS = [signing_key()]


def world() -> World:
    acme = client_record("acme", secret_of(VALUE, id="secret01"), scopes=("read",))
    api = client_record(
        "api", secret_of(OTHER), id="client02", introspects=("https://auth.example.com",)
    )
    return World().add(acme).add(api)


def server(**settings: object) -> AuthorizationServer:
    return issuer_server(keys=KEYS, **settings)


def minted(at: AuthorizationServer, in_world: World) -> str:
    request = post("grant_type=client_credentials", basic("acme", VALUE))
    response = asyncio.run(token.answer(request, at, in_world.parts()))
    access_token: str = json_of(response.body)["access_token"]
    return access_token


def introspected(shown: str, *credentials: str, at: AuthorizationServer, now: float = NOW) -> dict:
    request = post(f"token={quote(shown)}", basic(*credentials))
    in_world = world()
    in_world.now = now
    response = asyncio.run(introspection.answer(request, at, in_world.parts()))
    assert response.status == 200, response.body
    return json_of(response.body)


def test_a_resource_server_sees_the_claims_of_a_live_token() -> None:
    at = server()
    answer = introspected(minted(at, world()), "api", OTHER, at=at)

    assert answer["active"] is True
    assert (answer["client_id"], answer["scope"], answer["token_type"]) == (
        "acme",
        "read",
        "Bearer",
    )


def test_a_client_sees_its_own_token_and_no_other_clients() -> None:
    at = server()
    other = client_record("third", secret_of(VALUE + "x"))
    in_world = world().add(other)
    request = post(f"token={minted(at, in_world)}", basic("third", VALUE + "x"))
    refused = asyncio.run(introspection.answer(request, at, in_world.parts()))

    assert introspected(minted(at, world()), "acme", VALUE, at=at)["active"] is True
    assert json_of(refused.body) == {"active": False}


@pytest.mark.parametrize("shown", ["rubbish", "a.b.c", "e30.e30.e30", "é"])
def test_what_is_no_live_token_is_inactive_and_nothing_else(shown: str) -> None:
    assert introspected(shown, "api", OTHER, at=server()) == {"active": False}


def test_an_expired_token_is_inactive() -> None:
    at = server()

    assert introspected(minted(at, world()), "api", OTHER, at=at, now=NOW + 3600) == {
        "active": False
    }


def test_introspection_without_credentials_is_refused() -> None:
    response = asyncio.run(introspection.answer(post("token=x"), server(), world().parts()))

    assert (response.status, json_of(response.body)["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("kind", "subject"), [("client", "client01"), ("secret", "secret01"), ("token", None)]
)
def test_a_revoked_token_is_inactive_and_a_later_one_is_alive(
    kind: str, subject: str | None
) -> None:
    shown = minted(server(), world())
    jti = pyjwt.decode(shown, options={"verify_signature": False})["jti"]
    entry = Revocation(
        issuer_id="issuer01", kind=kind, subject=subject or jti, before=NOW, until=NOW + 9999
    )
    at = server(revocations=[entry])
    later = world()
    later.now = NOW + 1

    assert introspected(shown, "api", OTHER, at=at) == {"active": False}
    assert introspected(minted(at, later), "api", OTHER, at=at)["active"] is True


def test_where_tokens_live_their_time_no_entry_stops_them() -> None:
    entry = Revocation(
        issuer_id="issuer01", kind="client", subject="client01", before=NOW, until=NOW + 9999
    )
    at = server(revocations=[entry], revocation="expiry")

    assert introspected(minted(at, world()), "api", OTHER, at=at)["active"] is True


def test_a_client_revokes_its_own_token() -> None:
    at, in_world = server(), world()
    shown = minted(at, in_world)
    request = post(f"token={shown}&token_type_hint=access_token", basic("acme", VALUE))
    response = asyncio.run(revocation.answer(request, at, in_world.parts()))

    assert response.status == 200
    claims = pyjwt.decode(shown, options={"verify_signature": False})
    (entry,) = in_world.revocations
    assert (entry.kind, entry.subject, entry.until) == ("token", claims["jti"], claims["exp"])


def test_revoking_another_clients_token_changes_nothing_and_looks_the_same() -> None:
    at, in_world = server(), world()
    request = post(f"token={minted(at, in_world)}", basic("api", OTHER))
    response = asyncio.run(revocation.answer(request, at, in_world.parts()))

    assert response.status == 200
    assert in_world.revocations == []


def test_the_feed_is_signed_typed_and_holds_what_can_still_stop_a_token() -> None:
    entries = [
        Revocation(
            issuer_id="issuer01", kind="client", subject="client01", before=5, until=NOW + 1
        ),
        Revocation(issuer_id="issuer01", kind="secret", subject="secret01", before=5, until=NOW),
    ]
    published = revocations.document(server(revocations=entries), NOW)

    assert published is not None
    assert pyjwt.get_unverified_header(published)["typ"] == "revocations+jwt"
    key = pyjwt.PyJWK(KEYS[0].public_jwk)
    claims = pyjwt.decode(
        published, key, algorithms=["ES256"], options={"verify_exp": False, "verify_iat": False}
    )
    assert claims == {
        "iss": "https://auth.example.com",
        "iat": NOW,
        "exp": NOW + 300,
        "version": 7,
        "clients": {"client01": 5},
    }


def test_a_revocation_list_is_never_taken_for_a_token() -> None:
    at = server()
    published = revocations.document(at, NOW)

    assert published is not None
    assert introspected(published.decode(), "api", OTHER, at=at) == {"active": False}


def test_an_issuer_with_a_shared_key_or_without_revocation_has_no_feed() -> None:
    assert revocations.document(issuer_server(alg="HS256"), NOW) is None
    assert revocations.document(server(revocation="expiry"), NOW) is None


def test_metadata_names_revocation_only_where_there_is_one() -> None:
    with_feed = metadata.document(server(), NOW)
    without = metadata.document(server(revocation="expiry"), NOW)

    assert with_feed["revocation_endpoint"] == "https://auth.example.com/oauth/revoke"
    assert "revocation_endpoint" not in without
    assert "introspection_endpoint" in without
