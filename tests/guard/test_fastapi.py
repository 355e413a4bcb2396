"""A small FastAPI application, and what it documents."""

from typing import Annotated, Any

import pytest
from fastapi import Depends, FastAPI, Security
from fastapi.testclient import TestClient

from tests.guard.issuing import SmallIssuer, bearer, guarded
from watchword.guard import Claims, Presentation
from watchword.guard.fastapi import Bearer

ISSUED = SmallIssuer()
GUARD = guarded(ISSUED)
TOKEN_URL = "https://auth.example.com/oauth/token"


def application(dependency: Bearer) -> FastAPI:
    app = FastAPI()

    @app.get("/me")
    async def me(claims: Annotated[Claims, Depends(dependency)]) -> dict[str, str]:
        return {"client": claims.client_id}

    @app.get("/payments")
    def payments(
        claims: Annotated[Claims, Security(dependency, scopes=["payments:read"])],
    ) -> dict[str, str]:
        return {"client": claims.client_id}

    @app.post("/payments")
    async def pay(
        claims: Annotated[Claims, Security(dependency, scopes=["payments:write"])],
    ) -> dict[str, str]:
        return {"client": claims.client_id}

    return app


CLIENT = TestClient(application(Bearer(GUARD, token_url=TOKEN_URL)))


def asked(method: str, path: str, **claims: Any) -> Any:
    return CLIENT.request(method, path, headers={"authorization": bearer(ISSUED.token(**claims))})


def test_the_claims_come_as_a_dependency() -> None:
    for path in ("/me", "/payments"):
        answer = asked("GET", path)
        assert (answer.status_code, answer.json()) == (200, {"client": "ACME01"})


def test_scopes_are_required_by_route() -> None:
    answer = asked("POST", "/payments")

    assert answer.status_code == 403
    assert 'scope="payments:write"' in answer.headers["www-authenticate"]
    assert asked("POST", "/payments", scope="payments:write").status_code == 200


@pytest.mark.parametrize(
    ("headers", "challenge"),
    [({}, "Bearer"), ({"authorization": "Bearer x"}, 'Bearer error="invalid_token"')],
)
def test_without_a_good_token_it_is_401(headers: dict[str, str], challenge: str) -> None:
    answer = CLIENT.get("/me", headers=headers)

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith(challenge)


def test_a_claim_may_be_required_of_every_route() -> None:
    client = TestClient(application(Bearer(GUARD, claims={"plan": "gold"})))

    for plan, status in [("gold", 200), ("tin", 403)]:
        token = bearer(ISSUED.token(plan=plan))
        assert client.get("/me", headers={"authorization": token}).status_code == status


class TestOpenApi:
    def test_the_flow_and_the_scopes_of_each_route_are_documented(self) -> None:
        described = Bearer(GUARD, token_url=TOKEN_URL, scopes={"payments:read": "Read payments"})
        document = application(described).openapi()

        scheme = document["components"]["securitySchemes"]["watchword"]
        assert scheme["type"] == "oauth2"
        assert scheme["flows"]["clientCredentials"] == {
            "tokenUrl": TOKEN_URL,
            "scopes": {"payments:read": "Read payments"},
        }
        security = document["paths"]["/payments"]["get"]["security"]
        assert security == [{"watchword": ["payments:read"]}]

    def test_the_flow_has_the_scopes_of_the_guard_where_none_are_described(self) -> None:
        guard = guarded(ISSUED, scopes=["payments:read", "payments:write"])
        document = application(Bearer(guard, token_url=TOKEN_URL)).openapi()

        flow = document["components"]["securitySchemes"]["watchword"]["flows"]["clientCredentials"]
        assert flow["scopes"] == {"payments:read": "", "payments:write": ""}

    def test_without_a_token_url_it_is_a_bearer(self) -> None:
        scheme = application(Bearer(GUARD)).openapi()["components"]["securitySchemes"]["watchword"]

        assert scheme == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}

    def test_a_vendors_own_presentation_is_a_header(self) -> None:
        guard = guarded(ISSUED, presentation=Presentation(scheme=""))
        scheme = application(Bearer(guard)).openapi()["components"]["securitySchemes"]["watchword"]

        assert scheme == {"type": "apiKey", "in": "header", "name": "authorization"}
