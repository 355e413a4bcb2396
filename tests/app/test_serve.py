"""A whole server over real sockets: tokens, documents, health, changes, and its end."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from tests.app.running import Running, World, context, get, running, token_request
from tests.support.patience import wait_until, within
from watchword.admin.client import disable_client
from watchword.admin.issuer import NewIssuer, create_issuer


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("data"), "rfc6749", "kamoa", "kiss", scopes=("read",))


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Running]:
    with running(world) as started:
        yield started


def test_a_client_gets_a_token_that_the_jwk_set_verifies(world: World, server: Running) -> None:
    status, headers, body = server.ask(token_request(world.secret))
    _, _, key_set = server.ask(get("/rfc6749/.well-known/jwks.json"))

    assert status == 200
    assert headers["cache-control"] == "no-store"
    assert headers["x-request-id"]
    token = json.loads(body)["access_token"]
    key = jwt.PyJWKSet.from_dict(json.loads(key_set)).keys[0]
    claims = jwt.decode(token, key, algorithms=["ES256"], audience="http://auth.test/rfc6749")
    assert claims["client_id"] == "acme"


def test_the_documents_stand_where_clients_look(server: Running) -> None:
    paths = [
        "/rfc6749/.well-known/oauth-authorization-server",
        "/.well-known/oauth-authorization-server/rfc6749",
        "/rfc6749/.well-known/openid-configuration",
        "/.well-known/openid-configuration/rfc6749",
    ]
    answers = [server.ask(get(path)) for path in paths]

    assert [status for status, _, _ in answers] == [200] * 4
    assert len({body for _, _, body in answers}) == 1
    assert json.loads(answers[0][2])["issuer"] == "http://auth.test/rfc6749"


def test_the_dialects_public_half_can_be_read(server: Running) -> None:
    status, _, body = server.ask(get("/kamoa/.well-known/watchword-dialect"))

    assert status == 200
    assert json.loads(body)["name"] == "kamoa"


def test_an_issuer_that_is_not_rfc_6749_has_no_metadata(server: Running) -> None:
    assert server.ask(get("/kamoa/.well-known/oauth-authorization-server"))[0] == 404


def test_health_is_told_on_any_host(server: Running) -> None:
    assert server.ask(get("/healthz", host="whatever"))[0] == 200
    assert server.ask(get("/readyz", host="whatever"))[0] == 200
    assert server.ask_admin("/readyz")[0] == 200


def test_a_refusal_is_logged_at_once_with_its_reason_and_request_id(
    world: World, server: Running
) -> None:
    status, headers, _ = server.ask(token_request("wrong"))

    assert status == 401
    wait_until(lambda: headers["x-request-id"] in server.log)
    line = next(
        line
        for line in server.lines("token.refused")
        if line["request_id"] == headers["x-request-id"]
    )
    assert (line["issuer"], line["cause"]) == ("rfc6749", "wrong_secret")
    assert line["level"] == "info"


def test_an_issued_token_is_logged_by_its_request_id(world: World, server: Running) -> None:
    _, headers, _ = server.ask(token_request(world.secret))

    wait_until(lambda: headers["x-request-id"] in server.log)
    batches = server.lines("token.issued")
    told = [each for batch in batches for each in batch["tokens"]]
    assert headers["x-request-id"] in [each["request_id"] for each in told]


def test_metrics_count_outcomes(world: World, server: Running) -> None:
    server.ask(token_request("wrong"))
    server.ask(token_request(world.secret))
    server.ask(b"GET / HTTP/1.1\r\n\r\n")

    status, _, page = server.ask_admin("/metrics")
    assert status == 200
    text = page.decode()
    assert 'watchword_token_requests_total{issuer="rfc6749",outcome="issued"}' in text
    assert 'watchword_token_requests_total{issuer="rfc6749",outcome="wrong_secret"}' in text
    assert 'watchword_http_refusals_total{status="400"}' in text
    assert 'watchword_token_request_duration_seconds_bucket{issuer="rfc6749",le="+Inf"}' in text


def test_metrics_are_not_on_the_public_listener(server: Running) -> None:
    assert server.ask(get("/metrics"))[0] == 404


def test_the_administration_listener_has_nothing_of_the_issuers(server: Running) -> None:
    assert server.ask_admin("/rfc6749/.well-known/jwks.json")[0] == 404


def test_a_change_is_known_within_a_second(world: World, server: Running) -> None:
    create_issuer(world.estate, context(), NewIssuer(name="new", url="http://auth.test/new"))
    assert within(1, lambda: server.ask(get("/new/.well-known/jwks.json"))[0] == 200)


def revocations(server: Running) -> tuple[dict[str, str], dict[str, Any]]:
    status, headers, body = server.ask(get("/rfc6749/oauth/revocations"))
    assert status == 200
    assert jwt.get_unverified_header(body)["typ"] == "revocations+jwt"
    return headers, jwt.decode(body, options={"verify_signature": False, "verify_aud": False})


def test_a_disabled_client_is_refused_and_listed_within_a_second(tmp_path: Path) -> None:
    world = World(tmp_path)
    with running(world, workers=2) as server:
        assert server.ask(token_request(world.secret))[0] == 200
        headers, before = revocations(server)
        unchanged = get("/rfc6749/oauth/revocations", f"If-None-Match: {headers['etag']}")
        assert server.ask(unchanged)[0] == 304
        with world.estate.store.reading() as reading:
            issuer = reading.issuer_named("rfc6749")
            assert issuer
            client = reading.client_named(issuer.id, "acme")
        assert client
        disable_client(world.estate, context(), client.id)

        def refused_by_all() -> bool:
            return {server.ask(token_request(world.secret))[0] for _ in range(5)} == {401}

        def listed_by_all() -> bool:
            lists = [revocations(server)[1] for _ in range(10)]
            versions = {each["version"] for each in lists}
            same_and_newer = len(versions) == 1 and min(versions) > before["version"]
            return same_and_newer and list(lists[0]["clients"]) == [client.id]

        assert within(1, refused_by_all)
        assert within(1, listed_by_all)
