"""Each row of the table of refusals is provoked, and is what the server answers."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from tests.admin.customer_page.pages import ALL, code, issuer_of, page_of, rows
from tests.oauth.world import NOW, World, client_record, generated, secret_of, signing_key
from watchword.admin.customer_page.refusal_row import possible_causes, refusal_rows
from watchword.admin.dialect_of import dialect_of
from watchword.core.issuer import Issuer
from watchword.core.record import IssuerRecord
from watchword.core.secret_hash import argon2id
from watchword.dialect import Dialect, WireRequest, WireResponse
from watchword.dialect.caller_request import CallerRequest
from watchword.dialect.cases import as_wire
from watchword.dialect.example import Example, example, own_cases
from watchword.dialect.public import PublicDialect
from watchword.oauth import token
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.parts import Parts
from watchword.oauth.slow_hash import SlowHashes

RIGHT = generated()
# What differs from one answer to the next in dialects of ours.
VARYING = {"timestamp", "traceId", "id", "errmsg"}
AUDIENCES = ("https://api.example.com", "https://other.example.com")


def world_of(secret: Any = None, **settings: Any) -> World:
    known = {"scopes": ("read",), "attributes": {"account_id": "<account_id>"}, **settings}
    return World().add(client_record("ACME01", secret or secret_of(RIGHT), **known))


def server_of(issuer: Issuer, keys: tuple[Any, ...] | None = None) -> AuthorizationServer:
    keys = (signing_key(issuer.alg),) if keys is None else keys
    record = IssuerRecord(issuer=issuer, keys=keys, revocations=(), version=7)
    return AuthorizationServer(record, lambda key: key.sealed, {1: b"pepper" * 6}, b"stand-in")


class Provoker:
    """Makes each cause happen in a server of its own."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer
        self.dialect = dialect_of(issuer)
        self.values = values_of(self.dialect)

    def request(self, secret: str = RIGHT, **changes: Any) -> WireRequest:
        return as_wire(self.caller_request(secret, **changes))

    def caller_request(self, secret: str, **changes: Any) -> CallerRequest:
        values = {"scope": None, "fields": self.values.fields, "client_id": "ACME01", **changes}
        public = PublicDialect.from_dialect(self.dialect)
        client_id = values.pop("client_id") if public.takes_client_id else None
        values.pop("client_id", None)
        return public.token_request(client_id, secret, **values)

    def answer(
        self, request: WireRequest, world: World, parts: Parts | None = None, **changes: Any
    ) -> WireResponse:
        keys = changes.pop("keys", None)
        server = server_of(replace(self.issuer, **changes), keys)
        return asyncio.run(token.answer(request, server, parts or world.parts()))

    def provoked(self, cause: str) -> WireResponse:
        own = own_cases(self.dialect, self.values).get(cause)
        if own is not None:
            return self.answer(as_wire(own.request), world_of())
        return getattr(self, f"_{cause}")()  # type: ignore[no-any-return]

    def _unknown_client(self) -> WireResponse:
        return self.answer(self.request(client_id="nobody"), world_of())

    def _wrong_secret(self) -> WireResponse:
        return self.answer(self.request("wrong"), world_of())

    def _expired_secret(self) -> WireResponse:
        return self.answer(self.request(), world_of(secret_of(RIGHT, expires_at=NOW, key_id=ID)))

    def _revoked_secret(self) -> WireResponse:
        return self.answer(self.request(), world_of(secret_of(RIGHT, revoked_at=NOW, key_id=ID)))

    def _disabled_client(self) -> WireResponse:
        return self.answer(self.request(), world_of(enabled=False))

    def _invalid_client(self) -> WireResponse:
        other = dict.fromkeys(self.values.fields, "other")
        return self.answer(self.request(fields=other), world_of())

    def _invalid_scope(self) -> WireResponse:
        return self.answer(self.request(scope="write"), world_of())

    def _invalid_target(self) -> WireResponse:
        return self.answer(self.request(resource=["https://else.example"]), world_of())

    def _too_many_requests(self) -> WireResponse:
        slow = argon2id.encode("hunter2hunter2", b"s" * 16)
        secret = secret_of("", kind=argon2id.KIND, verifier=slow, pepper_id=None)
        world = world_of(secret)
        full = SlowHashes(b"key", world, queue=0)
        parts = Parts(world, world, world, world, full, lambda: world.now, bytes)
        return self.answer(self.request("wrong"), world, parts)

    def _server_error(self) -> WireResponse:
        return self.answer(self.request(), world_of(), keys=())

    def _temporarily_unavailable(self) -> WireResponse:
        return self.answer(self.request(), world_of(), enabled=False)


ID = "k7Qm2x0a"


def values_of(dialect: Dialect) -> Example:
    return example(dialect, scope="read write")


def causes() -> Iterator[tuple[str, str]]:
    for name in ALL:
        issuer = issuer_of(name, audiences=AUDIENCES)
        dialect = dialect_of(issuer)
        for cause in sorted(possible_causes(issuer, dialect, values_of(dialect))):
            yield name, cause


@pytest.mark.parametrize(("name", "cause"), list(causes()))
def test_each_cause_is_answered_as_its_row_says(name: str, cause: str) -> None:
    issuer = issuer_of(name, audiences=AUDIENCES)
    provoker = Provoker(issuer)
    table = refusal_rows(issuer, provoker.dialect, provoker.values)
    row = next(row for row in table if cause in row.causes)

    answer = provoker.provoked(cause)

    assert answer.status == row.status
    assert steady(answer.body.decode()) == steady(row.body)
    retry_after = dict(answer.headers).get(b"retry-after")
    assert (retry_after.decode() if retry_after else None) == row.retry_after


def steady(body: str) -> Any:
    """An answer without what differs from one to the next."""
    try:
        return without_varying(json.loads(body))
    except ValueError:
        return body


def without_varying(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: without_varying(item) for key, item in tree.items() if key not in VARYING}
    return list(map(without_varying, tree)) if isinstance(tree, list) else tree


@pytest.mark.parametrize("name", ALL)
def test_the_page_has_the_rows_and_no_other(name: str) -> None:
    issuer = issuer_of(name, audiences=AUDIENCES)
    dialect = dialect_of(issuer)
    table = refusal_rows(issuer, dialect, values_of(dialect))

    shown = rows(page_of(name, audiences=AUDIENCES), "When you get no token")

    assert [(code(row[0]), code(row[1])) for row in shown] == [
        (str(row.status), row.body) for row in table
    ]
    assert all(because and todo for *_, because, todo in shown)


def test_rows_for_what_cannot_be_are_left_out() -> None:
    kamoa = page_of("kamoa")
    without = page_of("kashimi", scopes=())

    assert "scope" not in kamoa.split("## When you get no token")[1]
    assert "grant type" not in kamoa
    assert "invalid_scope" not in without
    assert "invalid_target" not in page_of("kashimi")
    assert "invalid_scope" in page_of("kashimi")
