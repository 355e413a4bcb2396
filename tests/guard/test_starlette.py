"""A small Starlette application."""

import pytest
from starlette.applications import Starlette
from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.guard.issuing import SmallIssuer, bearer, guarded
from watchword.guard.starlette import guarded as guarded_endpoint

ISSUED = SmallIssuer()
GUARD = guarded(ISSUED)


@guarded_endpoint(GUARD, scope="payments:read")
async def payments(request: Request) -> Response:
    return JSONResponse({"client": request.state.claims.client_id})


@guarded_endpoint(GUARD, claims={"admin": True})
def admin(request: Request) -> Response:
    return JSONResponse({"client": request.state.claims.client_id})


class Invoices(HTTPEndpoint):
    @guarded_endpoint(GUARD, scope="payments:read")
    async def get(self, request: Request) -> Response:
        return JSONResponse({"client": request.state.claims.client_id})

    @guarded_endpoint(GUARD, claims={"admin": True})
    def post(self, request: Request) -> Response:
        return JSONResponse({"client": request.state.claims.client_id})


ROUTES = [Route("/payments", payments), Route("/admin", admin), Route("/invoices", Invoices)]
CLIENT = TestClient(Starlette(routes=ROUTES))


def status(path: str, **claims: object) -> int:
    token = bearer(ISSUED.token(**claims))
    return CLIENT.get(path, headers={"authorization": token}).status_code


def test_an_endpoint_has_the_claims_of_a_good_token() -> None:
    answer = CLIENT.get("/payments", headers={"authorization": bearer(ISSUED.token())})

    assert (answer.status_code, answer.json()) == (200, {"client": "ACME01"})


def test_each_endpoint_requires_its_own() -> None:
    assert status("/payments", scope="other") == 403
    assert status("/admin") == 403
    assert status("/admin", admin=True, scope=None) == 200
    assert status("/admin", admin=True, exp=1) == 401


def test_methods_of_a_class_are_guarded_each_by_its_own() -> None:
    plain = {"authorization": bearer(ISSUED.token())}
    boss = {"authorization": bearer(ISSUED.token(admin=True))}

    assert CLIENT.get("/invoices", headers=plain).json() == {"client": "ACME01"}
    assert CLIENT.get("/invoices").status_code == 401
    assert CLIENT.post("/invoices", headers=plain).status_code == 403
    assert CLIENT.post("/invoices", headers=boss).json() == {"client": "ACME01"}


def test_a_whole_class_is_not_guarded_by_it_and_says_what_is() -> None:
    with pytest.raises(TypeError, match="GuardMiddleware"):
        guarded_endpoint(GUARD)(Invoices)


def test_a_refusal_has_its_challenge() -> None:
    answer = CLIENT.get("/payments")

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
