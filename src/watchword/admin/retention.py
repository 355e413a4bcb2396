"""What is forgotten when it is old, and when.

Events go only if somebody says so, and leave an anchor for each day, so that the trail can still
be verified; days of the ledger go whole. Both are told in the trail. Counters, single refusals and
kept answers go without a word.
"""

from msgspec import Struct

from watchword.admin import trail
from watchword.admin.estate import Estate
from watchword.core.duration import SECONDS
from watchword.core.event import Context
from watchword.core.retention import Retention
from watchword.storage import forget_old

_DAY = SECONDS["d"]


class Forgotten(Struct, frozen=True, kw_only=True):
    """What was dropped: events, days of the ledger, and rows of the rest."""

    events: int
    ledger_days: int
    rows: int


def forget(estate: Estate, context: Context, retention: Retention) -> Forgotten:
    """Forget what is older than `retention` says. Raises StorageError."""
    store, now = estate.store, context.now
    rows = forget_old(store, "usage by the minute", now - retention.usage_by_the_minute)
    rows += forget_old(store, "usage by the hour", now - retention.usage_by_the_hour)
    rows += forget_old(store, "refusals", now - retention.refusals)
    with store.changing() as changing:
        rows += changing.forget_answers(now - retention.answers)
        rows += changing.forget_notifications(now - retention.notifications)
        days, events = [], 0
        if retention.ledger is not None:
            days = changing.drop_ledger_days(now - retention.ledger)
        if retention.events is not None:
            # Whole days, as their anchors say.
            before = now - retention.events
            events = changing.drop_events(before - before % _DAY)
        if days or events:
            detail = {"events": events, "ledger_days": len(days)}
            changing.append(trail.event(context, "retention.drop", "", detail=detail))
    return Forgotten(events=events, ledger_days=len(days), rows=rows)
