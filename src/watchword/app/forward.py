"""`watchword guard serve` over HTTP: what a proxy asks, and health.

    /verify            the proxy tells method and target in headers; ?scope= adds to the rules
    /verify/<path>     the request itself has the client's method, and its target below /verify
                       (Envoy's ext_authz with a path prefix); headers tell nothing then

Whoever can reach the listener may ask: the answer says only what the token itself says.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from watchword.app.asgi import Header, Receive, Scope, Send, send_answer
from watchword.app.problem import send_problem
from watchword.guard.answer import Answer
from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError
from watchword.guard.forward import ForwardAuth, Original, original_of, target_of
from watchword.guard.guard import Guard

PATH = b"/verify"
_JSON: list[Header] = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class UnknownParameter(ValueError):
    """The proxy's configuration asks for something that there is not."""


class ForwardApplication:
    """The application of the listener."""

    def __init__(self, guard: Guard[Claims], forward: ForwardAuth) -> None:
        self._guard = guard
        self._forward = forward

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path: bytes = scope["raw_path"]
        if path == PATH:
            await self._answer_headers(scope, send)
        elif path.startswith(PATH + b"/"):
            await self._answer_path(scope, send)
        elif path == b"/healthz":
            await send_answer(send, 200, _JSON, b'{"status":"ok"}')
        elif path == b"/readyz":
            await self._answer_ready(send)
        else:
            await send_problem(send, 404, "There is nothing here.")

    async def _answer_headers(self, scope: Scope, send: Send) -> None:
        try:
            wanted = wanted_of(scope["query_string"], ("scope",))
        except UnknownParameter as fault:
            await send_problem(send, 400, str(fault))
            return
        await answer_headers(self._forward, wanted.get("scope", ""), scope, send)

    async def _answer_path(self, scope: Scope, send: Send) -> None:
        query: bytes = scope["query_string"]
        target = scope["raw_path"][len(PATH) :] + (b"?" + query if query else b"")
        try:
            original = target_of(scope["method"], target)
        except GuardError as refusal:
            await send_guard_answer(send, self._forward.refusal(refusal))
            return
        headers = scope["headers"]
        await send_guard_answer(send, await self._forward.answer(headers, original=original))

    async def _answer_ready(self, send: Send) -> None:
        if self._guard.warm(wait=False):
            await send_answer(send, 200, _JSON, b'{"status":"ready"}')
        else:
            await send_answer(send, 503, _JSON, b'{"status":"the issuer\'s keys are not there"}')


async def answer_headers(forward: ForwardAuth, wanted: str, scope: Scope, send: Send) -> None:
    """Answer a proxy that tells in headers what its client asked for. wanted: scopes."""
    headers: Sequence[Header] = scope["headers"]
    try:
        original: Original | None = original_of(headers)
    except GuardError as refusal:
        await send_guard_answer(send, forward.refusal(refusal))
        return
    answer = await forward.answer(headers, original=original, scope=wanted)
    await send_guard_answer(send, answer)


def wanted_of(query: bytes, known: Sequence[str]) -> dict[str, str]:
    """What a query asks for, by the `known` names, each once.

    Raises UnknownParameter for any other: a misspelt scope that is passed over would be none.
    """
    fields = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    wanted = dict(fields)
    if not wanted.keys() <= set(known) or len(wanted) < len(fields):
        raise UnknownParameter(f"Parameters are {' and '.join(known)}, each once.")
    if not all(value.strip() for value in wanted.values()):
        raise UnknownParameter("A parameter is empty.")
    return wanted


async def send_guard_answer(send: Send, answer: Answer) -> None:
    """Send what the guard says."""
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": answer.raw_headers}
    )
    await send({"type": "http.response.body", "body": answer.body})
