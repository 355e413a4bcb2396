"""The ledger: a line for every token of the issuers that want it.

Each UTC day has a table of its own, by the token's time of issue, so that an old day is dropped
whole. `watchword.storage.ledger_writer` writes for the token path.
"""

import time
from collections.abc import Iterable
from functools import lru_cache

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    MetaData,
    Table,
    delete,
    insert,
    select,
)

from watchword.core.access_token import LedgerEntry
from watchword.storage import schema
from watchword.storage.backend import Backend
from watchword.storage.columns import Words
from watchword.storage.statements import Statements
from watchword.storage.writing import Writing

DAY = 86_400


@lru_cache(maxsize=400)
def table_of(day: int) -> Table:
    """The table of the day that begins at `day`; its key finds a client's tokens together.

    Column by column what migrations make of the days that they find.
    """
    name = time.strftime("ledger_%Y%m%d", time.gmtime(day))
    return Table(
        name,
        MetaData(),
        Column("jti", Words, primary_key=True),
        *(Column(name, Words, nullable=False) for name in ("issuer_id", "client_ref")),
        *(Column(name, Words, nullable=False) for name in ("secret_id", "address", "scope")),
        Column("issued_at", BigInteger, nullable=False),
        Column("expires_at", BigInteger, nullable=False),
        Column("request_id", Words, nullable=False, server_default=""),
        Index(f"{name}_of_request", "request_id"),
        sqlite_with_rowid=False,
    )


class LedgerReading(Statements):
    """What can be read of the ledger."""

    def ledger_days(self) -> list[int]:
        """The days of which there is a ledger, as the instants they begin at, oldest first."""
        day = schema.ledger_day.c.day
        return [row.day for row in self._rows(select(day).order_by(day))]

    def ledger_entry(self, jti: str) -> LedgerEntry | None:
        """The entry of one token; looks through the days, the latest first."""
        return self._ledger_entry_where("jti", jti)

    def ledger_entry_of_request(self, request_id: str) -> LedgerEntry | None:
        """The entry of the token that the answer with `request_id` carried."""
        return self._ledger_entry_where("request_id", request_id)

    def _ledger_entry_where(self, column: str, value: str) -> LedgerEntry | None:
        for day in reversed(self.ledger_days()):
            table = table_of(day)
            rows = self._rows(select(table).where(table.c[column] == value))
            if rows:
                return LedgerEntry(**rows[0]._mapping)
        return None

    def ledger_entries(
        self, day: int, client_ref: str = "", after: str = "", limit: int = 1000
    ) -> list[LedgerEntry]:
        """A page of a day's entries in the order of their jti, of one client if `client_ref`.

        after: the last jti seen. Empty where there is no ledger of that day.
        """
        if day not in self.ledger_days():
            return []
        table = table_of(day)
        statement = select(table).where(table.c.jti > (after or client_ref))
        if client_ref:
            # A jti begins with the client's handle, and "~" sorts behind all digits.
            statement = statement.where(table.c.jti < f"{client_ref}~")
        rows = self._rows(statement.order_by(table.c.jti).limit(limit))
        return [LedgerEntry(**row._mapping) for row in rows]


class LedgerChanging(LedgerReading, Writing):
    """How days of the ledger end."""

    def drop_ledger_days(self, before: int) -> list[int]:
        """Drop the days that ended by `before`, whole; which ones."""
        gone = [day for day in self.ledger_days() if day + DAY <= before]
        for day in gone:
            table_of(day).drop(self.connection, checkfirst=True)
            table = schema.ledger_day
            self.connection.execute(delete(table).where(table.c.day == day))
        return gone


def write_entries(backend: Backend, entries: list[LedgerEntry], days: set[int]) -> None:
    """Write entries in one commit. days: those whose tables are known to be there; added to."""
    by_day: dict[int, list[dict[str, object]]] = {}
    for entry in entries:
        row = {name: getattr(entry, name) for name in LedgerEntry.__struct_fields__}
        by_day.setdefault(entry.issued_at - entry.issued_at % DAY, []).append(row)
    _make_tables(backend, [day for day in by_day if day not in days])
    with backend.writing(durable=True) as connection:
        for day, rows in by_day.items():
            connection.execute(insert(table_of(day)), rows)
    days.update(by_day)


def _make_tables(backend: Backend, days: Iterable[int]) -> None:
    for day in days:
        with backend.writing(durable=True) as connection:
            backend.lock_schema(connection)
            _make_table(backend, connection, day)


def _make_table(backend: Backend, connection: Connection, day: int) -> None:
    table_of(day).create(connection, checkfirst=True)
    statement = backend.insert(schema.ledger_day).values(day=day)
    connection.execute(statement.on_conflict_do_nothing())
