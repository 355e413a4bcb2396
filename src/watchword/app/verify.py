"""`GET /verify/<issuer>?scope=...&audience=...` on the public listener, for proxies.

The guard is our own, over the keys and the revocations that this process serves: nothing is
fetched, and a revoked token is refused as soon as the process knows of it. Without `audience` the
token must be for the issuer's default one.
"""

import time
from collections.abc import Callable
from urllib.parse import unquote

from watchword.app.asgi import Receive, Scope, Send
from watchword.app.client_endpoint import Freshness
from watchword.app.forward import UnknownParameter, answer_headers, wanted_of
from watchword.app.problem import send_problem
from watchword.core.signing_key import next_change_after
from watchword.guard.claims import Claims
from watchword.guard.errors import RevokedToken
from watchword.guard.fetch import Fetched, FetchFailed
from watchword.guard.forward import ForwardAuth
from watchword.guard.guard import Guard
from watchword.guard.issuer import Issuer
from watchword.guard.key_set import MAX_TRIED
from watchword.oauth import jwks, revocations
from watchword.oauth.authorization_server import AuthorizationServer

_NEVER = 2**63

# The issuer of a name as it is served now, None for one that there is not.
Named = Callable[[str], AuthorizationServer | None]


class Verify:
    """Answers below `prefix`. freshness: asked before each answer, as at the token endpoint."""

    def __init__(
        self, prefix: bytes, named: Named, freshness: Freshness, clock: Callable[[], float]
    ) -> None:
        self._prefix = prefix
        self._named = named
        self._freshness = freshness
        self._clock = clock
        self._assembled: dict[str, Assembled] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not self._freshness.is_current(time.monotonic()):
            await self._freshness.look()
        issuer = self._issuer(unquote(scope["raw_path"][len(self._prefix) :].decode("latin-1")))
        if issuer is None:
            await send_problem(send, 404, "There is no such issuer.")
            return
        try:
            wanted = wanted_of(scope["query_string"], ("scope", "audience"))
            forward = issuer.forward(wanted.get("audience"))
        except UnknownParameter as fault:
            await send_problem(send, 400, str(fault))
            return
        await answer_headers(forward, wanted.get("scope", ""), scope, send)

    def _issuer(self, name: str) -> "Assembled | None":
        server = self._named(name)
        if server is None:
            self._assembled.pop(name, None)
            return None
        now = int(self._clock())
        assembled = self._assembled.get(name)
        if assembled is None or assembled.server is not server or now >= assembled.until:
            assembled = self._assembled[name] = Assembled(server, now)
        return assembled


class Assembled:
    """Guards of one issuer, as it is until `until`, when one of its keys changes its state."""

    def __init__(self, server: AuthorizationServer, now: int) -> None:
        self.server = server
        self.until = next_change_after(server.keys, now) or _NEVER
        self._published = jwks.document(server, now)
        self._shared = server.shared_keys_at(now)[:MAX_TRIED]
        self._stopped = revocations.current_list(server, now)
        self._forwards: dict[str, ForwardAuth] = {}

    def forward(self, audience: str | None) -> ForwardAuth:
        """What answers for tokens of `audience`. Raises UnknownParameter."""
        issuer = self.server.issuer
        wanted = audience or issuer.default_audience
        if wanted not in (issuer.default_audience, *issuer.audiences):
            raise UnknownParameter("The issuer has no such audience.")
        if wanted not in self._forwards:
            self._forwards[wanted] = ForwardAuth(self._guard(wanted), refuse=self._refuse_stopped)
        return self._forwards[wanted]

    def _guard(self, audience: str) -> Guard[Claims]:
        dialect, url = self.server.dialect, self.server.issuer.url
        issuer = Issuer(
            url=url,
            audience=audience,
            jwks_uri=url if self._published is not None else None,
            shared_keys=self._shared,
            typ=dialect.header.typ,
            revocations="off",
        )
        return Guard(issuer, dialect=dialect, fetch=_Published(self._published))

    def _refuse_stopped(self, claims: Claims) -> None:
        if not self.server.has_feed:
            return
        if self._stopped.stops(claims.token_id or "", claims.issued_at or 0):
            raise RevokedToken("the issuer has stopped this token, its client or its secret")


class _Published:
    """The JWK Set of an issuer of this very process, as if it had been fetched."""

    def __init__(self, document: bytes | None) -> None:
        self._document = document

    def __call__(self, url: str, timeout: float) -> Fetched:
        if self._document is None:
            raise FetchFailed("the issuer publishes no key")
        return Fetched(body=self._document, headers={})
