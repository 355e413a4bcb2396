"""Self-service: a client lists, makes and retires its own secrets, over HTTP.

    GET  /credentials           its secrets, never their values
    POST /credentials           {"label", "lifetime"}: the next one, shown this once
    POST /credentials/retire    {"secret_id", "after"}: an old one, which then ends after `after` s

The client proves itself by HTTP Basic with a live secret, whatever its token endpoint speaks.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Any, TypeVar

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from watchword.admin import self_service, view
from watchword.admin.errors import ChangeRefused, Invalid, Unknown
from watchword.admin.estate import Estate
from watchword.core.client import Client
from watchword.core.event import Context
from watchword.core.ports import Unavailable
from watchword.core.secret import Secret
from watchword.core.usage import SERVED_ITSELF
from watchword.dialect import Sources, WireRequest, WireResponse, parse
from watchword.dialect.refusal import InvalidRequest, MethodNotAllowed
from watchword.jose import strict_json
from watchword.jose.errors import JoseError
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.client_auth import AuthenticatedClient, authenticate
from watchword.oauth.exchange import answered, record
from watchword.oauth.parts import Parts
from watchword.oauth.shown_token import json_answer
from watchword.storage import StorageError

Body = TypeVar("Body", bound=Struct)
_STATUS: dict[type[ChangeRefused], int] = {Invalid: 422, Unknown: 404}

DIALECT = parse(
    """
name = "self-service"

[request]
path = "/"
methods = ["POST"]

[[request.credentials]]
basic = ["raw", "form"]

# Never written: the endpoints answer with documents of their own.
[answer]
body = '{"access_token": "{access_token}"}'

[refusals.default]
body = '''{"error": "{error}", "error_description?": "{description}"}'''
""",
    source="self_service.py",
)


class NextSecret(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """lifetime: seconds, null for as long as the issuer allows."""

    label: str = ""
    lifetime: int | None = None


class Retirement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """after: seconds until it ends, a day at least."""

    secret_id: str
    after: int = self_service.LEAST_NOTICE


class SelfService:
    """The endpoints. threads: where the store is written."""

    def __init__(self, estate: Estate, threads: Executor) -> None:
        self._estate = estate
        self._threads = threads

    async def credentials(
        self, request: WireRequest, server: AuthorizationServer, parts: Parts
    ) -> WireResponse:
        """List the client's secrets, or make the next one; never raises."""
        work = self._list if request.method == "GET" else self._issue
        return await answered(work, DIALECT, request, server, parts)

    async def retirement(
        self, request: WireRequest, server: AuthorizationServer, parts: Parts
    ) -> WireResponse:
        """Retire one of the client's secrets; never raises."""
        return await answered(self._retire, DIALECT, request, server, parts)

    async def _list(
        self, request: WireRequest, server: AuthorizationServer, parts: Parts, sources: Sources
    ) -> WireResponse:
        client = await _client(request, server, parts, sources)
        now = int(sources.now)
        items = await self._do(self._listed, client.record.client, now)
        record(SERVED_ITSELF, client, request, server, parts, now)
        return json_answer({"items": items, "next": None}, request)

    async def _issue(
        self, request: WireRequest, server: AuthorizationServer, parts: Parts, sources: Sources
    ) -> WireResponse:
        def issue(client: Client, wanted: NextSecret, context: Context) -> dict[str, Any]:
            issued = self_service.issue_own(
                self._estate, context, client.id, label=wanted.label, lifetime=wanted.lifetime
            )
            shown = _public(view.secret(issued.secret, context.now))
            return {**shown, "client_secret": issued.value}

        _require_post(request, "GET", "POST")
        answer = await self._changed(request, server, parts, sources, NextSecret, issue)
        made = answer.status == 200
        return WireResponse(201, answer.headers, answer.body) if made else answer

    async def _retire(
        self, request: WireRequest, server: AuthorizationServer, parts: Parts, sources: Sources
    ) -> WireResponse:
        def retire(client: Client, wanted: Retirement, context: Context) -> dict[str, Any]:
            ending = self_service.retire_own(
                self._estate, context, client.id, wanted.secret_id, after=wanted.after
            )
            [shown] = self._shown([ending], context.now)
            return shown

        _require_post(request, "POST")
        return await self._changed(request, server, parts, sources, Retirement, retire)

    async def _changed(
        self,
        request: WireRequest,
        server: AuthorizationServer,
        parts: Parts,
        sources: Sources,
        body: type[Body],
        change: Callable[[Client, Body, Context], dict[str, Any]],
    ) -> WireResponse:
        """Do `change` for the client that asks, with the body as `body`; its answer, or why not."""
        client = await _client(request, server, parts, sources)
        context = _context(client.record.client, request, sources)
        try:
            wanted = _body(request, body)
            document = await self._do(change, client.record.client, wanted, context)
        except ChangeRefused as refused:
            return _refused(refused, request)
        record(SERVED_ITSELF, client, request, server, parts, context.now)
        return json_answer(document, request)

    def _listed(self, client: Client, now: int) -> list[dict[str, Any]]:
        with self._estate.store.reading() as reading:
            secrets = reading.secrets(client.id)
        return self._shown(secrets, now)

    def _shown(self, secrets: Sequence[Secret], now: int) -> list[dict[str, Any]]:
        with self._estate.store.reading() as reading:
            used = reading.last_use([secret.id for secret in secrets])
        return [_public(view.secret(each, now, used.get(each.id))) for each in secrets]

    async def _do(self, change: Callable[..., Any], *arguments: Any) -> Any:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._threads, change, *arguments)
        except StorageError as fault:
            raise Unavailable(str(fault)) from fault


async def _client(
    request: WireRequest, server: AuthorizationServer, parts: Parts, sources: Sources
) -> AuthenticatedClient:
    """Who asks, by the Authorization header alone: the body is no form."""
    headers = [(name, value) for name, value in request.headers if name != b"content-type"]
    bare = replace(request, method="POST", headers=headers, body=b"")
    return await authenticate(DIALECT.read(bare), server, parts, int(sources.now))


def _require_post(request: WireRequest, *allowed: str) -> None:
    if request.method != "POST":
        raise MethodNotAllowed(allowed, "self-service endpoint")


def _body(request: WireRequest, of: type[Body]) -> Body:
    try:
        return msgspec.convert(strict_json.loads(request.body or b"{}"), of)
    except JoseError as fault:
        raise InvalidRequest("The body is not strict JSON.") from fault
    except msgspec.ValidationError as fault:
        raise InvalidRequest(str(fault)) from fault


def _context(client: Client, request: WireRequest, sources: Sources) -> Context:
    return Context(
        actor=client.client_id,
        source="self-service",
        now=int(sources.now),
        request_id=request.request_id,
        address=request.peer,
    )


def _public(shown: dict[str, Any]) -> dict[str, Any]:
    """A secret as its own client may see it."""
    hidden = ("id", "stored_as", "last_used_by")
    return {name: value for name, value in shown.items() if name not in hidden}


def _refused(refused: ChangeRefused, request: WireRequest) -> WireResponse:
    description = f"{refused.message}; {refused.hint}" if refused.hint else refused.message
    answer = json_answer({"error": refused.code, "error_description": description}, request)
    status = next((code for kind, code in _STATUS.items() if isinstance(refused, kind)), 409)
    return WireResponse(status, answer.headers, answer.body)
