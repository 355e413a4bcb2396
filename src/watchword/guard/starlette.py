"""The guard in Starlette: `guarded` before an endpoint, claims in `request.state.claims`.

    @guarded(guard, scope="payments:read")
    async def payments(request: Request) -> Response:
        return JSONResponse({"for": request.state.claims.client_id})

A whole application, or a mounted one, is guarded with `watchword.guard.asgi.GuardMiddleware`.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar, cast

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from watchword.guard.answer import refusal_answer
from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard
from watchword.guard.requirement import Expected, Requirement, requirement

Endpoint = Callable[[Request], Any]
EndpointT = TypeVar("EndpointT", bound=Endpoint)


def guarded(
    guard: Guard[Any], *, scope: str = "", claims: Mapping[str, Expected] | None = None
) -> Callable[[EndpointT], Callable[[Request], Awaitable[Response]]]:
    """Lets an endpoint, `async` or not, be called only with a token that has what it requires."""
    required = requirement(scope, claims)

    def decorate(endpoint: EndpointT) -> Callable[[Request], Awaitable[Response]]:
        @wraps(endpoint)
        async def guarded_endpoint(request: Request) -> Response:
            try:
                request.state.claims = await claims_of(guard, request, required)
            except GuardError as refusal:
                return refusal_response(refusal)
            if iscoroutinefunction(endpoint):
                return cast("Response", await endpoint(request))
            return cast("Response", await run_in_threadpool(endpoint, request))

        return guarded_endpoint

    return decorate


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
