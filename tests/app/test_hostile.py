"""Hostile bytes at the token endpoints of all shipped dialects: refused in the dialect's shape.

Never a 5xx, never a token, and the connection serves the next request.
"""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.app.running import HOST, Running, World, raw_client, running
from tests.app.serving import RawClient
from tests.support.patience import wait_until
from watchword.dialect import load

DIALECTS = ("rfc6749", "kamoa", "kiss", "connectivity", "kashimi")
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("data"), *DIALECTS)


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Running]:
    with running(world, log_level="debug") as started:
        yield started


@pytest.fixture
def client(server: Running) -> Iterator[RawClient]:
    with raw_client(server.public) as connection:
        yield connection


def request(
    dialect: str,
    body: bytes,
    *headers: str,
    method: str = "POST",
    content_type: str = FORM,
    query: str = "",
    length: bool = True,
) -> bytes:
    lines = [f"{method} /{dialect}{load(dialect).token_path}{query} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"Content-Type: {content_type}"] if content_type else []
    lines += [f"Content-Length: {len(body)}"] if length else []
    return "\r\n".join([*lines, *headers, "", ""]).encode("latin-1") + body


def basic(client_id: str, secret: str) -> str:
    return "Authorization: Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def good(dialect: str, world: World) -> bytes:
    secret = world.secrets[dialect]
    if dialect == "kamoa":
        body = json.dumps({"clientId": "acme", "secret": secret}).encode()
        return request(dialect, body, content_type=JSON)
    return request(dialect, b"grant_type=client_credentials", basic("acme", secret))


def chunked(dialect: str, body: bytes) -> bytes:
    chunks = [body[start : start + 8000] for start in range(0, len(body), 8000)]
    encoded = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
    return request(dialect, encoded, "Transfer-Encoding: chunked", length=False)


BASIC_WRONG = basic("acme", "wrong")
GRANT = b"grant_type=client_credentials"
DEEP = b'{"a":' * 5000 + b"1" + b"}" * 5000

HOSTILE = {
    "an empty body": lambda d: request(d, b""),
    "no content type": lambda d: request(d, GRANT, content_type=""),
    "another content type": lambda d: request(d, b"<a/>", content_type="text/xml"),
    "multipart": lambda d: request(d, b"--x\r\n\r\n--x--", content_type="multipart/form-data"),
    "a content type of 4 KiB": lambda d: request(d, GRANT, content_type="a/" + "b" * 4096),
    "GET": lambda d: request(d, b"", method="GET"),
    "PUT": lambda d: request(d, GRANT, method="PUT"),
    "DELETE": lambda d: request(d, b"", method="DELETE"),
    "OPTIONS": lambda d: request(d, b"", method="OPTIONS"),
    "TRACE": lambda d: request(d, b"", method="TRACE"),
    "a wrong secret": lambda d: request(d, GRANT, BASIC_WRONG),
    "a wrong secret in JSON": lambda d: request(
        d, b'{"clientId":"acme","secret":"wrong"}', content_type=JSON
    ),
    "an unknown client": lambda d: request(d, GRANT, basic("nobody", "wrong")),
    "bad UTF-8 in the form": lambda d: request(d, b"grant_type=%ff%fe&client_id=\xff\xfe"),
    "NUL in the form": lambda d: request(d, b"grant_type=a%00b&client_id=a%00&client_secret=%00"),
    "NUL in Basic": lambda d: request(d, GRANT, basic("a\0b", "c\0d")),
    "half a surrogate pair": lambda d: request(
        d, b'{"clientId":"\\ud800","secret":"\\udfff"}', content_type=JSON
    ),
    "bad UTF-8 in JSON": lambda d: request(d, b'{"clientId":"\xff"}', content_type=JSON),
    "JSON that is a list": lambda d: request(d, b"[1]", content_type=JSON),
    "JSON of numbers": lambda d: request(d, b'{"clientId":1,"secret":2}', content_type=JSON),
    "JSON cut off": lambda d: request(d, b'{"clientId":"a', content_type=JSON),
    "JSON with a name twice": lambda d: request(
        d, b'{"clientId":"a","clientId":"b","secret":"c"}', content_type=JSON
    ),
    "deep JSON": lambda d: request(d, DEEP, content_type=JSON),
    "huge numbers": lambda d: request(d, b'{"clientId":1e999}', content_type=JSON),
    "a parameter twice": lambda d: request(d, GRANT + b"&" + GRANT, BASIC_WRONG),
    "1,000 parameters": lambda d: request(d, b"&".join(b"p%d=1" % n for n in range(1000))),
    "60 KiB of ampersands": lambda d: request(d, b"&" * 60_000),
    "60 KiB of percent signs": lambda d: request(d, b"%" * 60_000),
    "two Authorization headers": lambda d: request(d, GRANT, BASIC_WRONG, BASIC_WRONG),
    "Basic that is not base64": lambda d: request(d, GRANT, "Authorization: Basic !!!"),
    "Basic without a colon": lambda d: request(d, GRANT, "Authorization: Basic YWJj"),
    "Basic of nothing": lambda d: request(d, GRANT, "Authorization: Basic "),
    "an Authorization of 10 KiB": lambda d: request(
        d, GRANT, "Authorization: Basic " + "QUJD" * 2500
    ),
    "another scheme": lambda d: request(d, GRANT, "Authorization: Digest a=b"),
    "credentials in the query": lambda d: request(
        d, b"", query="?grant_type=client_credentials&client_id=acme&client_secret=wrong"
    ),
    "a header that is not ASCII": lambda d: request(d, GRANT, "X-A: \xe9\xff"),
    "another grant": lambda d: request(d, b"grant_type=password&username=a&password=b"),
    "a huge scope": lambda d: request(d, GRANT + b"&scope=" + b"a+" * 20_000, BASIC_WRONG),
    "a resource that is no URL": lambda d: request(d, GRANT + b"&resource=%00", BASIC_WRONG),
    "an Origin that is none": lambda d: request(d, GRANT, "Origin: \xff, null"),
    "a chunked body": lambda d: chunked(d, b"client_id=acme&client_secret=wrong&" + GRANT),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_requests_are_refused_and_the_connection_goes_on(
    client: RawClient, world: World, dialect: str, name: str
) -> None:
    client.send(HOSTILE[name](dialect))
    status, headers, body = client.answer()

    assert 400 <= status < 500
    assert b"eyJ" not in body
    assert headers["content-type"].startswith("application/json")
    assert headers["cache-control"] == "no-store"
    assert headers["x-request-id"]
    assert isinstance(json.loads(body), dict)
    client.send(good(dialect, world))
    assert client.status() == 200


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("announced", [True, False])
def test_a_body_over_64_KiB_gets_413_in_the_dialects_shape(
    client: RawClient, world: World, dialect: str, announced: bool
) -> None:
    body = b"a" * 70_000
    client.send(request(dialect, body) if announced else chunked(dialect, body))
    status, _, answer = client.answer()

    assert status == 413
    assert set(json.loads(answer)) <= {"message", "error", "error_description"}
    client.send(good(dialect, world))
    assert client.status() == 200


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_body_of_exactly_64_KiB_is_read(client: RawClient, dialect: str) -> None:
    client.send(request(dialect, b"a" * 65_536))

    assert 400 <= client.status() < 500


def test_a_huge_body_is_refused_before_it_has_come(client: RawClient) -> None:
    client.send(request("kamoa", b"", "Content-Length: 9000000", length=False))
    status, _, answer = client.answer()

    assert status == 413
    assert list(json.loads(answer)) == ["message"]


def test_a_huge_body_that_asks_first_is_refused_before_it_is_sent(client: RawClient) -> None:
    body = b""
    asked = request("kamoa", body, "Expect: 100-continue", "Content-Length: 9000000", length=False)
    client.send(asked)
    status, _, answer = client.answer()

    assert status == 413
    assert list(json.loads(answer)) == ["message"]


def test_a_client_that_goes_away_in_the_middle_leaves_no_trace(server: Running) -> None:
    with raw_client(server.public) as client:
        client.send(request("kamoa", b"{}" * 10)[:-5])
    time.sleep(0.1)

    assert "Exception" not in server.log
    assert "Traceback" not in server.log


def test_unknown_clients_and_wrong_secrets_are_answered_alike(
    client: RawClient, world: World
) -> None:
    for dialect in DIALECTS:
        answers = []
        for client_id in ("acme", "nobody"):
            if dialect == "kamoa":
                body = json.dumps({"clientId": client_id, "secret": "wrong"}).encode()
                client.send(request(dialect, body, content_type=JSON))
            else:
                client.send(request(dialect, GRANT, basic(client_id, "wrong")))
            status, headers, answer = client.answer()
            headers.pop("x-request-id")
            headers.pop("date")
            answers.append((status, headers, answer))

        assert answers[0] == answers[1]


def test_no_secret_and_no_token_is_in_the_log(server: Running, world: World) -> None:
    answers = [server.ask(good(dialect, world)) for dialect in DIALECTS]
    answers.append(server.ask(request("kiss", b"", query="?client_secret=planted-in-the-query")))
    wait_until(lambda: all(headers["x-request-id"] in server.log for _, headers, _ in answers))

    for _, _, body in answers[:-1]:
        answer = json.loads(body)
        assert (answer.get("token") or answer["access_token"]) not in server.log
    assert "planted" not in server.log
    assert not [secret for secret in world.secrets.values() if secret in server.log]
    assert "Traceback" not in server.log


UNREADABLE = {
    "no Host": (400, lambda d: good_shape(d).replace(f"Host: {HOST}\r\n".encode(), b"")),
    "two Hosts": (400, lambda d: request(d, GRANT, "Host: other.test")),
    "a large head": (431, lambda d: request(d, GRANT, "X-Padding: " + "a" * 17_000)),
    "another HTTP": (400, lambda d: good_shape(d).replace(b"HTTP/1.1", b"HTTP/2.0")),
    "a header folded": (400, lambda d: request(d, GRANT, "X-Folded: a\r\n b")),
}


def good_shape(dialect: str) -> bytes:
    return request(dialect, GRANT)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_breaks_the_rules_of_http_is_refused_in_the_dialects_shape_too(
    server: Running, dialect: str, kind: str
) -> None:
    expected, sent = UNREADABLE[kind]
    with raw_client(server.public) as client:
        client.send(sent(dialect))
        status, headers, body = client.answer()

        assert (status, headers["connection"]) == (expected, "close")
        assert headers["cache-control"] == "no-store"
        assert headers["x-request-id"]
        assert json.loads(body).keys() & {"message", "error"}
        assert client.is_closed()


def test_a_body_that_does_not_come_is_refused_in_the_dialects_shape_too(server: Running) -> None:
    with ExitStack() as connections:
        clients = [connections.enter_context(raw_client(server.public)) for _ in DIALECTS]
        for client, dialect in zip(clients, DIALECTS, strict=True):
            client.send(good_shape(dialect)[:-5])

        answers = [client.answer() for client in clients]

    assert {status for status, _, _ in answers} == {408}
    assert all(json.loads(body).keys() & {"message", "error"} for _, _, body in answers)


def test_a_request_that_names_no_issuer_is_refused_in_nobodys_words(client: RawClient) -> None:
    client.send(b"POST /nobody/oauth/token HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    status, headers, _ = client.answer()

    assert (status, headers["content-type"]) == (400, "application/problem+json")
