"""The endpoints that take client credentials, over HTTP: the token endpoint (RFC 6749, 3.2) first.

Plain ASGI callables, because a web framework's request and response would cost as much as the
signature. What is read, decided and written is `watchword.oauth`'s business.
"""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Protocol

from watchword.app.asgi import (
    BodyTooLarge,
    ClientGone,
    Receive,
    Scope,
    Send,
    read_body,
    send_answer,
)
from watchword.app.exposure import Exposures
from watchword.app.head import Refused
from watchword.app.limits import DEFAULT
from watchword.app.protocol import CERTIFICATE, OVERSIZED
from watchword.app.proxy import IN_THE_CLEAR
from watchword.app.request_id import new_request_id
from watchword.app.tally import Durations
from watchword.dialect import Dialect, Sources, WireRequest, WireResponse
from watchword.dialect.refusal import InvalidRequest, Malformed, Refusal
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.exchange import answered
from watchword.oauth.parts import Parts

_NO_STATUS_OF_ITS_OWN = 400

Answer = Callable[[WireRequest, AuthorizationServer, Parts], Awaitable[WireResponse]]


class Freshness(Protocol):
    """Whether what is in memory may be believed (storage's watcher)."""

    def is_current(self, now: float) -> bool:
        """Whether memory may be believed at `now` of the monotonic clock."""

    async def look(self) -> None:
        """Learn of changes now; never raises."""


class ClientEndpoint:
    """`answer` at a path of one issuer. Refusals that are made here speak `dialect`.

    durations: is told how long each answer took. freshness: asked before each answer, because a
    machine that slept does not know what it has missed.
    """

    __slots__ = (
        *("_answer", "_dialect", "_durations", "_exposures", "_freshness", "_parts", "_server"),
    )

    def __init__(
        self,
        answer: Answer,
        dialect: Dialect,
        server: AuthorizationServer,
        parts: Parts,
        durations: Durations,
        exposures: Exposures,
        freshness: Freshness,
    ) -> None:
        self._answer = answer
        self._dialect = dialect
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
            body = await read_body(scope, receive, DEFAULT.body_octets)
        except ClientGone:
            return
        except BodyTooLarge:
            response = await self._too_large(_wire_request(scope, b""))
        else:
            if not self._freshness.is_current(began):
                await self._freshness.look()
            request = _wire_request(scope, body)
            if scope.get(IN_THE_CLEAR):
                response = await self._in_the_clear(request)
            else:
                response = await self._answer(request, self._server, self._parts)
        await send_answer(send, response.status, response.headers, response.body)
        self._durations.add(monotonic() - began)

    def refused(self, request: WireRequest, refused: Refused) -> WireResponse:
        """The dialect's words for a request that broke the rules of HTTP."""
        sources = Sources(self._parts.clock(), self._parts.random)
        response = self._dialect.write_refusal(Malformed(refused.detail), request, sources)
        return _with_status(response, refused.status)

    async def _too_large(self, request: WireRequest) -> WireResponse:
        limit = DEFAULT.body_octets // 1024
        refusal = Malformed(f"The request body is larger than {limit} KiB.")
        return _with_status(await self._refuse(refusal, request), 413)

    async def _in_the_clear(self, request: WireRequest) -> WireResponse:
        await self._exposures.note(request, self._server)
        refusal = InvalidRequest(
            "Credentials are taken over HTTPS only.",
            reason="the credentials came over plain HTTP and must be taken for exposed",
        )
        return await self._refuse(refusal, request)

    async def _refuse(self, refusal: Refusal, request: WireRequest) -> WireResponse:
        async def refuse(*_: object) -> WireResponse:
            raise refusal

        return await answered(refuse, self._dialect, request, self._server, self._parts)


def _with_status(response: WireResponse, status: int) -> WireResponse:
    if response.status != _NO_STATUS_OF_ITS_OWN:
        return response
    return WireResponse(status, response.headers, response.body)


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
