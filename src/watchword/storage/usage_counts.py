"""How usage counters are read; `watchword.storage.usage` writes them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, literal, select

from watchword.storage import schema
from watchword.storage.records import UsageCount

MINUTE = 60
HOUR = 3600


def by_the_minute(issuer_id: str | None, since: int, until: int) -> Select[Any]:
    """Counters of one issuer, or of all, in the order of time."""
    table = schema.usage_minute.c
    statement = select(
        table.at,
        table.issuer_id,
        literal("").label("client_ref"),
        literal("").label("secret_id"),
        table.outcome,
        table.count,
    ).where(table.at >= since, table.at < until)
    if issuer_id is not None:
        statement = statement.where(table.issuer_id == issuer_id)
    return statement.order_by(table.at, table.issuer_id, table.outcome)


def by_the_hour(client_ref: str, since: int, until: int) -> Select[Any]:
    """Counters of one client and its secrets, in the order of time."""
    table = schema.usage_hour.c
    return (
        select(
            table.at,
            table.issuer_id,
            table.client_ref,
            table.secret_id,
            table.outcome,
            table.count,
        )
        .where(table.client_ref == client_ref, table.at >= since, table.at < until)
        .order_by(table.at, table.secret_id, table.outcome)
    )


def count_of(row: Sequence[Any]) -> UsageCount:
    """The counter of a row of either."""
    at, issuer_id, client_ref, secret_id, outcome, count = row
    return UsageCount(
        at=at,
        issuer_id=issuer_id,
        client_ref=client_ref or None,
        secret_id=secret_id or None,
        outcome=outcome,
        count=count,
    )
