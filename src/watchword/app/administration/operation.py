"""One operation of the API: what it is called, who may do it, what goes in and comes out."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from msgspec import Struct

from watchword.admin import find
from watchword.admin.errors import ChangeRefused, Unknown
from watchword.admin.estate import Estate
from watchword.admin.role import BUILT_IN, Role
from watchword.core.client import Client
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret
from watchword.storage import Reading

Changed = TypeVar("Changed")
PREFIX = "/admin/v1"
BODY_OCTETS = 256 * 1024
LARGE_BODY_OCTETS = 1024 * 1024

Method = Literal["GET", "POST", "PATCH", "DELETE"]


class Forbidden(ChangeRefused):
    """The administrator's role does not allow it."""

    code = "forbidden"


class OutOfBounds(Unknown):
    """What is there, and not for this administrator, who is told that it is not there.

    target: id or name of what was meant. noted: what the trail says.
    """

    def __init__(self, kind: str, name: str, reason: str) -> None:
        super().__init__(kind, name)
        self.target = name
        self.noted = Forbidden(f"the {kind} is not there for this administrator: {reason}")


class Caller(Struct, frozen=True, kw_only=True):
    """An administrator whose token was verified. bounds: issuer ids, empty for all.

    permissions: what the token is good for. granted: what the role is, though the token's scope may
    be narrower.
    """

    client_id: str
    role: Role
    permissions: frozenset[str]
    granted: frozenset[str] = frozenset()
    bounds: tuple[str, ...] = ()

    @property
    def sees_whole_trail(self) -> bool:
        """Whether events of all issuers, and of none, are for this administrator."""
        return not self.bounds and "administrators:read" in self.permissions

    def sees(self, issuer: Issuer) -> bool:
        """Whether `issuer` is there for this administrator at all."""
        if issuer.name == BUILT_IN:
            return "administrators:read" in self.permissions
        return not self.bounds or issuer.id in self.bounds

    def reason_against(self, issuer: Issuer) -> str:
        """Why `issuer`, which this administrator does not see, is not there for it."""
        if issuer.name == BUILT_IN:
            return "administrators are for owner and auditor"
        return "it is outside the issuers that the administrator is bound to"


class NoQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An operation without parameters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request for an operation, its parts in their types.

    path: parameters of the path. query, body: of the types that the operation names.
    expected_version: of If-Match, None without one. keep: gets the answer before what it tells of
    is durable, from operations that have secrets to lose. bounded: whether it came as a request,
    of which none may keep the others waiting for long.
    """

    estate: Estate
    context: Context
    caller: Caller
    path: Mapping[str, str]
    query: Any = None
    body: Any = None
    expected_version: int | None = None
    keep: Callable[[Any], None] = lambda answer: None
    bounded: bool = True

    def change(self, change: Callable[..., Changed], id: str, *settings: Any) -> Changed:
        """Do one of `watchword.admin`'s changes to the thing `id`, in the version expected."""
        expected = self.expected_version
        return change(self.estate, self.context, id, *settings, expected_version=expected)

    def issuer(self, reading: Reading) -> Issuer:
        """The issuer that the path names. One that the caller may not see is not there."""
        return self.issuer_named(reading, self.path["issuer_id"])

    def issuer_named(self, reading: Reading, name: str) -> Issuer:
        """The issuer of that name or id, if the caller may see it, else Unknown."""
        known = reading.issuer(name) or reading.issuer_named(name)
        if known is None and self.caller.bounds:
            # No hint: it would name issuers that are none of the caller's.
            raise Unknown("issuer", name)
        issuer = known or find.issuer(reading, name)
        self.require_seen(reading, issuer.id, "issuer", name)
        return issuer

    def client(self, reading: Reading) -> Client:
        """The client that the path names."""
        client = reading.client(self.path["client_ref"])
        if client is None:
            raise Unknown("client", self.path["client_ref"])
        self.require_seen(reading, client.issuer_id, "client", client.id)
        return client

    def secret(self, reading: Reading) -> Secret:
        """The secret that the path names."""
        secret = find.secret(reading, self.path["secret_id"])
        self.require_seen(reading, secret.issuer_id, "secret", self.path["secret_id"])
        return secret

    def require_seen(self, reading: Reading, issuer_id: str, kind: str, name: str) -> None:
        """Raise OutOfBounds unless the caller may see what belongs to the issuer.

        kind, name: what was asked for, in the caller's words.
        """
        issuer = reading.issuer(issuer_id)
        if issuer is None:
            raise Unknown(kind, name)
        if not self.caller.sees(issuer):
            raise OutOfBounds(kind, name, self.caller.reason_against(issuer))

    def require_not_built_in(self, issuer: Issuer) -> Issuer:
        """`issuer` unless it is the built-in one, which only administrators' operations change."""
        if issuer.name == BUILT_IN and "administrators:write" not in self.caller.permissions:
            raise Forbidden("administrators are looked after by an owner alone")
        return issuer


class Operation(Struct, frozen=True, kw_only=True):
    """A row of the API.

    name: its operationId. action: what the trail calls an attempt at it. path: below /admin/v1.
    permission: a scope of the built-in issuer. answer: type of what `run` returns.
    versioned: whether the answer carries an ETag and the request may carry If-Match.
    repeatable: whether it makes something and takes an Idempotency-Key. large: whether much goes in
    at once, so that it may take minutes. prepared: where `run` is two things, the first one, which
    no transaction needs to wait for; it gives the second one.
    """

    name: str
    action: str
    method: Method
    path: str
    permission: str
    summary: str
    run: Callable[[Call], Any]
    answer: Any
    query: type[Struct] = NoQuery
    body: Any = None
    status: int = 200
    versioned: bool = False
    repeatable: bool = False
    large: bool = False
    prepared: Callable[[Call], AbstractContextManager[Callable[[Call], Any]]] | None = None

    @property
    def most_octets(self) -> int:
        """How large a body may be."""
        return LARGE_BODY_OCTETS if self.large else BODY_OCTETS

    def begin(self, call: Call) -> AbstractContextManager[Callable[[Call], Any]]:
        """What is left of `run` once all is done that no transaction needs to wait for."""
        return nullcontext(self.run) if self.prepared is None else self.prepared(call)
