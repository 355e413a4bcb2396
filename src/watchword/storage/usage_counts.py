"""How usage is read: counters, last uses, refusals. `watchword.storage.usage` writes them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Select, literal, select

from watchword.storage import schema
from watchword.storage.records import LastUse, StoredRefusal, UsageCount
from watchword.storage.rows import REFUSAL
from watchword.storage.statements import Statements

MINUTE = 60
HOUR = 3600


class UsageReading(Statements):
    """What can be read of usage."""

    def last_use(self, secret_ids: Iterable[str]) -> dict[str, LastUse]:
        """When secrets last got a token, by secret id; those never used are left out."""
        table = schema.last_use
        rows = self._rows(select(table).where(table.c.secret_id.in_(list(secret_ids))))
        return {
            row.secret_id: LastUse(
                at=row.at, first_at=row.first_at, address=row.address, user_agent=row.user_agent
            )
            for row in rows
        }

    def usage(
        self,
        since: int,
        until: int,
        *,
        issuer_id: str | None = None,
        client_ref: str | None = None,
    ) -> list[UsageCount]:
        """Counters of [since, until): of a client by the hour, else of issuers by the minute."""
        if client_ref is not None:
            statement = _by_the_hour(client_ref, since, until)
        else:
            statement = _by_the_minute(issuer_id, since, until)
        return [_count_of(row) for row in self._rows(statement)]

    def refusal(self, request_id: str) -> StoredRefusal | None:
        """The refusal of one request, if it is among the latest."""
        table = schema.refusal.c
        return self._one(REFUSAL, REFUSAL.select().where(table.request_id == request_id))

    def first_refusal(self, client_ref: str, cause: str, since: int) -> StoredRefusal | None:
        """The earliest refusal of a client since then that is still kept, of that cause."""
        table = schema.refusal.c
        statement = REFUSAL.select().where(table.client_ref == client_ref, table.at >= since)
        statement = statement.where(table.cause == cause).order_by(table.at).limit(1)
        return self._one(REFUSAL, statement)

    def refusals(self, client_ref: str, since: int = 0, limit: int = 100) -> list[StoredRefusal]:
        """The latest refusals of a client, the newest first."""
        table = schema.refusal.c
        statement = REFUSAL.select().where(table.client_ref == client_ref, table.at >= since)
        return self._all(REFUSAL, statement.order_by(table.at.desc()).limit(limit))


def _by_the_minute(issuer_id: str | None, since: int, until: int) -> Select[Any]:
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


def _by_the_hour(client_ref: str, since: int, until: int) -> Select[Any]:
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


def _count_of(row: Sequence[Any]) -> UsageCount:
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
