"""Calls an ASGI application without a server."""

import asyncio
from typing import Any

from watchword.app.asgi import Application, Message, Scope


class Answer:
    """What an application sent."""

    def __init__(self, messages: list[Message]):
        self.status: int = messages[0]["status"]
        self.headers = {name.decode(): value.decode() for name, value in messages[0]["headers"]}
        self.body = b"".join(message.get("body", b"") for message in messages[1:])


def scope_of(
    method: str = "GET",
    path: str = "/",
    *,
    host: str = "a.test",
    peer: str = "127.0.0.1",
    scheme: str = "http",
    headers: dict[str, str] | None = None,
) -> Scope:
    lines = [(b"host", host.encode())]
    lines += [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return {
        "type": "http",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "client": (peer, 50000),
        "headers": lines,
    }


def call(app: Application, scope: Scope, *body: bytes) -> Answer:
    """What `app` answers; `body` in as many messages as given."""
    sent: list[Message] = []
    parts: list[Any] = list(body) or [b""]

    async def receive() -> Message:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(_run(app, scope, receive, send))
    return Answer(sent)


async def _run(app: Any, scope: Any, receive: Any, send: Any) -> None:
    await app(scope, receive, send)
