"""RFC 9457: problems of the administration API, each with a stable code and a hint."""

import http
from collections.abc import Iterable

from msgspec import Struct

from watchword.admin.errors import (
    ChangedMeanwhile,
    ChangeRefused,
    Invalid,
    LimitReached,
    NeedsForce,
    NotAllowed,
    NotNow,
    NotReady,
    Taken,
    Unknown,
)
from watchword.admin.secret_import import LinesAtFault
from watchword.app.administration.import_answer import ImportLineAnswer, import_line
from watchword.app.administration.operation import Forbidden
from watchword.guard.errors import GuardError


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """code: stable, for programs. detail: what is wrong. hint: what to do about it.

    field: path of the setting at fault. request_id: in the log and in the trail too. lines: of an
    import, those at fault, by their place in the request.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    hint: str = ""
    field: str = ""
    request_id: str
    lines: tuple[ImportLineAnswer, ...] = ()


class Refused(Exception):
    """A request that is answered with a problem. headers: further ones."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        hint: str = "",
        field: str = "",
        headers: Iterable[tuple[str, str]] = (),
        lines: Iterable[ImportLineAnswer] = (),
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.hint = hint
        self.field = field
        self.headers = tuple(headers)
        self.lines = tuple(lines)

    def problem(self, request_id: str) -> Problem:
        """Its document."""
        return Problem(
            type=f"urn:watchword:problem:{self.code}",
            title=http.HTTPStatus(self.status).phrase,
            status=self.status,
            code=self.code,
            detail=self.detail,
            hint=self.hint,
            field=self.field,
            request_id=request_id,
            lines=self.lines,
        )


# What each kind of refused change is in HTTP (RFC 9110, 15.5).
STATUS_OF: dict[type[ChangeRefused], int] = {
    Forbidden: 403,
    NotAllowed: 403,
    Unknown: 404,
    Invalid: 422,
    Taken: 409,
    NeedsForce: 409,
    LimitReached: 409,
    ChangedMeanwhile: 412,
    NotNow: 409,
    NotReady: 503,
}


def of_change(refused: ChangeRefused) -> Refused:
    """The problem that a refused change is."""
    status = next(status for kind, status in STATUS_OF.items() if isinstance(refused, kind))
    lines = map(import_line, refused.faults) if isinstance(refused, LinesAtFault) else ()
    return Refused(
        status,
        refused.code,
        refused.message,
        hint=refused.hint,
        field=refused.field,
        lines=lines,
    )


def of_guard(refused: GuardError) -> Refused:
    """The problem that a missing, wrong or unverifiable token is."""
    headers = [(name, value) for name, value in refused.headers if name != "cache-control"]
    code = refused.error or "unauthorized"
    hint = "get a token at /admin/v1/token with an administrator's credential"
    return Refused(refused.status, code, refused.description, hint=hint, headers=headers)
