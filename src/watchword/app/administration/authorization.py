"""Who calls: an access token of the built-in issuer, verified by our own guard, and its client.

The token says who it is; what the administrator may do is asked of the store at each request, so
that a disabled or deleted one, or one whose secret was revoked, is out at once.
"""

import time
from collections.abc import Callable

from watchword.admin.administrator import bounds_of, role_of
from watchword.app.administration.operation import Caller
from watchword.app.asgi import Header
from watchword.core.access_token import handles_of
from watchword.guard.claims import Claims
from watchword.guard.errors import KeysUnavailable, RevokedToken
from watchword.guard.fetch import Fetched, FetchFailed
from watchword.guard.guard import Guard
from watchword.oauth import jwks
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.storage import Reading

# The built-in issuer as it is served now, None where there is none.
BuiltIn = Callable[[], AuthorizationServer | None]


class Authorization:
    """Verifies tokens offline, with the keys that this process serves anyway."""

    def __init__(self, built_in: BuiltIn) -> None:
        self._built_in = built_in
        self._server: AuthorizationServer | None = None
        self._guard: Guard[Claims] | None = None

    async def verify(self, headers: list[Header], query: bytes) -> Claims:
        """The claims of the bearer token in `headers`. Raises GuardError."""
        return await self._current_guard().verify_async(headers, query=query)

    def caller(self, claims: Claims, reading: Reading, now: int) -> Caller:
        """The administrator that `claims` name, as the store has it. Raises RevokedToken."""
        server = self._built_in()
        client = reading.client_named(server.issuer.id, claims.client_id) if server else None
        if client is None or not client.enabled or client.deleted_at is not None:
            raise RevokedToken("the administrator is disabled or gone")
        secret = reading.secret(handles_of(claims.token_id or "")[1])
        if secret is None or not secret.is_live(now):
            raise RevokedToken("the secret that the token was got with is no longer live")
        role = role_of(client)
        if role is None:
            raise RevokedToken("the client is no administrator")
        return Caller(
            client_id=client.client_id,
            role=role,
            permissions=claims.scopes & frozenset(client.scopes),
            granted=frozenset(client.scopes),
            bounds=bounds_of(client),
        )

    def _current_guard(self) -> Guard[Claims]:
        server = self._built_in()
        if server is None:
            raise KeysUnavailable("there is no built-in issuer")
        if self._guard is None or server is not self._server:
            self._server = server
            self._guard = Guard(
                server.issuer.url,
                fetch=_KeysOf(server),
                jwks_uri=server.issuer.url,
                # The store itself is asked at each request.
                revocations="off",
            )
        return self._guard


class _KeysOf:
    """The JWK Set of a server of this very process, as if it had been fetched."""

    def __init__(self, server: AuthorizationServer) -> None:
        self._server = server

    def __call__(self, url: str, timeout: float) -> Fetched:
        published = jwks.document(self._server, int(time.time()))
        if published is None:
            raise FetchFailed("the built-in issuer publishes no key")
        return Fetched(body=published, headers={})
