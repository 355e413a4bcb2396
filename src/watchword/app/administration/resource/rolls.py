"""Rolling a secret: a new one now, the old one ends at a stated time."""

from typing import Annotated

from msgspec import Meta, Struct

from watchword.admin import find, roll
from watchword.admin.secret import NewSecret
from watchword.admin.usage import QUIET, usage_of
from watchword.app.administration import shown
from watchword.app.administration.answer import (
    CancelledAnswer,
    Page,
    RollAnswer,
    RollPlanAnswer,
    SecretUsageAnswer,
)
from watchword.app.administration.operation import Call, Operation
from watchword.core.duration import SECONDS


class RollRequest(NewSecret, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """overlap: seconds for which both secrets work. label: "" for the old one's."""

    overlap: int = roll.DEFAULT_OVERLAP


class SecretUsageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """since: how far back, in seconds."""

    since: Annotated[int, Meta(ge=1, le=366 * SECONDS["d"])] = QUIET


def roll_secret(call: Call) -> RollAnswer:
    wanted: RollRequest = call.body
    old_id, new = _old(call)
    rolled = roll.roll_secret(call.estate, call.context, old_id, overlap=wanted.overlap, new=new)
    now = call.context.now
    return RollAnswer(
        old=shown.secret(rolled.old, now),
        new=shown.secret(rolled.new.secret, now),
        client_secret=rolled.new.value,
    )


def plan(call: Call) -> RollPlanAnswer:
    wanted: RollRequest = call.body
    old_id, new = _old(call)
    now = call.context.now
    with call.estate.store.reading() as reading:
        planned = roll.plan_roll(reading, old_id, now, overlap=wanted.overlap, new=new)
    return shown.roll_plan(planned, now)


def cancel(call: Call) -> CancelledAnswer:
    with call.estate.store.reading() as reading:
        secret = call.secret(reading)
        call.require_not_built_in(find.issuer(reading, secret.issuer_id))
    cancelled = roll.cancel_roll(call.estate, call.context, secret.id)
    now = call.context.now
    return CancelledAnswer(
        old=shown.secret(cancelled.old, now), new=shown.secret(cancelled.new, now)
    )


def usage(call: Call) -> Page[SecretUsageAnswer]:
    now = call.context.now
    with call.estate.store.reading() as reading:
        used = usage_of(reading, call.client(reading), now, window=call.query.since)
    return Page(items=[shown.secret_usage(each, now) for each in used])


def _old(call: Call) -> tuple[str, NewSecret]:
    """The secret to be rolled, and the settings of its successor."""
    wanted: RollRequest = call.body
    with call.estate.store.reading() as reading:
        old = call.secret(reading)
        call.require_not_built_in(find.issuer(reading, old.issuer_id))
    return old.id, NewSecret(label=wanted.label or old.label, lifetime=wanted.lifetime)


OPERATIONS = (
    Operation(
        name="roll_secret",
        action="secret.roll",
        method="POST",
        path="/secrets/{secret_id}/roll",
        permission="secrets:write",
        summary="Make a secret's successor; the old one ends after the overlap",
        run=roll_secret,
        body=RollRequest,
        answer=RollAnswer,
        status=201,
        repeatable=True,
    ),
    Operation(
        name="plan_roll",
        action="secret.roll",
        method="POST",
        path="/secrets/{secret_id}/roll/plan",
        permission="secrets:read",
        summary="Show what a roll would do, and change nothing",
        run=plan,
        body=RollRequest,
        answer=RollPlanAnswer,
    ),
    Operation(
        name="cancel_roll",
        action="secret.cancel",
        method="POST",
        path="/secrets/{secret_id}/cancel",
        permission="secrets:write",
        summary="Take a roll back while the old secret lives",
        run=cancel,
        answer=CancelledAnswer,
    ),
    Operation(
        name="secret_usage",
        action="usage.show",
        method="GET",
        path="/clients/{client_ref}/secrets/usage",
        permission="usage:read",
        summary="Tell a client's secrets apart by what they were used for",
        run=usage,
        query=SecretUsageQuery,
        answer=Page[SecretUsageAnswer],
    ),
)
