"""Usage: what was asked for, and what came of it."""

from typing import Annotated

from msgspec import Meta, Struct

from watchword.app.administration import shown
from watchword.app.administration.answer import Page, UsageAnswer
from watchword.app.administration.operation import Call, Operation
from watchword.core.duration import SECONDS


class UsageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """hours: how far back."""

    hours: Annotated[int, Meta(ge=1, le=24 * 31)] = 24


def of_issuer(call: Call) -> Page[UsageAnswer]:
    since, until = _span(call)
    with call.estate.store.reading() as reading:
        counts = reading.usage(since, until, issuer_id=call.issuer(reading).id)
    return Page(items=[shown.usage(count) for count in counts])


def of_client(call: Call) -> Page[UsageAnswer]:
    since, until = _span(call)
    with call.estate.store.reading() as reading:
        counts = reading.usage(since, until, client_ref=call.client(reading).id)
    return Page(items=[shown.usage(count) for count in counts])


def _span(call: Call) -> tuple[int, int]:
    now = call.context.now
    return now - call.query.hours * SECONDS["h"], now + 1


OPERATIONS = (
    Operation(
        name="issuer_usage",
        action="usage.show",
        method="GET",
        path="/issuers/{issuer_id}/usage",
        permission="usage:read",
        summary="Count an issuer's answers by minute and outcome",
        run=of_issuer,
        query=UsageQuery,
        answer=Page[UsageAnswer],
    ),
    Operation(
        name="client_usage",
        action="usage.show",
        method="GET",
        path="/clients/{client_ref}/usage",
        permission="usage:read",
        summary="Count a client's answers by hour, secret and outcome",
        run=of_client,
        query=UsageQuery,
        answer=Page[UsageAnswer],
    ),
)
