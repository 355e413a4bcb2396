"""One request and its answer on a connection: uvicorn's cycle, with a short way for whole answers.

An answer whose body is sent in one piece, as all of ours are, leaves as one write, with its headers
looked at once instead of one by one. Anything else (a stream, HEAD, an answer without a body, a
Connection header of the application's own) goes uvicorn's way.

`take_body` and `write_whole` are shorter still, and no part of ASGI: `asgi.read_body` and
`asgi.send_answer` use them where `receive` and `send` are this class's own, unwrapped.
"""

from collections.abc import Sequence
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from watchword.app.asgi import Header, Message

_HOP_BY_HOP = frozenset((b"connection", b"transfer-encoding"))
_BODILESS = frozenset((204, 304))


class InvalidHeader(ValueError):
    """An application's header holds a line break: it would have been two."""


class Exchange(RequestResponseCycle):
    """`send` puts the head aside until it is known whether the body follows in one piece."""

    _head: Message | None = None

    async def send(self, message: Any) -> None:
        """The application's ASGI `send`."""
        if self._head is None:
            if message["type"] == "http.response.start" and not self.response_started:
                self.response_started = True
                self._head = message
            else:
                await super().send(message)
            return
        head: Any = self._head
        self._head = None
        whole = self._whole(head, message)
        if whole is not None:
            self._finish(whole)
        else:
            self.response_started = False
            await super().send(head)
            await super().send(message)

    def take_body(self) -> bytes | None:
        """The body, if all of it has come and nobody has asked for it; else None: `receive` it."""
        if (
            self.more_body
            or self.disconnected
            or self.response_complete
            or self.waiting_for_100_continue
        ):
            return None
        self.flow.resume_reading()
        body, self.body = self.body, bytearray()
        self.message_event.clear()
        return bytes(body)

    def write_whole(self, status: int, headers: Sequence[Header], body: bytes) -> bool:
        """Send a whole answer at once; False, and nothing is sent, if it must go by `send`."""
        if (
            self.response_started
            or self.flow.write_paused
            or self.disconnected
            or not self.keep_alive
            or status in _BODILESS
            or self.scope["method"] == "HEAD"
        ):
            return False
        length = (b"content-length", b"%d" % len(body))
        lines = _lines([*self.default_headers, *headers, length])
        self.response_started = True
        self._finish(b"%b%b\r\n%b" % (STATUS_LINE[status], lines, body))
        return True

    def _whole(self, head: Message, message: Message) -> bytes | None:
        """The answer as one piece, None if it must go uvicorn's way."""
        status, body = head["status"], message.get("body", b"")
        if (
            message.get("more_body", False)
            or message["type"] != "http.response.body"
            or self.scope["method"] == "HEAD"
            or status in _BODILESS
            or self.flow.write_paused
            or self.disconnected
        ):
            return None
        headers = [*self.default_headers, *head.get("headers", ())]
        names = [name.lower() for name, _ in headers]
        if not _HOP_BY_HOP.isdisjoint(names):
            return None
        if b"content-length" not in names:
            headers.append((b"content-length", b"%d" % len(body)))
        elif (b"content-length", b"%d" % len(body)) not in headers:
            return None
        if not self.keep_alive:
            headers.append((b"connection", b"close"))
        return b"%b%b\r\n%b" % (STATUS_LINE[status], _lines(headers), body)

    def _finish(self, answer: bytes) -> None:
        self.waiting_for_100_continue = False
        self.transport.write(answer)
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()


def _lines(headers: list[Header]) -> bytes:
    lines = b"".join([b"%b: %b\r\n" % header for header in headers])
    if lines.count(b"\n") != len(headers) or lines.count(b"\r") != len(headers):
        raise InvalidHeader("a header holds a line break")
    return lines
