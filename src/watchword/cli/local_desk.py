"""The desk on the data folder: operations run on the estate, with all permissions.

Whoever can read the master key has them anyway.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from watchword.admin.errors import Unknown
from watchword.admin.estate import Estate
from watchword.admin.role import PERMISSIONS
from watchword.app.administration.operation import Call, Caller
from watchword.cli.desk import Answer, Keep
from watchword.cli.failure import Refused
from watchword.cli.operations import BY_NAME, path_of, said
from watchword.core.event import Context


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


def _converted(value: dict[str, Any], of: Any) -> Any:
    try:
        return msgspec.convert(value, of)
    except msgspec.ValidationError as fault:
        raise Refused(str(fault), code="invalid_value") from None
