"""The guard in Litestar: `bearer` as a guard of routes, claims in `request.state.claims`.

    @get("/payments", guards=[bearer(guard, scope="payments:read")])
    async def payments(request: Request) -> dict[str, str]:
        return {"for": request.state.claims.client_id}

`security_scheme` describes it for the OpenAPI document.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar.connection import ASGIConnection
from litestar.exceptions import HTTPException
from litestar.handlers.base import BaseRouteHandler
from litestar.openapi.spec import OAuthFlow, OAuthFlows, SecurityScheme

from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard
from watchword.guard.presentation import BEARER
from watchword.guard.requirement import Expected, requirement

RouteGuard = Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]


class Refused(HTTPException):
    """A refusal as Litestar answers it; `refusal` is the `GuardError`, for handlers of your own."""

    def __init__(self, refusal: GuardError) -> None:
        super().__init__(
            detail=refusal.description,
            status_code=refusal.status,
            headers=dict(refusal.headers),
            extra=refusal.body,
        )
        self.refusal = refusal


def bearer(
    guard: Guard[Any], *, scope: str = "", claims: Mapping[str, Expected] | None = None
) -> RouteGuard:
    """Lets a route, controller or application be used only with a token that has what it needs."""
    required = requirement(scope, claims)

    async def verify(
        connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
    ) -> None:
        asked = connection.scope
        try:
            connection.state.claims = await guard.verify_async(
                asked["headers"], require=required, query=asked.get("query_string", b"")
            )
        except GuardError as refusal:
            raise Refused(refusal) from None

    return verify


def security_scheme(
    guard: Guard[Any], *, token_url: str | None = None, scopes: Mapping[str, str] | None = None
) -> SecurityScheme:
    """The security scheme for `Components(security_schemes={...})`.

    token_url: where clients get tokens. scopes: name → description; without them, the guard's.
    """
    presentation = guard.presentation
    if presentation.header.lower() != BEARER.header or presentation.scheme.lower() != "bearer":
        return SecurityScheme(type="apiKey", name=presentation.header, security_scheme_in="header")
    if token_url is None:
        return SecurityScheme(type="http", scheme="bearer", bearer_format="JWT")
    named = dict(scopes or dict.fromkeys(guard.scopes, ""))
    flow = OAuthFlow(token_url=token_url, scopes=named)
    return SecurityScheme(type="oauth2", flows=OAuthFlows(client_credentials=flow))
