"""HTTP/1.1 (RFC 9112) over uvicorn's httptools protocol, with what that lets through refused.

Rules.
- HTTP/1.0 and 1.1 only; exactly one Host header; a target that is a path, or an absolute URL that
  names the same host; no CONNECT.
- Content-Length or Transfer-Encoding, never both; Transfer-Encoding is "chunked" once, in 1.1.
- A request line with its headers has at most 16 KiB (431). From its first byte to its last a
  request takes at most 10 s (408). A connection that says nothing for 60 s is closed.
- What is refused here is refused in the words of the issuer that was asked, where it is known.
- A refusal waits its turn behind the answers to earlier requests of the same connection, and ends
  the connection: what follows on it cannot be trusted to be a request.
- A client that asks "Expect: 100-continue" is told to go on at once if its body may be as large as
  it says; otherwise the connection ends with the answer, because nobody could tell whether the
  next bytes are the body.

Timers would cost each request two of the event loop's; instead every connection has one deadline,
which `Listener` looks at once a second.
"""

import asyncio
import math
from collections.abc import Callable
from typing import Any, Literal, cast
from urllib.parse import unquote

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from watchword.app import head
from watchword.app.exchange import Exchange
from watchword.app.head import Refused
from watchword.app.limits import DEFAULT, Limits
from watchword.app.logs import log
from watchword.app.problem import problem_body, problem_headers
from watchword.app.request_id import new_request_id
from watchword.dialect.wire import WireRequest, WireResponse

CERTIFICATE = "watchword.client_certificate"
# In the scope of a request that announced a body too large to be asked for.
OVERSIZED = "watchword.oversized"
# What a peer that came over a Unix socket is called: it counts as loopback.
UNIX_PEER = ("127.0.0.1", 0)
LINGER_SECONDS = 2
InOwnWords = Callable[[WireRequest, Refused], WireResponse | None]
_ASGI = {"version": "3.0", "spec_version": "2.3"}


class BoundedProtocol(HttpToolsProtocol):
    """One connection. `expire` is to be called once a second or so.

    in_own_words: what an issuer answers to a request that was refused; None for a problem.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        *,
        limits: Limits = DEFAULT,
        count_refusal: Callable[[int], None] = lambda status: None,
        in_own_words: InOwnWords = lambda request, refused: None,
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.limits = limits
        self.count_refusal = count_refusal
        self.in_own_words = in_own_words
        # What is being read: nothing, a request's head, or its body.
        self.reading: Literal["", "head", "body"] = ""
        self.deadline = math.inf
        self.stalled_at = math.inf
        # What came while a head was being read: with and without the chunk that it began in, which
        # may hold other things too. The head's true size lies between.
        self.head_octets_at_most = 0
        self.head_octets_at_least = 0
        self.discarded = 0
        self.refused = False
        self.refusal: Refused | None = None
        self.stopping = False
        self.certificate: bytes | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(cast("asyncio.Transport", transport))
        self.client = self.client or UNIX_PEER
        tls = transport.get_extra_info("ssl_object")
        self.certificate = tls.getpeercert(binary_form=True) if tls else None
        self.deadline = self.loop.time() + self.limits.idle_seconds

    def data_received(self, data: bytes) -> None:
        if self.refused:
            self._discard(data)
            return
        self._count_head(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._ignore_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._refuse(_refusal_of(error))
        else:
            if self.reading == "head" and self.head_octets_at_least > self.limits.head_octets:
                self._refuse(head.too_large())

    # Callbacks of the parser

    def on_message_begin(self) -> None:
        self.url = b""
        self.headers = []
        self.expect_100_continue = False
        self.reading = "head"
        self.discarded = 0
        self.deadline = self.loop.time() + self.limits.request_seconds

    def on_headers_complete(self) -> None:
        url, headers, limit = self.url, self.headers, self.limits.head_octets
        if self.head_octets_at_most > limit < head.octets(url, headers):
            raise head.too_large()
        version = self.parser.get_http_version()
        head.require_framing(headers, version)
        self.url = head.origin_form(url, headers)
        if self.parser.should_upgrade():
            return
        self.reading = "body"
        self.scope = self._make_scope(version)
        earlier: RequestResponseCycle | None = self.cycle
        self.cycle = self._make_exchange(version)
        if self.expect_100_continue:
            self._settle_expectation()
        if earlier is None or earlier.response_complete:
            self._start_asgi_task(self.cycle, self.app)
        else:
            # One request after the other, and no more of them read than have come already.
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, self.app))

    def _make_scope(self, version: str) -> Any:
        raw_path, _, query = self.url.partition(b"?")
        path = raw_path.decode("ascii")
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": _ASGI,
            "http_version": version,
            "method": self.parser.get_method().decode("ascii"),
            "scheme": self.scheme,
            "server": self.server,
            "client": self.client,
            "root_path": "",
            "path": unquote(path) if "%" in path else path,
            "raw_path": raw_path,
            "query_string": query,
            "headers": self.headers,
        }
        if self.certificate is not None:
            scope["extensions"] = {CERTIFICATE: {"der": self.certificate}}
        return scope

    def _make_exchange(self, version: str) -> Exchange:
        return Exchange(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=not self.stopping and version == "1.1" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )

    def on_body(self, body: bytes) -> None:
        if self.cycle.response_complete:
            self._discard(body)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self.parser.should_upgrade():
            return
        super().on_message_complete()
        self.reading = ""
        self.deadline = self._idle_deadline() if self.cycle.response_complete else math.inf

    def on_response_complete(self) -> None:
        """Go on with the next request, or wait for one."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        if self.pipeline:
            self.flow.resume_reading()
            cycle, app = self.pipeline.pop()
            self._start_asgi_task(cycle, app)
        elif self.refusal is not None:
            self._send_refusal(self.refusal)
        else:
            self.flow.resume_reading()
            if not self.reading:
                self.deadline = self._idle_deadline()

    def _ignore_upgrade(self, rest: bytes) -> None:
        """Read the request again as if it had not asked for an upgrade (RFC 9110, 7.8).

        The parser takes the rest of the connection for another protocol's, the body too; Java's
        HTTP client asks for HTTP/2 with each request that it sends in the clear.
        """
        again = head.without_upgrade(self.parser.get_method(), self.url, self.headers)
        self.parser = httptools.HttpRequestParser(self)
        self.reading = ""
        self.data_received(again + rest)

    # Time

    def expire(self, now: float) -> None:
        """End the connection if its client has taken too long; `now` is the loop's time."""
        if now >= self.stalled_at:
            self.transport.abort()
        elif now < self.deadline:
            return
        elif self.transport.is_closing():
            self.transport.abort()
        elif self.reading:
            detail = f"The request did not arrive within {self.limits.request_seconds:g} seconds."
            self._refuse(Refused(408, detail))
        else:
            self._close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.stalled_at = self.loop.time() + self.limits.idle_seconds

    def resume_writing(self) -> None:
        super().resume_writing()
        self.stalled_at = math.inf

    def announce_end(self) -> None:
        """Let the answers from now on say that the connection ends with them."""
        self.stopping = True
        exchange: RequestResponseCycle | None = self.cycle
        if exchange is not None and not exchange.response_started:
            exchange.keep_alive = False

    def shutdown(self) -> None:
        """Answer what has come, then close."""
        if self.refused and self.refusal is None:
            self.transport.close()
        elif self.reading != "head":
            super().shutdown()

    def _idle_deadline(self) -> float:
        return self.loop.time() + self.limits.idle_seconds

    # Refusing

    def _refuse(self, refusal: Refused) -> None:
        """Answer with `refusal` as soon as earlier requests have their answers, and close."""
        self.refused = True
        self.deadline = math.inf
        cycle: RequestResponseCycle | None = self.cycle
        if cycle is None or self.reading != "body":
            unanswered = cycle is not None and not cycle.response_complete
        elif self.pipeline and self.pipeline[0][0] is cycle:
            self.pipeline.popleft()
            unanswered = True
        elif cycle.response_started:
            self._close()
            return
        else:
            cycle.disconnected = True
            cycle.message_event.set()
            unanswered = False
        if unanswered:
            self.refusal = refusal
        else:
            self._send_refusal(refusal)

    def _send_refusal(self, refusal: Refused) -> None:
        request_id = new_request_id()
        peer = self.client[0] if self.client else ""
        answer = self._refusal_in_own_words(refusal, request_id, peer) or WireResponse(
            refusal.status,
            tuple(problem_headers(request_id)),
            problem_body(refusal.status, refusal.detail),
        )
        headers = [
            *self.server_state.default_headers,
            *answer.headers,
            (b"content-length", b"%d" % len(answer.body)),
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[answer.status], lines, answer.body))
        self.count_refusal(refusal.status)
        log.info(
            "request.refused",
            request_id=request_id,
            status=refusal.status,
            reason=refusal.detail,
            peer=peer,
        )
        self._linger()

    def _refusal_in_own_words(
        self, refusal: Refused, request_id: str, peer: str
    ) -> WireResponse | None:
        if not self.reading:
            # Not even a request line: what is remembered belongs to the request before.
            return None
        path, _, query = self.url.partition(b"?")
        method = self.parser.get_method().decode("ascii")
        request = WireRequest(method, path, query, self.headers, b"", request_id, peer)
        return self.in_own_words(request, refusal)

    def _linger(self) -> None:
        """End our half and read on for a moment.

        Closing while the client still writes would reset the connection, and the client might
        never see the answer.
        """
        self.refusal = None
        if self.transport.can_write_eof():
            self.transport.write_eof()
            self.reading = ""
            self.deadline = self.loop.time() + LINGER_SECONDS
        else:
            self._close()

    def _discard(self, data: bytes) -> None:
        self.discarded += len(data)
        if self.discarded > self.limits.discard_octets:
            self.transport.close()

    def _close(self) -> None:
        self.transport.close()
        # What could not be written by then never will be.
        self.deadline = self.loop.time() + self.limits.request_seconds

    def _count_head(self, data: bytes) -> None:
        if self.reading == "head":
            self.head_octets_at_most += len(data)
            self.head_octets_at_least += len(data)
        else:
            self.head_octets_at_most = len(data)
            self.head_octets_at_least = 0

    def _settle_expectation(self) -> None:
        length = head.announced_length(self.headers)
        if length is not None and length <= self.limits.body_octets and not self.pipeline:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.cycle.waiting_for_100_continue = False
        else:
            cast("dict[str, object]", self.scope)[OVERSIZED] = True
            self.cycle.keep_alive = False


def _refusal_of(error: httptools.HttpParserError) -> Refused:
    cause = error.__context__
    if isinstance(cause, Refused):
        return cause
    return Refused(400, "This is not a request of HTTP/1.1.")
