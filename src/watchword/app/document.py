"""Documents that an issuer publishes: made once, answered from memory, revalidated by ETag."""

import hashlib

from watchword.app.asgi import Header, Receive, Scope, Send, header, send_answer
from watchword.app.problem import problem_body, problem_headers
from watchword.app.request_id import new_request_id


class Document:
    """`body` at a path of its own. max_age: seconds for which it may be kept."""

    __slots__ = ("_body", "_etag", "_headers")

    def __init__(
        self, body: bytes, *, max_age: int, content_type: str = "application/json"
    ) -> None:
        self._body = body
        self._etag = b'"%b"' % hashlib.sha256(body).hexdigest()[:32].encode()
        self._headers: list[Header] = [
            (b"content-type", content_type.encode()),
            (b"cache-control", b"public, max-age=%d" % max_age),
            (b"etag", self._etag),
            (b"x-content-type-options", b"nosniff"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer GET and HEAD; 304 to who has it already (RFC 9110, 13.1.2)."""
        if scope["method"] not in ("GET", "HEAD"):
            await _refuse_method(send)
        elif self._is_known(header(scope, b"if-none-match")):
            await send({"type": "http.response.start", "status": 304, "headers": self._headers})
            await send({"type": "http.response.body", "body": b""})
        else:
            await send_answer(send, 200, self._headers, self._body)

    def _is_known(self, known: bytes | None) -> bool:
        if known is None:
            return False
        tags = (tag.strip().removeprefix(b"W/") for tag in known.split(b","))
        return any(tag in (self._etag, b"*") for tag in tags)


async def _refuse_method(send: Send) -> None:
    headers = [*problem_headers(new_request_id()), (b"allow", b"GET, HEAD")]
    body = problem_body(405, "This document is read with GET.")
    await send_answer(send, 405, headers, body)
