"""Why a client gets no tokens, and what ends soon."""

from typing import Annotated

from msgspec import Meta, Struct

from watchword.admin.diagnosis import WINDOW, diagnose
from watchword.admin.expiring import ending_secrets
from watchword.app.administration import shown
from watchword.app.administration.answer import DiagnosisAnswer, ExpiringAnswer, Page
from watchword.app.administration.operation import Call, Operation
from watchword.core.duration import SECONDS


class ExpiringQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """days: how far ahead."""

    days: Annotated[int, Meta(ge=1, le=366)] = 30


class DiagnosisQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """since: how far back, in seconds."""

    since: Annotated[int, Meta(ge=1, le=31 * SECONDS["d"])] = WINDOW


def of_client(call: Call) -> DiagnosisAnswer:
    with call.estate.store.reading() as reading:
        found = diagnose(reading, call.client(reading), call.context.now, window=call.query.since)
        return shown.diagnosis(found, reading)


def expiring(call: Call) -> Page[ExpiringAnswer]:
    now = call.context.now
    with call.estate.store.reading() as reading:
        found = ending_secrets(reading, now, call.query.days * SECONDS["d"])
    seen = [each for each in found if call.caller.sees(each.issuer)]
    return Page(items=[shown.expiring(each, now) for each in seen])


OPERATIONS = (
    Operation(
        name="diagnose_client",
        action="client.diagnose",
        method="GET",
        path="/clients/{client_ref}/diagnosis",
        permission="usage:read",
        summary="Say why a client gets no tokens",
        run=of_client,
        query=DiagnosisQuery,
        answer=DiagnosisAnswer,
    ),
    Operation(
        name="list_expiring",
        action="secret.list",
        method="GET",
        path="/expiring",
        permission="secrets:read",
        summary="List secrets that end soon: expire, were rolled or retired",
        run=expiring,
        query=ExpiringQuery,
        answer=Page[ExpiringAnswer],
    ),
)
