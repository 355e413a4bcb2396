"""The little of ASGI that plain callables need."""

from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Header = tuple[bytes, bytes]


class BodyTooLarge(Exception):
    """The request's body is larger than it may be."""


class ClientGone(Exception):
    """The client went away, or was sent away, before its request was whole."""


def header(scope: Scope, name: bytes) -> bytes | None:
    """The first header called `name` (lower case), None if there is none."""
    for header_name, value in scope["headers"]:
        if header_name == name:
            return bytes(value)
    return None


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """The whole body, of at most `limit` octets. Raises BodyTooLarge, ClientGone.

    A body that is announced as larger is not waited for.
    """
    message = _taken(receive)
    if message is None:
        announced = header(scope, b"content-length") or b""
        if announced.isdigit() and int(announced) > limit:
            raise BodyTooLarge
        message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body", False):
        if len(body) > limit:
            raise BodyTooLarge
        message = await receive()
        body += message.get("body", b"")
    if message["type"] == "http.disconnect":
        raise ClientGone
    if len(body) > limit:
        raise BodyTooLarge
    return body


async def send_answer(send: Send, status: int, headers: Sequence[Header], body: bytes) -> None:
    """Send a whole answer; its Content-Length is added here.

    headers: names in lower case, none that HTTP itself needs (Content-Length, Connection, ...).
    """
    write = getattr(getattr(send, "__self__", None), "write_whole", None)
    if write is not None and write(status, headers, body):
        return
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


def _taken(receive: Receive) -> Message | None:
    """The whole body at once, where it has come already and the connection is one of ours."""
    take = getattr(getattr(receive, "__self__", None), "take_body", None)
    body = take() if take is not None else None
    return None if body is None else {"type": "http.request", "body": body}
