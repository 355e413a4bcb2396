"""The guard in FastAPI: a dependency that gives the claims and documents itself.

    bearer = Bearer(guard, token_url="https://auth.example.com/oauth/token")

    @app.get("/payments")
    async def payments(
        claims: Annotated[Claims, Security(bearer, scopes=["payments:read"])],
    ) -> ...: ...

Scopes are FastAPI's own: they are required of the token, and stand in the OpenAPI document.
"""

from collections.abc import Mapping
from typing import Any

from fastapi import HTTPException, Request
from fastapi.openapi.models import APIKey, APIKeyIn, HTTPBearer, OAuthFlows, SecurityBase
from fastapi.openapi.models import OAuth2 as OAuth2Scheme
from fastapi.openapi.models import OAuthFlowClientCredentials as ClientCredentials
from fastapi.security import SecurityScopes
from fastapi.security.base import SecurityBase as Dependency

from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard
from watchword.guard.presentation import BEARER
from watchword.guard.requirement import Expected, Requirement
from watchword.guard.starlette import claims_of


class Refused(HTTPException):
    """A refusal as FastAPI answers it; `refusal` is the `GuardError`, for handlers of your own."""

    def __init__(self, refusal: GuardError) -> None:
        super().__init__(refusal.status, refusal.body, dict(refusal.headers))
        self.refusal = refusal


class Bearer(Dependency):
    """`Depends(bearer)`, or `Security(bearer, scopes=[…])`, gives the claims of a good token.

    claims: what every token needs beside the scopes. token_url: where clients get tokens, for the
    OpenAPI document, which then describes the client credentials flow with `scopes` (name →
    description); without them, with the guard's.
    """

    def __init__(
        self,
        guard: Guard[Any],
        *,
        claims: Mapping[str, Expected] | None = None,
        token_url: str | None = None,
        scopes: Mapping[str, str] | None = None,
        scheme_name: str = "watchword",
    ) -> None:
        self.scheme_name = scheme_name
        self.model = _described(guard, token_url, scopes or dict.fromkeys(guard.scopes, ""))
        self._guard = guard
        self._claims = tuple((claims or {}).items())

    async def __call__(self, request: Request, security_scopes: SecurityScopes) -> Claims | None:
        """The claims; `Refused` without a good token. None only in report mode."""
        required = Requirement(scopes=frozenset(security_scopes.scopes), claims=self._claims)
        try:
            return await claims_of(self._guard, request, required)
        except GuardError as refusal:
            raise Refused(refusal) from None


def _described(guard: Guard[Any], token_url: str | None, scopes: Mapping[str, str]) -> SecurityBase:
    """The security scheme of OpenAPI: what it has for this presentation."""
    presentation = guard.presentation
    if presentation.header.lower() != BEARER.header or presentation.scheme.lower() != "bearer":
        return APIKey.model_validate({"in": APIKeyIn.header, "name": presentation.header})
    if token_url is None:
        return HTTPBearer(bearerFormat="JWT")
    flow = ClientCredentials(tokenUrl=token_url, scopes=dict(scopes))
    return OAuth2Scheme(flows=OAuthFlows(clientCredentials=flow))
