"""The guard before any ASGI application: `GuardMiddleware`.

    app = GuardMiddleware(app, guard, scope="payments:read", public=["/healthz"])

The claims stand in `scope["state"]["claims"]`, which Starlette shows as `request.state.claims`.
Where routes need different scopes, put one before each mounted application, or use the adapter of
the framework.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from watchword.guard.answer import Answer, refusal_answer
from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError
from watchword.guard.middleware import Middleware

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


class GuardMiddleware(Middleware[Application]):
    """The guard before `app`; its options are those of `Middleware`.

    A browser's preflight has no token: put the CORS middleware outside of this one.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI application."""
        if scope["type"] == "lifespan":
            self._guard.warm(wait=False)
        elif scope["type"] in ("http", "websocket") and scope["path"] not in self._public:
            answer = self._metadata(scope.get("method", ""), scope["path"])
            answer = answer or await self._refusal(scope)
            if answer is not None:
                await _send(answer, scope, send)
                return
        await self._app(scope, receive, send)

    async def _refusal(self, scope: Scope) -> Answer | None:
        """None where the request may pass; its claims are in the scope then."""
        try:
            claims: Claims | None = await self._guard.verify_async(
                scope["headers"],
                require=self._requirement,
                query=scope.get("query_string", b""),
            )
        except GuardError as refusal:
            return refusal_answer(refusal)
        scope.setdefault("state", {})["claims"] = claims
        return None


async def _send(answer: Answer, scope: Scope, send: Send) -> None:
    kind = "http.response"
    if scope["type"] == "websocket":
        kind = "websocket.http.response"
        if kind not in scope.get("extensions", {}):
            # Before the handshake is accepted, this is a plain 403 to the client.
            await send({"type": "websocket.close", "code": 1008})
            return
    head = {"type": f"{kind}.start", "status": answer.status, "headers": answer.raw_headers}
    await send(head)
    body = b"" if scope.get("method") == "HEAD" else answer.body
    await send({"type": f"{kind}.body", "body": body})
