"""Which application a host and a path lead to."""

import pytest

from tests.app.asgi_calls import call, scope_of
from watchword.app.asgi import Application, Receive, Scope, Send, send_answer
from watchword.app.proxy import TrustedProxies
from watchword.app.routing import Router, Routes, Site


def saying(text: str) -> Application:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(send, 200, [], f"{text} {scope['path']}".encode())

    return app


def router(*sites: Site, proxies: TrustedProxies | None = None) -> Router:
    made = Router({b"/healthz": saying("health")}, proxies)
    made.routes = Routes(sites)
    return made


KISS = Site(
    urls=("http://127.0.0.1:8080/kiss", "http://kiss.localhost:8080"),
    below={"/auth/token": saying("kiss token")},
    inserted={"/.well-known/oauth-authorization-server": saying("kiss metadata")},
    rest=saying("api"),
)
KAMOA = Site(
    urls=("http://127.0.0.1:8080/kamoa", "http://kamoa.localhost:8080", "https://Auth.Kamoa.test"),
    below={"/auth/token": saying("kamoa token")},
)
BOTH = router(KISS, KAMOA)


@pytest.mark.parametrize(
    ("host", "path", "answer"),
    [
        ("127.0.0.1:8080", "/kiss/auth/token", "kiss token /kiss/auth/token"),
        ("127.0.0.1:8080", "/kamoa/auth/token", "kamoa token /kamoa/auth/token"),
        ("kiss.localhost:8080", "/auth/token", "kiss token /auth/token"),
        ("KAMOA.localhost:8080", "/auth/token", "kamoa token /auth/token"),
        ("auth.kamoa.test", "/auth/token", "kamoa token /auth/token"),
        ("auth.kamoa.test:443", "/auth/token", "kamoa token /auth/token"),
        (
            "127.0.0.1:8080",
            "/.well-known/oauth-authorization-server/kiss",
            "kiss metadata /.well-known/oauth-authorization-server/kiss",
        ),
        ("anything.test", "/healthz", "health /healthz"),
        ("kiss.localhost:8080", "/healthz", "health /healthz"),
        ("127.0.0.1:8080", "/kiss/products", "api /kiss/products"),
        ("kiss.localhost:8080", "/products", "api /kiss/products"),
    ],
)
def test_host_and_path_find_the_issuer(host: str, path: str, answer: str) -> None:
    assert call(BOTH, scope_of(path=path, host=host)).body.decode() == answer


@pytest.mark.parametrize(
    ("host", "path"),
    [
        ("127.0.0.1:8080", "/auth/token"),
        ("127.0.0.1:8080", "/kiss//auth/token/x"),
        ("127.0.0.1:8080", "/KAMOA/auth/token"),
        ("127.0.0.1:8080", "/kamoa/auth/token/"),
        ("127.0.0.1:8080", "/kamoa/auth/%74oken"),
        ("127.0.0.1", "/kamoa/auth/token"),
        ("127.0.0.1:8081", "/kamoa/auth/token"),
        ("auth.kamoa.test:80", "/auth/token"),
        ("auth.kamoa.test.", "/auth/token"),
        ("other.test", "/kamoa/auth/token"),
    ],
)
def test_anything_else_is_404_as_a_problem(host: str, path: str) -> None:
    answer = call(router(KAMOA), scope_of(path=path, host=host))

    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize("host", ["", "a b", "127.0.0.1:8080/kiss", "a.test:x", "a@b", "[::1", "é"])
def test_a_host_that_is_none_is_400(host: str) -> None:
    assert call(BOTH, scope_of(host=host, path="/auth/token")).status == 400


def test_routes_can_be_replaced_while_requests_come() -> None:
    changing = router(KISS)
    changing.routes = Routes([KAMOA])

    assert call(changing, scope_of(host="kiss.localhost:8080", path="/auth/token")).status == 404
    assert call(changing, scope_of(host="kamoa.localhost:8080", path="/auth/token")).status == 200


def test_a_percent_encoded_path_below_an_alias_stays_encoded_for_the_api() -> None:
    seen = []

    async def look(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append((scope["path"], scope["raw_path"]))
        await send_answer(send, 200, [], b"")

    site = Site(urls=("http://a.test/x", "http://b.test"), below={}, rest=look)
    scope = scope_of(host="b.test", path="/caf%C3%A9") | {"path": "/café"}
    call(router(site), scope)

    assert seen == [("/x/café", b"/x/caf%C3%A9")]


def test_a_listed_proxys_host_finds_the_issuer() -> None:
    behind = router(KAMOA, proxies=TrustedProxies(["10.0.0.0/8"]))
    headers = {"x-forwarded-host": "auth.kamoa.test", "x-forwarded-proto": "https"}

    listed = scope_of(path="/auth/token", host="inner", peer="10.1.2.3", headers=headers)
    assert call(behind, listed).status == 200

    stranger = scope_of(path="/auth/token", host="inner", peer="192.0.2.1", headers=headers)
    assert call(behind, stranger).status == 404
