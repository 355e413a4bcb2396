"""`GET /verify/<issuer>?scope=...` on the public listener: proxies ask the server itself.

The guard is our own, over the keys and the revocations that this process serves: nothing is
fetched, and a revoked token is refused as soon as the process knows of it.
"""

import time
from collections.abc import Callable
from urllib.parse import unquote

from watchword.app.asgi import Receive, Scope, Send
from watchword.app.client_endpoint import Freshness
from watchword.app.forward import answer_headers
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

PREFIX = b"/verify/"
_NEVER = 2**63

# The issuer of a name as it is served now, None for one that there is not.
Named = Callable[[str], AuthorizationServer | None]


class Verify:
    """Answers below PREFIX. freshness: asked before each answer, as at the token endpoint."""

    def __init__(self, named: Named, freshness: Freshness, clock: Callable[[], float]) -> None:
        self._named = named
        self._freshness = freshness
        self._clock = clock
        self._assembled: dict[str, Assembled] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if not self._freshness.is_current(time.monotonic()):
            await self._freshness.look()
        forward = self._forward(unquote(scope["raw_path"][len(PREFIX) :].decode("latin-1")))
        if forward is None:
            await send_problem(send, 404, "There is no such issuer.")
        elif scope["method"] not in ("GET", "HEAD"):
            await send_problem(send, 405, "A proxy asks with GET.")
        else:
            await answer_headers(forward, scope, send)

    def _forward(self, name: str) -> ForwardAuth | None:
        server = self._named(name)
        if server is None:
            self._assembled.pop(name, None)
            return None
        now = int(self._clock())
        assembled = self._assembled.get(name)
        if assembled is None or assembled.server is not server or now >= assembled.until:
            assembled = self._assembled[name] = Assembled(server, now)
        return assembled.forward


class Assembled:
    """A guard over one issuer as it is until `until`, when one of its keys changes its state."""

    def __init__(self, server: AuthorizationServer, now: int) -> None:
        self.server = server
        self.until = next_change_after(server.keys, now) or _NEVER
        issuer = server.issuer
        published = jwks.document(server, now)
        self._stopped = revocations.current_list(server, now)
        guard = Guard(
            Issuer(
                url=issuer.url,
                audience=issuer.audiences or None,
                jwks_uri=issuer.url if published is not None else None,
                shared_keys=server.shared_keys_at(now)[:MAX_TRIED],
                typ=server.dialect.header.typ,
                revocations="off",
            ),
            dialect=server.dialect,
            fetch=_Published(published),
        )
        self.forward = ForwardAuth(guard, refuse=self._refuse_stopped)

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
