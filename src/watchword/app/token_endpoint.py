"""The token endpoint over HTTP (RFC 6749, 3.2): bytes in, the dialect's answer out.

A plain ASGI callable, because a web framework's request and response would cost as much as the
signature. What is read, decided and written is `watchword.oauth.token`'s business.
"""

from time import monotonic
from typing import Protocol

from watchword.app.asgi import BodyTooLarge, ClientGone, Receive, Scope, Send, read_body
from watchword.app.exposure import Exposures
from watchword.app.limits import DEFAULT
from watchword.app.protocol import CERTIFICATE, OVERSIZED
from watchword.app.proxy import IN_THE_CLEAR
from watchword.app.request_id import new_request_id
from watchword.app.tally import Durations
from watchword.dialect import Sources, WireRequest, WireResponse
from watchword.dialect.refusal import InvalidRequest, Malformed, Refusal
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.parts import Parts
from watchword.oauth.token import answer, refuse

_NO_STATUS_OF_ITS_OWN = 400


class Freshness(Protocol):
    """Whether what is in memory may be believed (storage's watcher)."""

    def is_current(self, now: float) -> bool:
        """Whether memory may be believed at `now` of the monotonic clock."""

    async def look(self) -> None:
        """Learn of changes now; never raises."""


class TokenEndpoint:
    """The token endpoint of one issuer.

    durations: is told how long each answer took. freshness: asked before each answer, because a
    machine that slept does not know what it has missed.
    """

    __slots__ = ("_durations", "_exposures", "_freshness", "_parts", "_server")

    def __init__(
        self,
        server: AuthorizationServer,
        parts: Parts,
        durations: Durations,
        exposures: Exposures,
        freshness: Freshness,
    ) -> None:
        self._server = server
        self._parts = parts
        self._durations = durations
        self._exposures = exposures
        self._freshness = freshness

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, in the dialect's words whatever it holds."""
        began = monotonic()
        try:
            if OVERSIZED in scope:
                raise BodyTooLarge
            body = await read_body(receive, DEFAULT.body_octets)
        except ClientGone:
            return
        except BodyTooLarge:
            response = self._too_large(_wire_request(scope, b""))
        else:
            if not self._freshness.is_current(began):
                await self._freshness.look()
            request = _wire_request(scope, body)
            if scope.get(IN_THE_CLEAR):
                response = await self._in_the_clear(request)
            else:
                response = await answer(request, self._server, self._parts)
        length = (b"content-length", b"%d" % len(response.body))
        headers = [*response.headers, length]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})
        self._durations.add(monotonic() - began)

    def _too_large(self, request: WireRequest) -> WireResponse:
        limit = DEFAULT.body_octets // 1024
        refusal = Malformed(f"The request body is larger than {limit} KiB.")
        response = self._refuse(refusal, request)
        if response.status != _NO_STATUS_OF_ITS_OWN:
            return response
        return WireResponse(413, response.headers, response.body)

    async def _in_the_clear(self, request: WireRequest) -> WireResponse:
        await self._exposures.note(request, self._server)
        refusal = InvalidRequest(
            "Credentials are taken over HTTPS only.",
            reason="the credentials came over plain HTTP and must be taken for exposed",
        )
        return self._refuse(refusal, request)

    def _refuse(self, refusal: Refusal, request: WireRequest) -> WireResponse:
        sources = Sources(self._parts.clock(), self._parts.random)
        return refuse(refusal, request, self._server, self._parts, sources)


def _wire_request(scope: Scope, body: bytes) -> WireRequest:
    client, extensions = scope["client"], scope.get("extensions")
    return WireRequest(
        scope["method"],
        scope["raw_path"],
        scope["query_string"],
        scope["headers"],
        body,
        new_request_id(),
        client[0] if client else "",
        extensions[CERTIFICATE]["der"] if extensions and CERTIFICATE in extensions else None,
    )
