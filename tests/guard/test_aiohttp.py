"""A small aiohttp application, over a real socket."""

import asyncio
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from tests.guard.issuing import ISSUER, SmallIssuer, bearer, guarded
from watchword.guard.aiohttp import claims_of, guard_middleware
from watchword.guard.aiohttp import guarded as guarded_handler

ISSUED = SmallIssuer()
GUARD = guarded(ISSUED, resource="https://api.example.com")


async def greeting(request: web.Request) -> web.Response:
    try:
        return web.json_response({"client": claims_of(request).client_id})
    except KeyError:
        return web.json_response({"client": None})


@guarded_handler(GUARD, scope="payments:read", claims={"plan": "gold"})
async def payments(request: web.Request) -> web.Response:
    return web.json_response({"client": claims_of(request).client_id})


class Invoices(web.View):
    @guarded_handler(GUARD, scope="payments:read")
    async def get(self) -> web.Response:
        return web.json_response({"client": claims_of(self.request).client_id})


class Handlers:
    @guarded_handler(GUARD, scope="payments:read")
    async def invoices(self, request: web.Request) -> web.Response:
        return web.json_response({"client": claims_of(request).client_id})


@guarded_handler(GUARD, scope="payments:read")
class Whole(web.View):
    async def get(self) -> web.Response:
        return web.json_response({"client": claims_of(self.request).client_id})


CLASSES = [
    web.view("/view", Invoices),
    web.get("/method", Handlers().invoices),
    web.view("/whole", Whole),
]


def asked(path: str, behind: bool = False, **headers: str) -> tuple[int, dict[str, str], Any]:
    async def ask() -> tuple[int, dict[str, str], Any]:
        middlewares = [guard_middleware(GUARD, public=["/healthz"])] if behind else []
        app = web.Application(middlewares=middlewares)
        app.add_routes([web.get("/payments", payments), web.get("/healthz", greeting)])
        app.add_routes([web.get("/greeting", greeting), *CLASSES])
        async with TestClient(TestServer(app)) as client:
            answer = await client.get(path, headers=headers)
            named = {name.lower(): value for name, value in answer.headers.items()}
            return answer.status, named, await answer.json()

    return asyncio.run(ask())


def test_a_handler_has_the_claims_of_a_good_token() -> None:
    token = bearer(ISSUED.token(plan="gold"))

    assert asked("/payments", authorization=token)[::2] == (200, {"client": "ACME01"})


def test_a_handler_requires_its_own() -> None:
    assert asked("/payments", authorization=bearer(ISSUED.token()))[0] == 403
    assert asked("/payments", authorization=bearer(ISSUED.token(plan="gold", scope="x")))[0] == 403


@pytest.mark.parametrize("path", ["/view", "/method", "/whole"])
def test_classes_and_their_methods_are_guarded(path: str) -> None:
    answer = asked(path, authorization=bearer(ISSUED.token()))

    assert answer[::2] == (200, {"client": "ACME01"})
    assert asked(path, authorization=bearer(ISSUED.token(scope="x")))[0] == 403
    assert asked(path)[0] == 401


def test_behind_the_middleware_everything_is_guarded_but_what_is_public() -> None:
    assert asked("/greeting", behind=True)[0] == 401
    assert asked("/nowhere", behind=True)[0] == 401
    assert asked("/healthz", behind=True)[::2] == (200, {"client": None})
    token = bearer(ISSUED.token())
    assert asked("/greeting", behind=True, authorization=token)[2] == {"client": "ACME01"}


def test_a_refusal_has_its_challenge() -> None:
    status, headers, body = asked("/payments", authorization="Bearer x")

    assert (status, body["error"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in headers["www-authenticate"]


def test_a_token_in_the_url_is_400() -> None:
    assert asked(f"/payments?access_token={ISSUED.token()}")[0] == 400


def test_the_metadata_is_served() -> None:
    status, _, body = asked("/.well-known/oauth-protected-resource", behind=True)

    assert (status, body["authorization_servers"]) == (200, [ISSUER])
