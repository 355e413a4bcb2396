"""The guard in gRPC servers: an interceptor for threads, and one for asyncio.

    server = grpc.server(pool, interceptors=[GuardInterceptor(guard, scope="payments:read")])
    server = grpc.aio.server(interceptors=[AioGuardInterceptor(guard)])

In a method, `current_claims()` gives the claims of the call. `methods` says what single methods
require beside `scope` and `claims`: {"/shop.Payments/Pay": requirement("payments:write")}.
"""

from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeAlias

import grpc
import grpc.aio

from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard
from watchword.guard.middleware import public_paths
from watchword.guard.requirement import Expected, Requirement, requirement

_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    503: grpc.StatusCode.UNAVAILABLE,
}
_CLAIMS: ContextVar[Claims | None] = ContextVar("watchword_claims", default=None)

# Generic only in its stubs.
Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"
Continuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Handler | None]"
AioContinuation: TypeAlias = "Callable[[grpc.HandlerCallDetails], Awaitable[Handler | None]]"

Metadata = tuple[tuple[str, str | bytes], ...]


def current_claims() -> Claims | None:
    """The claims of the call that is being answered; None in report mode or for public methods."""
    return _CLAIMS.get()


class _Rules:
    """What each method requires; both interceptors ask here."""

    def __init__(
        self,
        guard: Guard[Any],
        *,
        scope: str = "",
        claims: Mapping[str, Expected] | None = None,
        methods: Mapping[str, Requirement] | None = None,
        public: Collection[str] = (),
    ) -> None:
        self.guard = guard
        self.public = public_paths(public)
        self._everywhere = requirement(scope, claims)
        self._methods = dict(methods or {})

    def required(self, method: str) -> Requirement:
        own = self._methods.get(method)
        if own is None:
            return self._everywhere
        return Requirement(
            scopes=self._everywhere.scopes | own.scopes,
            claims=self._everywhere.claims + own.claims,
        )


class GuardInterceptor(_Rules, grpc.ServerInterceptor):
    """For `grpc.server`. The token is verified in the call's own thread, never in the server's."""

    def intercept_service(
        self,
        continuation: Continuation,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Handler | None":
        """The handler, with the guard before it."""
        handler, method = continuation(handler_call_details), handler_call_details.method
        if handler is None or method in self.public:
            return handler
        behaviour = _behaviour(handler)
        wrap = self._streaming if handler.response_streaming else self._single
        return _like(handler, wrap(behaviour, method))

    def _single(self, behaviour: Callable[..., Any], method: str) -> Callable[..., Any]:
        def answer(request: Any, context: grpc.ServicerContext) -> Any:
            with _claims_set(self._admit(context, method)):
                return behaviour(request, context)

        return answer

    def _streaming(self, behaviour: Callable[..., Any], method: str) -> Callable[..., Any]:
        def answers(request: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            claims = self._admit(context, method)
            with _claims_set(claims):
                stream = iter(behaviour(request, context))
            # Each step may run in another thread, so each one gets the claims.
            while True:
                with _claims_set(claims):
                    try:
                        item = next(stream)
                    except StopIteration:
                        return
                yield item

        return answers

    def _admit(self, context: grpc.ServicerContext, method: str) -> Claims | None:
        try:
            verdict: Claims | None = self.guard.verify(
                _headers(context.invocation_metadata()), require=self.required(method)
            )
        except GuardError as refusal:
            context.set_trailing_metadata(_trailer(refusal))
            context.abort(_CODES[refusal.status], refusal.description)
        return verdict


class AioGuardInterceptor(_Rules, grpc.aio.ServerInterceptor):
    """For `grpc.aio.server`. Every call is a task, so its claims are the task's."""

    async def intercept_service(
        self,
        continuation: AioContinuation,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> "Handler | None":
        """The handler, or one that refuses in its place."""
        handler, method = await continuation(handler_call_details), handler_call_details.method
        if handler is None or method in self.public:
            return handler
        headers = _headers(handler_call_details.invocation_metadata)
        try:
            verdict = await self.guard.verify_async(headers, require=self.required(method))
        except GuardError as refusal:
            return _like(handler, _refusing(refusal))
        _CLAIMS.set(verdict)
        return handler


def _refusing(refusal: GuardError) -> Callable[..., Awaitable[None]]:
    async def refuse(_request: Any, context: Any) -> None:
        await context.abort(_CODES[refusal.status], refusal.description, _trailer(refusal))

    return refuse


@contextmanager
def _claims_set(claims: Claims | None) -> Iterator[None]:
    _CLAIMS.set(claims)
    try:
        yield
    finally:
        # Threads are used again: the next call must not find them.
        _CLAIMS.set(None)


def _headers(metadata: Any) -> list[tuple[bytes, bytes]]:
    return [
        (name.encode("ascii"), value.encode("utf-8") if isinstance(value, str) else value)
        for name, value in metadata or ()
    ]


def _trailer(refusal: GuardError) -> Metadata:
    """The same facts as an HTTP answer's headers."""
    return tuple(header for header in refusal.headers if header[0] != "cache-control")


def _behaviour(handler: Any) -> Callable[..., Any]:
    kinds = ("unary_unary", "unary_stream", "stream_unary", "stream_stream")
    found: Callable[..., Any] = next(filter(None, (getattr(handler, kind) for kind in kinds)))
    return found


def _like(handler: Any, behaviour: Callable[..., Any]) -> Handler:
    """A handler of the same kind and with the same wire types."""
    asks = "stream" if handler.request_streaming else "unary"
    answers = "stream" if handler.response_streaming else "unary"
    make: Callable[..., Handler]
    make = getattr(grpc, f"{asks}_{answers}_rpc_method_handler")
    return make(behaviour, handler.request_deserializer, handler.response_serializer)
