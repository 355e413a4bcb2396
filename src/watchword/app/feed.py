"""The revocation list over HTTP: signed when asked for, at most once a minute without a change."""

from collections.abc import Callable

from watchword.app.asgi import Receive, Scope, Send
from watchword.app.document import REVALIDATED, Document
from watchword.app.problem import send_problem
from watchword.oauth import revocations
from watchword.oauth.authorization_server import AuthorizationServer

# Every worker makes a new edition at the same step, so that they answer with the same ETag.
_STEP_SECONDS = 60


class Feed:
    """The list of `server`'s issuer; guards poll it, and most get a 304."""

    def __init__(self, server: AuthorizationServer, clock: Callable[[], float]) -> None:
        self._server = server
        self._clock = clock
        self._edition = (-1, -1)
        self._document: Document | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the list as it is now."""
        now = int(self._clock())
        edition = (self._server.version, now // _STEP_SECONDS)
        if edition != self._edition:
            self._document = self._sign(edition, now)
            self._edition = edition
        if self._document is None:
            await send_problem(send, 404, "There is nothing here.")
        else:
            await self._document(scope, receive, send)

    def _sign(self, edition: tuple[int, int], now: int) -> Document | None:
        version, step = edition
        signed = revocations.document(self._server, now)
        if signed is None:
            return None
        # Another worker's list differs in its date and signature, so the ETag is a weak one
        # (RFC 9110, 8.8.1).
        return Document(
            signed,
            cache_control=REVALIDATED,
            content_type="application/jwt",
            etag=f'W/"{version}-{step}"',
        )
