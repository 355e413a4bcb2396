"""Which browsers' origins may call an issuer (the CORS protocol of the Fetch standard).

Rules. Origins are the issuer's; there are none by default. Never with credentials: a token endpoint
wants no cookies. What is allowed is allowed for everything below the issuer's URL.
"""

import re
from collections.abc import Iterable

from watchword.app.asgi import Application, Header, Message, Receive, Scope, Send, header
from watchword.app.head import Refused
from watchword.app.protocol import InOwnWords
from watchword.dialect.wire import WireRequest, WireResponse

_MAX_AGE = b"600"
# What a caller reads besides the headers that every page may read.
_EXPOSED = b"WWW-Authenticate, Retry-After, X-Request-Id, Date, ETag"
_TOKENS = re.compile(rb"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1000}")


class CrossOrigin:
    """`app` for pages of `origins` too; "*" among them stands for all."""

    __slots__ = ("_any", "_app", "_origins")

    def __init__(self, app: Application, origins: Iterable[str]) -> None:
        self._app = app
        self._origins = frozenset(origin.lower().encode() for origin in origins)
        self._any = b"*" in self._origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight of an allowed origin; put the headers onto all other answers."""
        allowing = self._allowing(header(scope, b"origin"))
        if allowing and scope["method"] == "OPTIONS":
            preflight = _preflight(scope)
            if preflight is not None:
                await _send_nothing(send, [*allowing, *preflight])
                return
        added = self._added(allowing)

        async def send_allowing(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        await self._app(scope, receive, send_allowing)

    def refused(self, request: WireRequest, refused: Refused) -> WireResponse | None:
        """The application's own words for what was refused before it, readable for pages too."""
        in_own_words: InOwnWords | None = getattr(self._app, "refused", None)
        answer = in_own_words(request, refused) if in_own_words else None
        if answer is None:
            return None
        added = self._added(self._allowing(dict(request.headers).get(b"origin")))
        return WireResponse(answer.status, (*answer.headers, *added), answer.body)

    def _allowing(self, origin: bytes | None) -> list[Header]:
        if self._any:
            return [(b"access-control-allow-origin", b"*")]
        if origin is not None and origin.lower() in self._origins:
            return [(b"access-control-allow-origin", origin)]
        return []

    def _added(self, allowing: list[Header]) -> list[Header]:
        # "If `Access-Control-Allow-Origin` [depends on the request], Vary: Origin" keeps a shared
        # cache from giving one origin's answer to another (Fetch, 3.2.5).
        vary = [] if self._any else [(b"vary", b"Origin")]
        if not allowing:
            return vary
        return [*allowing, (b"access-control-expose-headers", _EXPOSED), *vary]


def _preflight(scope: Scope) -> list[Header] | None:
    """Headers that answer a preflight; None if the request is no preflight."""
    method = header(scope, b"access-control-request-method")
    if method is None or not _TOKENS.fullmatch(method):
        return None
    headers = [(b"access-control-allow-methods", method)]
    wanted = header(scope, b"access-control-request-headers")
    if wanted is not None and _TOKENS.fullmatch(wanted):
        headers.append((b"access-control-allow-headers", wanted))
    vary = b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
    return [*headers, (b"access-control-max-age", _MAX_AGE), (b"vary", vary)]


async def _send_nothing(send: Send, headers: list[Header]) -> None:
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
