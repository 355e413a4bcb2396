"""The guard in Starlette: `guarded` before an endpoint, claims in `request.state.claims`.

    @guarded(guard, scope="payments:read")
    async def payments(request: Request) -> Response:
        return JSONResponse({"for": request.state.claims.client_id})

It stands before the methods of an `HTTPEndpoint` just so. A whole application, or a mounted one, is
guarded with `watchword.guard.asgi.GuardMiddleware`.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from watchword.guard.answer import refusal_answer
from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard
from watchword.guard.handler import request_among, require_function
from watchword.guard.requirement import Expected, Requirement, requirement

Endpoint = Callable[..., Any]
GuardedEndpoint = Callable[..., Awaitable[Response]]
_INSTEAD = "Route(…, middleware=[Middleware(GuardMiddleware, guard=…)]), of watchword.guard.asgi"


def guarded(
    guard: Guard[Any], *, scope: str = "", claims: Mapping[str, Expected] | None = None
) -> Callable[[Endpoint], GuardedEndpoint]:
    """Lets an endpoint be called only with a token that has what it requires.

    The endpoint is a function or a method, `async` or not. Raises `TypeError` for a class.
    """
    required = requirement(scope, claims)

    def decorate(endpoint: Endpoint) -> GuardedEndpoint:
        require_function(endpoint, _INSTEAD)
        is_async = iscoroutinefunction(endpoint)

        @wraps(endpoint)
        async def guarded_endpoint(*args: Any, **kwargs: Any) -> Response:
            request = request_among((*args, *kwargs.values()), _request_of)
            try:
                request.state.claims = await claims_of(guard, request, required)
            except GuardError as refusal:
                return refusal_response(refusal)
            if is_async:
                return cast("Response", await endpoint(*args, **kwargs))
            return cast("Response", await run_in_threadpool(endpoint, *args, **kwargs))

        return guarded_endpoint

    return decorate


def _request_of(argument: object) -> Request | None:
    return argument if isinstance(argument, Request) else None


async def claims_of(
    guard: Guard[Any], request: HTTPConnection, require: Requirement
) -> Claims | None:
    """The claims of the request's token; raises `GuardError`. None only in report mode."""
    verdict: Claims | None = await guard.verify_async(
        request.scope["headers"], require=require, query=request.scope.get("query_string", b"")
    )
    return verdict


def refusal_response(refusal: GuardError) -> Response:
    """The answer to a request that is not let through."""
    answer = refusal_answer(refusal)
    return Response(answer.body, answer.status, dict(answer.headers))
