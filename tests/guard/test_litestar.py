"""A small Litestar application."""

from typing import Any, ClassVar

from litestar import Controller, Litestar, Request, get
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components
from litestar.testing import TestClient

from tests.guard.issuing import SmallIssuer, bearer, guarded
from watchword.guard import Presentation
from watchword.guard.litestar import bearer as bearer_guard
from watchword.guard.litestar import security_scheme

ISSUED = SmallIssuer()
GUARD = guarded(ISSUED)
TOKEN_URL = "https://auth.example.com/oauth/token"


@get("/payments", guards=[bearer_guard(GUARD, scope="payments:read")])
async def payments(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {"client": request.state.claims.client_id}


@get(
    "/admin",
    guards=[bearer_guard(GUARD, claims={"admin": True})],
    security=[{"watchword": []}],
    sync_to_thread=False,
)
def admin(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {"client": request.state.claims.client_id}


class Invoices(Controller):
    path = "/invoices"
    guards: ClassVar = [bearer_guard(GUARD, scope="payments:read")]

    @get()
    async def all(self, request: Request[Any, Any, Any]) -> dict[str, str]:
        return {"client": request.state.claims.client_id}


def application(**options: Any) -> Litestar:
    scheme = security_scheme(GUARD, **options)
    components = Components(security_schemes={"watchword": scheme})
    return Litestar(
        [payments, admin, Invoices],
        openapi_config=OpenAPIConfig(title="x", version="1", components=components),
    )


def asked(path: str, authorization: str | None = None) -> Any:
    headers = {} if authorization is None else {"authorization": authorization}
    with TestClient(application()) as client:
        return client.get(path, headers=headers)


def test_a_route_has_the_claims_of_a_good_token() -> None:
    assert asked("/payments", bearer(ISSUED.token())).json() == {"client": "ACME01"}


def test_each_route_requires_its_own() -> None:
    assert asked("/admin", bearer(ISSUED.token())).status_code == 403
    assert asked("/admin", bearer(ISSUED.token(admin=True))).status_code == 200


def test_a_controller_is_guarded() -> None:
    assert asked("/invoices", bearer(ISSUED.token())).json() == {"client": "ACME01"}
    assert asked("/invoices", bearer(ISSUED.token(scope="x"))).status_code == 403


def test_a_refusal_has_its_challenge_and_cause() -> None:
    assert asked("/payments").headers["www-authenticate"] == "Bearer"
    answer = asked("/payments", bearer(ISSUED.token(scope="other")))

    assert answer.status_code == 403
    assert 'scope="payments:read"' in answer.headers["www-authenticate"]
    assert answer.json()["extra"]["error"] == "insufficient_scope"


def test_the_scheme_is_documented() -> None:
    document = application(token_url=TOKEN_URL, scopes={"a": "b"}).openapi_schema.to_schema()

    scheme = document["components"]["securitySchemes"]["watchword"]
    assert scheme["flows"]["clientCredentials"] == {"tokenUrl": TOKEN_URL, "scopes": {"a": "b"}}
    assert document["paths"]["/admin"]["get"]["security"] == [{"watchword": []}]


def test_the_scheme_has_the_scopes_of_the_guard_where_none_are_described() -> None:
    scheme = security_scheme(guarded(ISSUED, scopes=["a", "b"]), token_url=TOKEN_URL)

    assert scheme.to_schema()["flows"]["clientCredentials"]["scopes"] == {"a": "", "b": ""}


def test_other_presentations_are_documented_too() -> None:
    own = guarded(ISSUED, presentation=Presentation(header="x-token", scheme=""))

    assert security_scheme(GUARD).to_schema()["scheme"] == "bearer"
    assert security_scheme(own).to_schema() == {"type": "apiKey", "name": "x-token", "in": "header"}
