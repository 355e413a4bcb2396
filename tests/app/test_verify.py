"""`GET /verify/<issuer>`: a proxy asks the server itself."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.app.running import Running, World, context, get, running, token_request
from tests.support.patience import within
from watchword.admin.client import disable_client
from watchword.admin.key import rotate_key

Answer = tuple[int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("verify")
    scopes = ("payments:read", "payments:write")
    return World(folder, "rfc6749", scopes=scopes, audiences=("https://a.test", "https://b.test"))


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Running]:
    with running(world) as server:
        yield server


def token(server: Running, world: World, **wanted: str) -> str:
    form = {"grant_type": "client_credentials", "scope": "payments:read", **wanted}
    body = urlencode(form).encode()
    answer = server.ask(token_request(world.secret, body=body))
    return str(json.loads(answer[2])["access_token"])


def ask(server: Running, shown: str | None, query: str = "", host: str = "any.test") -> Answer:
    headers = () if shown is None else (f"Authorization: {shown}",)
    return server.ask(get(f"/verify/rfc6749{query}", *headers, host=host))


def test_a_good_token_is_answered_with_its_identity_on_any_host(
    server: Running, world: World
) -> None:
    shown = f"Bearer {token(server, world)}"
    status, headers, body = ask(server, shown)

    assert (status, body) == (200, b"")
    assert headers["x-client-id"] == headers["x-subject"] == "acme"
    assert headers["x-scope"] == "payments:read"
    assert len(headers["x-token-id"]) == 38
    assert headers["cache-control"] == "no-store"
    assert ask(server, shown, host="other.test:8080")[0] == 200


def test_scopes_are_asked_for_in_the_query(server: Running, world: World) -> None:
    shown = f"Bearer {token(server, world)}"

    assert ask(server, shown, "?scope=payments:read")[0] == 200
    status, headers, _ = ask(server, shown, "?scope=payments:read+payments:write")
    assert status == 403
    assert 'scope="payments:read payments:write"' in headers["www-authenticate"]


MISSPELT = ["?scop=a", "?scope=a&scope=b", "?scope=", "?scope=a&x=y", "?audience=https://c.test"]


@pytest.mark.parametrize("query", MISSPELT)
def test_a_misspelt_query_lets_nobody_pass(query: str, server: Running, world: World) -> None:
    assert ask(server, f"Bearer {token(server, world)}", query)[0] == 400


def test_a_token_is_for_the_default_audience_unless_the_proxy_names_another(
    server: Running, world: World
) -> None:
    default = f"Bearer {token(server, world)}"
    other = f"Bearer {token(server, world, resource='https://b.test')}"

    assert ask(server, default, "?audience=https://b.test")[0] == 401
    assert ask(server, other, "?audience=https://b.test")[0] == 200
    assert ask(server, other)[0] == 401


def test_no_token_and_a_bad_one_are_401_with_their_challenges(server: Running) -> None:
    assert ask(server, None)[1]["www-authenticate"] == "Bearer"
    status, headers, _ = ask(server, "Bearer rubbish")
    assert status == 401
    assert 'error="invalid_token"' in headers["www-authenticate"]


def test_only_issuers_of_the_vendor_are_asked_for(server: Running) -> None:
    assert server.ask(get("/verify/administration"))[0] == 404
    assert server.ask(get("/verify/nobody"))[0] == 404
    assert server.ask(get("/verify/"))[0] == 404
    assert server.ask(get("/verify"))[0] == 404


def test_a_token_in_the_clients_url_is_refused(server: Running, world: World) -> None:
    shown = f"Authorization: Bearer {token(server, world)}"
    told = ("X-Original-Method: GET", "X-Original-URI: /a?access_token=x")

    assert server.ask(get("/verify/rfc6749", shown, *told))[0] == 400


def test_a_new_key_and_a_stopped_client_are_known_within_a_second(
    server: Running, world: World
) -> None:
    old = f"Bearer {token(server, world)}"
    rotate_key(world.estate, context(), issuer_of(world))
    assert ask(server, old)[0] == 200
    with world.estate.store.reading() as reading:
        client = reading.client_named(issuer_of(world), "acme")
    assert client is not None
    disable_client(world.estate, context(), client.id)

    assert within(1, lambda: ask(server, old)[0] == 401)


def issuer_of(world: World) -> str:
    with world.estate.store.reading() as reading:
        issuer = reading.issuer_named("rfc6749")
    assert issuer is not None
    return issuer.id


def test_kamoas_bare_hs256_token_is_verified_with_the_keys_of_the_store(tmp_path: Path) -> None:
    world = World(tmp_path, "kamoa", alg="HS256")
    wanted = json.dumps({"clientId": "acme", "secret": world.secret})
    lines = [
        "POST /kamoa/auth/token HTTP/1.1",
        "Host: auth.test",
        "Content-Type: application/json",
        f"Content-Length: {len(wanted)}",
    ]
    with running(world) as server:
        answer = server.ask("\r\n".join([*lines, "", wanted]).encode())
        shown = json.loads(answer[2])["token"]

        def status(value: str) -> int:
            return server.ask(get("/verify/kamoa", f"Authorization: {value}"))[0]

        assert status(shown) == 200
        assert status(f"Bearer {shown}") == 401
        assert status(shown[:-3] + "AAA") == 401
