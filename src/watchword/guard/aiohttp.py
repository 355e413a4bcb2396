"""The guard in aiohttp.web: a middleware for all handlers, `guarded` for one.

app = web.Application(middlewares=[guard_middleware(guard, public=["/healthz"])])

@guarded(guard, scope="payments:read")
async def payments(request: web.Request) -> web.Response:
    return web.json_response({"for": claims_of(request).client_id})

`guarded` stands before the methods of a `web.View`, too, where the request is `self.request`.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import wraps
from typing import Any

from aiohttp import web
from aiohttp.abc import AbstractView
from aiohttp.typedefs import Handler, Middleware

from watchword.guard.answer import Answer, metadata_answer, refusal_answer
from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard
from watchword.guard.handler import request_among
from watchword.guard.middleware import public_paths
from watchword.guard.requirement import Expected, Requirement, requirement

GuardedHandler = Callable[..., Awaitable[web.StreamResponse]]

# Texts as keys are frowned upon where there are better ones.
_KEY: Any = web.RequestKey("claims", object) if hasattr(web, "RequestKey") else "watchword.claims"


def claims_of(request: web.Request) -> Claims:
    """The claims of a request that was let through; `KeyError` for one that was not guarded."""
    claims: Claims = request[_KEY]
    return claims


def guard_middleware(
    guard: Guard[Any],
    *,
    scope: str = "",
    claims: Mapping[str, Expected] | None = None,
    public: Collection[str] = (),
) -> Middleware:
    """Lets through what has a good token; `public` lists exact paths that need none."""
    required, unguarded = requirement(scope, claims), public_paths(public)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in unguarded:
            answer = metadata_answer(guard, request.method, request.path)
            answer = answer or await _refusal(guard, request, required)
            if answer is not None:
                return _response(answer)
        return await handler(request)

    return middleware


def guarded(
    guard: Guard[Any], *, scope: str = "", claims: Mapping[str, Expected] | None = None
) -> Callable[[GuardedHandler], GuardedHandler]:
    """Lets a handler be called only with a token that has what it requires.

    The handler is a function, a method, or a whole `web.View`.
    """
    required = requirement(scope, claims)

    def decorate(handler: GuardedHandler) -> GuardedHandler:
        @wraps(handler)
        async def guarded_handler(*args: Any, **kwargs: Any) -> web.StreamResponse:
            request = request_among((*args, *kwargs.values()), _request_of)
            answer = await _refusal(guard, request, required)
            return await handler(*args, **kwargs) if answer is None else _response(answer)

        return guarded_handler

    return decorate


def _request_of(argument: object) -> web.Request | None:
    held = argument.request if isinstance(argument, AbstractView) else argument
    return held if isinstance(held, web.Request) else None


async def _refusal(guard: Guard[Any], request: web.Request, required: Requirement) -> Answer | None:
    """None where the request may pass; its claims are with the request then."""
    try:
        request[_KEY] = await guard.verify_async(
            request.raw_headers,
            require=required,
            query=request.rel_url.raw_query_string.encode("utf-8", "surrogateescape"),
        )
    except GuardError as refusal:
        return refusal_answer(refusal)
    return None


def _response(answer: Answer) -> web.Response:
    return web.Response(body=answer.body, status=answer.status, headers=dict(answer.headers))
