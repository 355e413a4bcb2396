"""Documents that an issuer publishes: made once, answered from memory, revalidated by ETag."""

import hashlib

from watchword.app.asgi import Header, Receive, Scope, Send, header, send_answer
from watchword.app.problem import problem_body, problem_headers
from watchword.app.request_id import new_request_id

# A cache may keep it, but asks before each use.
REVALIDATED = "no-cache"


def kept_for(seconds: int) -> str:
    """Cache-Control of a document that anybody may keep for `seconds`."""
    return f"public, max-age={seconds}"


class Document:
    """`body` at a path of its own. etag: by default a digest of the body."""

    __slots__ = ("_body", "_headers", "_tag")

    def __init__(
        self,
        body: bytes,
        *,
        cache_control: str,
        content_type: str = "application/json",
        etag: str | None = None,
    ) -> None:
        self._body = body
        tag = etag or f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        self._tag = tag.encode().removeprefix(b"W/")
        self._headers: list[Header] = [
            (b"content-type", content_type.encode()),
            (b"cache-control", cache_control.encode()),
            (b"etag", tag.encode()),
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
        return any(tag in (self._tag, b"*") for tag in tags)


async def _refuse_method(send: Send) -> None:
    headers = [*problem_headers(new_request_id()), (b"allow", b"GET, HEAD")]
    body = problem_body(405, "This document is read with GET.")
    await send_answer(send, 405, headers, body)
