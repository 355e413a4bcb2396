"""The API as an ASGI application: one endpoint that serves every operation of the list.

The order: who calls, may they, what do they want, do it, say it. A refusal by role is an event,
and so is one by the issuers that an administrator is bound to.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from watchword.admin import trail
from watchword.admin.errors import ChangeRefused
from watchword.admin.estate import Estate
from watchword.admin.role import ROLES
from watchword.app.administration import message, openapi
from watchword.app.administration.authorization import Authorization, BuiltIn
from watchword.app.administration.idempotency import perform_once
from watchword.app.administration.operation import (
    PREFIX,
    Call,
    Caller,
    Forbidden,
    Operation,
    OutOfBounds,
)
from watchword.app.administration.problem import Refused, of_change, of_guard
from watchword.app.administration.resource import OPERATIONS
from watchword.app.asgi import Application
from watchword.app.request_id import new_request_id
from watchword.core.event import Context
from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError
from watchword.storage import StorageError, StoreUnavailable

RETRY_AFTER = "5"  # seconds
# Large operations take turns, so that they never fill the threads which all others need.
_ONE_AT_A_TIME = ThreadPoolExecutor(1, thread_name_prefix="large")

Endpoint = Callable[[Request], Awaitable[Response]]


def administration(estate: Estate, built_in: BuiltIn) -> Application:
    """The application below `PREFIX`, without the built-in issuer's token endpoint."""
    authorization = Authorization(built_in)
    routes = [
        Route(
            PREFIX + operation.path,
            _endpoint(operation, estate, authorization),
            methods=[operation.method],
            name=operation.name,
        )
        for operation in OPERATIONS
    ]
    routes.append(Route(f"{PREFIX}/openapi.json", _openapi, methods=["GET"]))
    return Starlette(routes=routes, exception_handlers={HTTPException: _not_here})


def _endpoint(operation: Operation, estate: Estate, authorization: Authorization) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        request_id = new_request_id()
        try:
            answered = await _perform(operation, estate, authorization, request, request_id)
        except Refused as refused:
            return message.problem(refused.problem(request_id), refused.headers)
        return message.answer(operation, answered, request_id)

    return endpoint


async def _perform(
    operation: Operation,
    estate: Estate,
    authorization: Authorization,
    request: Request,
    request_id: str,
) -> Any:
    try:
        claims = await authorization.verify(request.scope["headers"], request.scope["query_string"])
        context = _context(claims, request, request_id)
        try:
            caller = await asyncio.to_thread(
                _permitted, operation, estate, authorization, claims, context.now
            )
            return await _call(operation, estate, context, caller, request)
        except (Forbidden, OutOfBounds) as refused:
            await asyncio.to_thread(_note, operation, estate, context, request, refused)
            raise
    except GuardError as refused:
        raise of_guard(refused) from None
    except ChangeRefused as refused:
        raise of_change(refused) from None
    except StoreUnavailable:
        headers = [("retry-after", RETRY_AFTER)]
        detail = "the database cannot be reached"
        raise Refused(503, "unavailable", detail, headers=headers) from None
    except StorageError as fault:
        raise Refused(422, "invalid_value", str(fault)) from None


async def _call(
    operation: Operation, estate: Estate, context: Context, caller: Caller, request: Request
) -> Any:
    """The operation's answer to a caller whose role allows it."""
    call = Call(
        estate=estate,
        context=context,
        caller=caller,
        path=request.path_params,
        query=message.read_query(operation, request),
        body=await message.read_body(operation, request),
        expected_version=message.read_expected_version(operation, request),
    )
    key = message.read_idempotency_key(operation, request)
    run = partial(operation.run, call)
    if key is not None:
        run = partial(perform_once, operation, call, key)
    threads = _ONE_AT_A_TIME if operation.large else None
    return await asyncio.get_running_loop().run_in_executor(threads, run)


def _permitted(
    operation: Operation, estate: Estate, authorization: Authorization, claims: Claims, now: int
) -> Caller:
    """Who calls, if the role allows the operation; else Forbidden."""
    with estate.store.reading() as reading:
        caller = authorization.caller(claims, reading, now)
    if operation.permission in caller.permissions:
        return caller
    if operation.permission in caller.granted:
        raise Forbidden(
            "the token's scope does not cover it, though the role does",
            hint=f"get a token with the scope {operation.permission}, or without naming any",
        )
    raise Forbidden(
        f"the role {caller.role} does not allow it",
        hint=f"it needs {operation.permission}: {_who_may(operation)}",
    )


def _who_may(operation: Operation) -> str:
    roles = [role for role, permissions in ROLES.items() if operation.permission in permissions]
    return f"the role {' or '.join(roles)}"


def _note(
    operation: Operation,
    estate: Estate,
    context: Context,
    request: Request,
    refused: Forbidden | OutOfBounds,
) -> None:
    """Put into the trail who attempted what, and on what: the one thing that the path names.

    Of what is out of bounds, that very thing; the trail has the reason, which is told to nobody.
    """
    target = next(iter(request.path_params.values()), "")
    if isinstance(refused, OutOfBounds):
        target, refused = refused.target, refused.noted
    trail.note_refusal(estate, context, operation.action, refused, target=target)


def _context(claims: Claims, request: Request, request_id: str) -> Context:
    return Context(
        actor=claims.client_id,
        source="api",
        now=int(time.time()),
        request_id=request_id,
        address=request.client.host if request.client else "",
    )


async def _openapi(request: Request) -> Response:
    return Response(openapi.text(), media_type="application/json")


def _allowed(request: Request) -> list[str]:
    """The methods of all operations at the request's path (RFC 9110, 15.5.6)."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    here = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return sorted({method for route in here for method in route.methods or ()})


async def _not_here(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    code = "method_not_allowed" if status == 405 else "not_found"
    detail = "This cannot be done here." if status == 405 else "There is nothing here."
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if status == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    refused = Refused(status, code, detail, headers=headers.items())
    return message.problem(refused.problem(new_request_id()), refused.headers)
