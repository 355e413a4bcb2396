"""Any ASGI application behind the middleware."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.guard.issuing import ISSUER, SmallIssuer, bearer, guarded
from watchword.guard.asgi import GuardMiddleware

ISSUED = SmallIssuer()
RESOURCE = "https://api.example.com/v1"


async def greeting(scope: Any, receive: Any, send: Any) -> None:
    """Greets the client by the claims that the middleware has left."""
    claims = scope.get("state", {}).get("claims")
    name = "nobody" if claims is None else claims.client_id
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": f"hello {name}".encode()})


def asked(app: Any, path: str = "/", method: str = "GET", **headers: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
            return await client.request(method, path, headers=headers)

    return asyncio.run(ask())


def app(**options: Any) -> GuardMiddleware:
    guard = guarded(ISSUED, resource=RESOURCE)
    return GuardMiddleware(greeting, guard, scope="payments:read", public=["/healthz"], **options)


def test_a_good_token_reaches_the_application_with_its_claims() -> None:
    answer = asked(app(), authorization=bearer(ISSUED.token()))

    assert (answer.status_code, answer.text) == (200, "hello ACME01")


def test_no_token_is_401_with_a_bare_challenge_that_names_the_metadata() -> None:
    answer = asked(app())

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == (
        'Bearer resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/v1"'
    )
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json()["error"] == "unauthorized"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"exp": 1}, 401, "invalid_token"),
        ({"scope": "other"}, 403, "insufficient_scope"),
    ],
)
def test_a_refused_token_is_answered_with_its_cause(
    changes: dict[str, Any], status: int, error: str
) -> None:
    answer = asked(app(), authorization=bearer(ISSUED.token(**changes)))

    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert f'error="{error}"' in answer.headers["www-authenticate"]


def test_a_required_claim_counts() -> None:
    needs = app(claims={"plan": "gold"})

    assert asked(needs, authorization=bearer(ISSUED.token(plan="gold"))).status_code == 200
    assert asked(needs, authorization=bearer(ISSUED.token(plan="tin"))).status_code == 403


def test_without_keys_it_is_503_with_retry_after() -> None:
    issuer = SmallIssuer()
    issuer.down = True
    answer = asked(GuardMiddleware(greeting, guarded(issuer)), authorization=bearer(issuer.token()))

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert "www-authenticate" not in answer.headers


def test_a_token_in_the_url_is_400() -> None:
    assert asked(app(), f"/?access_token={ISSUED.token()}").status_code == 400


def test_public_paths_need_no_token_and_only_they() -> None:
    assert asked(app(), "/healthz").text == "hello nobody"
    for path in ("/healthz/", "/healthz/x", "/HEALTHZ"):
        assert asked(app(), path).status_code == 401


def test_the_metadata_is_served_without_a_token() -> None:
    answer = asked(app(), "/.well-known/oauth-protected-resource/v1")

    assert answer.status_code == 200
    assert answer.json()["authorization_servers"] == [ISSUER]
    assert asked(app(), "/.well-known/oauth-protected-resource/v1", "POST").status_code == 401


def test_a_head_request_is_refused_without_a_body() -> None:
    answer = asked(app(), method="HEAD")

    assert (answer.status_code, answer.content) == (401, b"")


def test_in_report_mode_everything_goes_through_without_claims() -> None:
    reporting = GuardMiddleware(greeting, guarded(ISSUED, mode="report"), scope="payments:read")

    assert asked(reporting, authorization="Bearer x").text == "hello nobody"
    assert asked(reporting, authorization=bearer(ISSUED.token())).text == "hello ACME01"


def spoken(extensions: dict[str, Any], token: str | None) -> list[dict[str, Any]]:
    sent: list[dict[str, Any]] = []

    async def accept(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [] if token is None else [(b"authorization", token.encode())]
    scope = {"type": "websocket", "path": "/", "headers": headers, "extensions": extensions}
    asyncio.run(GuardMiddleware(accept, guarded(ISSUED))(scope, None, send))  # type: ignore[arg-type]
    return sent


def test_a_websocket_is_opened_with_a_good_token_only() -> None:
    assert spoken({}, bearer(ISSUED.token())) == [{"type": "websocket.accept"}]
    assert spoken({}, None) == [{"type": "websocket.close", "code": 1008}]


def test_a_websocket_is_refused_in_full_where_the_server_can() -> None:
    start, body = spoken({"websocket.http.response": {}}, "Bearer x")

    assert (start["type"], start["status"]) == ("websocket.http.response.start", 401)
    assert json.loads(body["body"])["error"] == "invalid_token"


def test_keys_are_fetched_when_the_application_starts() -> None:
    issuer = SmallIssuer()

    async def lifespan(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "lifespan.startup.complete"})

    async def start() -> None:
        async def send(message: Any) -> None:
            """Nobody listens."""

        middleware = GuardMiddleware(lifespan, guarded(issuer))
        await middleware({"type": "lifespan"}, None, send)  # type: ignore[arg-type]

    asyncio.run(start())
    from tests.support.patience import eventually

    assert eventually(lambda: len(issuer.fetches) == 1)
