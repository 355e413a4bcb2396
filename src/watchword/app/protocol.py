"""HTTP/1.1 (RFC 9112) over uvicorn's httptools protocol, with what that lets through refused.

Rules.
- HTTP/1.0 and 1.1 only; exactly one Host header; a target that is a path, or an absolute URL that
  names the same host; no CONNECT.
- Content-Length or Transfer-Encoding, never both; Transfer-Encoding is "chunked" once, in 1.1.
- A request line with its headers has at most 16 KiB (431). From its first byte to its last a
  request takes at most 10 s (408). A connection that says nothing for 60 s is closed.
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

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from watchword.app.limits import DEFAULT, Limits
from watchword.app.logs import log
from watchword.app.problem import problem_body, problem_headers
from watchword.app.request_id import new_request_id

CERTIFICATE = "watchword.client_certificate"
# In the scope of a request that announced a body too large to be asked for.
OVERSIZED = "watchword.oversized"
# What a peer that came over a Unix socket is called: it counts as loopback.
UNIX_PEER = ("127.0.0.1", 0)
LINGER_SECONDS = 2


class Refused(Exception):
    """A request that is refused before any application sees it."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


class BoundedProtocol(HttpToolsProtocol):
    """One connection. `expire` is to be called once a second or so."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        *,
        limits: Limits = DEFAULT,
        count_refusal: Callable[[int], None] = lambda status: None,
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.limits = limits
        self.count_refusal = count_refusal
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
                self._refuse(_head_too_large())

    # Callbacks of the parser

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.reading = "head"
        self.discarded = 0
        self.deadline = self.loop.time() + self.limits.request_seconds

    def on_headers_complete(self) -> None:
        if self.head_octets_at_most > self.limits.head_octets < self._head_octets():
            raise _head_too_large()
        self._require_framing()
        if self.url[:1] != b"/":
            self.url = self._origin_form()
        if self.parser.should_upgrade():
            return
        if self.certificate is not None:
            self.scope["extensions"] = {CERTIFICATE: {"der": self.certificate}}
        self.reading = "body"
        super().on_headers_complete()
        if self.expect_100_continue:
            self._settle_expectation()
        if self.stopping:
            self.cycle.keep_alive = False

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
        head = [b"%b %b HTTP/1.1" % (self.parser.get_method(), self.url)]
        for name, value in self.headers:
            if name == b"connection":
                head.append(b"%b: %b" % (name, _without_upgrade(value)))
            elif name != b"upgrade":
                head.append(b"%b: %b" % (name, value))
        self.parser = httptools.HttpRequestParser(self)
        self.reading = ""
        self.data_received(b"\r\n".join([*head, b"", rest]))

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

    def shutdown(self) -> None:
        """Answer what has come, then close."""
        self.stopping = True
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
        body = problem_body(refusal.status, refusal.detail)
        headers = [
            *self.server_state.default_headers,
            *problem_headers(request_id),
            (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[refusal.status], lines, body))
        self.count_refusal(refusal.status)
        log.info(
            "request.refused",
            request_id=request_id,
            status=refusal.status,
            reason=refusal.detail,
            peer=self.client[0] if self.client else "",
        )
        self._linger()

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

    # What a request's head must be

    def _count_head(self, data: bytes) -> None:
        if self.reading == "head":
            self.head_octets_at_most += len(data)
            self.head_octets_at_least += len(data)
        else:
            self.head_octets_at_most = len(data)
            self.head_octets_at_least = 0

    def _head_octets(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _require_framing(self) -> None:
        names = [name for name, _ in self.headers]
        # "A server MUST respond with a 400 [...] to any HTTP/1.1 request message that lacks a Host
        # header field and to any [...] that contains more than one" (RFC 9112, 3.2)
        if names.count(b"host") != 1:
            raise Refused(400, "A request has exactly one Host header.")
        version = self.parser.get_http_version()
        if version not in ("1.1", "1.0"):
            raise Refused(400, "This server speaks HTTP/1.1 and HTTP/1.0.")
        if b"transfer-encoding" in names:
            self._require_chunked(names, version)

    def _require_chunked(self, names: list[bytes], version: str) -> None:
        # "A server MAY reject a request that contains both Content-Length and Transfer-Encoding"
        # (RFC 9112, 6.1): they are how requests are smuggled past a proxy.
        if b"content-length" in names:
            raise Refused(400, "Content-Length and Transfer-Encoding exclude each other.")
        codings = [value for name, value in self.headers if name == b"transfer-encoding"]
        if len(codings) != 1 or codings[0].strip().lower() != b"chunked" or version != "1.1":
            raise Refused(400, "The only transfer coding is one 'chunked', in HTTP/1.1.")

    def _origin_form(self) -> bytes:
        """Path and query of a target in absolute form (RFC 9112, 3.2.2)."""
        try:
            target = httptools.parse_url(self.url)
        except httptools.HttpParserInvalidURLError:
            raise Refused(400, "The request target is neither a path nor a URL.") from None
        host = target.host or b""
        if target.port:
            host += b":%d" % target.port
        named = next(value for name, value in self.headers if name == b"host")
        if not target.schema or target.userinfo or host.lower() != named.strip().lower():
            raise Refused(400, "A request target that is a URL names the same host as Host.")
        query = b"?" + target.query if target.query else b""
        return (target.path or b"/") + query

    def _settle_expectation(self) -> None:
        length = next((value for name, value in self.headers if name == b"content-length"), b"")
        if length.isdigit() and int(length) <= self.limits.body_octets and not self.pipeline:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.cycle.waiting_for_100_continue = False
        else:
            cast("dict[str, object]", self.scope)[OVERSIZED] = True
            self.cycle.keep_alive = False


def _without_upgrade(value: bytes) -> bytes:
    return b",".join(word for word in value.split(b",") if word.strip().lower() != b"upgrade")


def _head_too_large() -> Refused:
    return Refused(431, "Request line and headers are larger than this server takes.")


def _refusal_of(error: httptools.HttpParserError) -> Refused:
    cause = error.__context__
    if isinstance(cause, Refused):
        return cause
    return Refused(400, "This is not a request of HTTP/1.1.")
