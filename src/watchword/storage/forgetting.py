"""Forgetting what is old and was never part of the trail: counters and single refusals.

Rows go a few thousand at a time, so that nobody waits long for the one who writes.
"""

from typing import Literal

from sqlalchemy import Table, delete, select, tuple_

from watchword.storage import schema
from watchword.storage.store import Store

Old = Literal["usage by the minute", "usage by the hour", "refusals"]

BATCH = 5_000
_TABLES: dict[Old, Table] = {
    "usage by the minute": schema.usage_minute,
    "usage by the hour": schema.usage_hour,
    "refusals": schema.refusal,
}


def forget_old(store: Store, what: Old, before: int) -> int:
    """Forget what is from before `before`; how many rows. Raises StoreUnavailable."""
    table = _TABLES[what]
    key = tuple_(*table.primary_key.columns)
    some = select(*table.primary_key.columns).where(table.c.at < before).limit(BATCH)
    statement = delete(table).where(key.in_(some))
    forgotten = 0
    while True:
        with store.backend.writing(durable=False) as connection:
            count = connection.execute(statement).rowcount
        forgotten += count
        if count < BATCH:
            return forgotten
