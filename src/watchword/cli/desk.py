"""Where commands do their work: on the data folder, or on a remote server, in the same words.

Both desks take operations of the administration API by their names. The local one runs them on the
estate, with all permissions, because whoever can read the master key has them anyway; the remote
one (`watchword.cli.remote`) sends them over HTTP. What a command prints comes from the answer, so
that it is the same either way.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from watchword.admin.administrator import PERMISSIONS
from watchword.admin.errors import Unknown
from watchword.admin.estate import Estate
from watchword.app.administration.operation import Call, Caller, Operation
from watchword.app.administration.resource import OPERATIONS
from watchword.cli.failure import Refused
from watchword.core.event import Context

Answer = dict[str, Any]
Keep = Callable[[Answer], None]
_PARAMETER = re.compile(r"\{(\w+)\}")
BY_NAME: Mapping[str, Operation] = {operation.name: operation for operation in OPERATIONS}


class Desk(Protocol):
    """Does operations of the administration API."""

    def call(
        self,
        operation: str,
        *targets: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        keep: Keep | None = None,
        key: str | None = None,
    ) -> Answer:
        """The answer as JSON. targets: what the operation's path names, in order.

        keep: gets the answer first: here before what it tells of is durable, from afar as soon as
        it is there; if it raises, that ends the call. key: an Idempotency-Key, under which a
        server is asked again if its answer is lost. Raises ChangeRefused or Refused.
        """

    def find(self, operation: str, *targets: str) -> Answer | None:
        """The answer of an operation that shows something; None where it is not there."""


class LocalDesk:
    """Runs operations on the estate of the data folder."""

    def __init__(self, estate: Estate, context: Context) -> None:
        self._estate, self._context = estate, context

    def call(
        self,
        operation: str,
        *targets: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        keep: Keep | None = None,
        key: str | None = None,
    ) -> Answer:
        del key  # What happens in this process has an answer.
        known = BY_NAME[operation]
        call = Call(
            estate=self._estate,
            context=self._context,
            caller=Caller(
                client_id=self._context.actor, role="owner", permissions=frozenset(PERMISSIONS)
            ),
            path=path_of(known, *targets),
            query=_converted(said(query), known.query),
            body=None if known.body is None else _converted(said(body), known.body),
            keep=lambda answer: keep(msgspec.to_builtins(answer)) if keep else None,
            bounded=False,
        )
        answer: Answer = msgspec.to_builtins(known.run(call))
        return answer

    def find(self, operation: str, *targets: str) -> Answer | None:
        try:
            return self.call(operation, *targets)
        except Unknown:
            return None


def path_of(operation: Operation, *targets: str) -> dict[str, str]:
    """The parameters in the operation's path with their values."""
    return dict(zip(_PARAMETER.findall(operation.path), targets, strict=True))


def said(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values that say something: UNSET stays unsaid, and so does what a query leaves open."""
    return {name: value for name, value in (values or {}).items() if value is not msgspec.UNSET}


def _converted(value: dict[str, Any], of: Any) -> Any:
    try:
        return msgspec.convert(value, of)
    except msgspec.ValidationError as fault:
        raise Refused(str(fault), code="invalid_value") from None
