"""Behind a proxy that terminates TLS: who is believed, and credentials in the clear."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.running import Running, World, raw_client, running, token_request
from tests.support.patience import wait_until


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("data"), "rfc6749", "kamoa")


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Running]:
    with running(world, behind_proxy=("127.0.0.1",)) as started:
        yield started


def forwarded(world: World, *, host: str = "auth.test", proto: str = "https") -> bytes:
    headers = (
        f"X-Forwarded-Host: {host}",
        f"X-Forwarded-Proto: {proto}",
        "X-Forwarded-For: 6.6.6.6, 192.0.2.7",
    )
    return token_request(world.secret, host="inner:8080", headers=headers)


def test_the_forwarded_host_finds_the_issuer(world: World, server: Running) -> None:
    assert server.ask(forwarded(world))[0] == 200
    assert server.ask(forwarded(world, host="other.test"))[0] == 404


def test_the_log_names_the_client_and_not_the_proxy(world: World, server: Running) -> None:
    _, headers, _ = server.ask(forwarded(world))
    wait_until(lambda: headers["x-request-id"] in server.log)

    told = [each for line in server.lines("token.issued") for each in line["tokens"]]
    peer = next(t["peer"] for t in told if t["request_id"] == headers["x-request-id"])
    assert peer == "192.0.2.7"


def test_credentials_in_the_clear_are_refused_and_an_event_says_so(
    world: World, server: Running
) -> None:
    status, headers, body = server.ask(forwarded(world, proto="http"))

    assert status == 400
    assert json.loads(body)["error"] == "invalid_request"
    assert "access_token" not in json.loads(body)
    wait_until(lambda: server.lines("client.exposed"))
    line = server.lines("client.exposed")[0]
    assert (line["client_id"], line["request_id"]) == ("acme", headers["x-request-id"])
    assert line["level"] == "warning"

    def events() -> list[str]:
        with world.estate.store.reading() as reading:
            return [event.name for event in reading.events() if event.action == "client.exposed"]

    wait_until(events)
    server.ask(forwarded(world, proto="http"))
    assert events() == ["acme"]


def test_credentials_in_the_clear_are_refused_in_the_dialects_words(
    world: World, server: Running
) -> None:
    body = json.dumps({"clientId": "acme", "secret": world.secrets["kamoa"]}).encode()
    request = (
        b"POST /kamoa/auth/token HTTP/1.1\r\nHost: auth.test\r\nX-Forwarded-Proto: http\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    status, _, answer = server.ask(request)

    assert status == 400
    assert list(json.loads(answer)) == ["message"]


def test_a_request_that_is_no_http_is_refused_in_the_words_of_the_forwarded_host(
    server: Running,
) -> None:
    status, _, answer = server.ask(
        b"POST /kamoa/auth/token HTTP/1.1\r\nHost: inner:8080\r\nX-Forwarded-Host: auth.test\r\n"
        b"X-Forwarded-Proto: https\r\nTransfer-Encoding: gzip\r\n\r\n"
    )

    assert status == 400
    assert list(json.loads(answer)) == ["message"]


def test_unknown_clients_in_the_clear_leave_no_event(world: World, server: Running) -> None:
    request = token_request("whatever", client_id="nobody", headers=("X-Forwarded-Proto: http",))
    assert server.ask(request)[0] == 400
    wait_until(lambda: "nobody" in [line["client_id"] for line in server.lines("client.exposed")])

    with world.estate.store.reading() as reading:
        assert "nobody" not in [event.name for event in reading.events()]


def test_forwarded_headers_of_a_stranger_are_ignored(tmp_path: Path) -> None:
    world = World(tmp_path)
    with running(world, behind_proxy=("192.0.2.0/24",)) as server:
        assert server.ask(forwarded(world))[0] == 404
        spoofed = token_request(world.secret, headers=("X-Forwarded-Proto: http",))
        assert server.ask(spoofed)[0] == 200


def test_a_unix_socket_counts_as_loopback(tmp_path: Path) -> None:
    world = World(tmp_path)
    place = f"unix:{tmp_path}/s"
    with running(world, listen=place, admin_listen=None, behind_proxy=("127.0.0.1",)) as server:
        with raw_client(server.public) as client:
            client.send(forwarded(world))

            assert client.status() == 200
        assert server.stop() == 0
    assert not (tmp_path / "s").exists()
