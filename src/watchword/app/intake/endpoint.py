"""What answers the pages: anyone may submit a request, and whoever holds a code may claim it once.

An issuer has them where its endpoint `requests` is given a path; they are off else.
"""

import asyncio
import http
import time
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from watchword.admin import view
from watchword.admin.credential_request import NewRequest, answer_due_at, claim, submit
from watchword.admin.errors import ChangeRefused, Invalid, LimitReached, Unknown
from watchword.admin.estate import Estate
from watchword.app.asgi import (
    Application,
    BodyTooLarge,
    ClientGone,
    Receive,
    Scope,
    Send,
    read_body,
    send_answer,
)
from watchword.app.intake.page import page
from watchword.app.limits import DEFAULT
from watchword.app.problem import problem_headers, send_problem
from watchword.app.request_id import new_request_id
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.jose import strict_json
from watchword.jose.errors import JoseError
from watchword.storage import StorageError

Body = TypeVar("Body", bound=Struct)
_STATUS: dict[type[ChangeRefused], int] = {Invalid: 422, LimitReached: 429, Unknown: 404}


class Code(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a claim sends."""

    code: str

    def __repr__(self) -> str:
        return "Code(...)"


class Intake:
    """Makes the two applications of an issuer. threads: where the store is written."""

    def __init__(self, estate: Estate, threads: Executor) -> None:
        self._estate = estate
        self._threads = threads

    def requests(self, issuer: Issuer) -> Application:
        """The form, and where it is sent."""
        return _PageAndPost("request", issuer, NewRequest, partial(self._submit, issuer))

    def claims(self, issuer: Issuer) -> Application:
        """The page of a one-time link, and where its code is sent."""
        return _PageAndPost("claim", issuer, Code, partial(self._claim, issuer))

    async def _submit(self, issuer: Issuer, wanted: NewRequest, context: Context) -> Any:
        kept = await self._do(submit, context, issuer.id, wanted)
        return {"id": kept.id, "state": kept.state, "due_at": view.instant(answer_due_at(kept))}

    async def _claim(self, issuer: Issuer, wanted: Code, context: Context) -> Any:
        claimed = await self._do(claim, context, issuer.id, wanted.code)
        return {
            "client_id": claimed.client.client_id,
            "client_secret": claimed.secret.value,
            "secret_id": claimed.secret.secret.key_id,
            "expires_at": view.instant(claimed.secret.secret.expires_at),
            "token_endpoint": view.token_endpoint(claimed.issuer),
        }

    async def _do(self, change: Callable[..., Any], *arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, change, self._estate, *arguments)


class _PageAndPost:
    """A page for GET, and `perform` with the body as `body` for POST."""

    def __init__(
        self, name: str, issuer: Issuer, body: type[Struct], perform: Callable[..., Any]
    ) -> None:
        self._html, self._headers = page(name, issuer.name)
        self._issuer = issuer
        self._body = body
        self._perform = perform

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] in ("GET", "HEAD"):
            await send_answer(send, 200, self._headers, self._html)
        elif scope["method"] != "POST":
            await send_problem(send, 405, "Read the page with GET, send it with POST.")
        else:
            await self._post(scope, receive, send)

    async def _post(self, scope: Scope, receive: Receive, send: Send) -> None:
        request_id = new_request_id()
        try:
            octets = await read_body(scope, receive, DEFAULT.body_octets)
            wanted = msgspec.convert(strict_json.loads(octets), self._body)
            answered = await self._perform(wanted, _context(scope, request_id))
        except ClientGone:
            return
        except BodyTooLarge:
            await _send(send, 413, request_id, "too_large", "the body is too large")
        except JoseError as fault:
            detail = f"the body is not strict JSON: {fault}"
            await _send(send, 400, request_id, "malformed_json", detail)
        except msgspec.ValidationError as fault:
            await _send(send, 400, request_id, "invalid_value", str(fault))
        except ChangeRefused as refused:
            await _send_refusal(send, refused, request_id)
        except StorageError:
            detail = "the service is temporarily unavailable"
            await _send(send, 503, request_id, "unavailable", detail)
        else:
            headers = [
                (b"content-type", b"application/json"),
                (b"cache-control", b"no-store"),
                (b"x-request-id", request_id.encode()),
            ]
            await send_answer(send, 201, headers, msgspec.json.encode(answered))


async def _send_refusal(send: Send, refused: ChangeRefused, request_id: str) -> None:
    status = next((code for kind, code in _STATUS.items() if isinstance(refused, kind)), 409)
    more = {"hint": refused.hint, "field": refused.field}
    await _send(send, status, request_id, refused.code, refused.message, **more)


async def _send(
    send: Send, status: int, request_id: str, code: str, detail: str, **more: str
) -> None:
    problem = {
        "type": f"urn:watchword:problem:{code}",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
        "request_id": request_id,
    }
    told = {name: value for name, value in problem.items() if value}
    await send_answer(send, status, problem_headers(request_id), msgspec.json.encode(told))


def _context(scope: Scope, request_id: str) -> Context:
    client = scope["client"]
    return Context(
        actor="anyone",
        source="self-service",
        now=int(time.time()),
        request_id=request_id,
        address=client[0] if client else "",
    )
