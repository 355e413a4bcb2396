"""Adding and updating rows, and naming the rule that a refused row breaks."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from watchword.storage.backend import Backend
from watchword.storage.errors import Conflict, Duplicate, NotFound, StorageError
from watchword.storage.rows import Mapped
from watchword.storage.statements import Statements


class Writing(Statements):
    """A transaction that writes, and notes what others must forget."""

    def __init__(self, connection: Connection, backend: Backend) -> None:
        super().__init__(connection)
        self._backend = backend
        self._noted: dict[tuple[str, str], None] = {}

    def _note(self, kind: str, id: str) -> None:
        self._noted[kind, id] = None

    def _add(self, mapped: Mapped[Any], thing: Any, row: dict[str, Any]) -> None:
        self._put(mapped, insert(mapped.table), row, adding=True)

    def _add_together(self, *batches: tuple[Mapped[Any], list[dict[str, Any]]]) -> None:
        """Add many rows of several kinds in a few statements, or none of them."""
        try:
            with self.connection.begin_nested():
                for mapped, rows in batches:
                    if rows:
                        self.connection.execute(insert(mapped.table), rows)
        except IntegrityError:
            raise self._first_clash(batches) from None

    def _first_clash(
        self, batches: Sequence[tuple[Mapped[Any], list[dict[str, Any]]]]
    ) -> StorageError:
        """Which of many rows the database has refused."""
        for mapped, rows in batches:
            for row in rows:
                clash = self._clash(mapped, row, adding=True)
                if isinstance(clash, Duplicate):
                    return clash
        return Duplicate("id", "drawn twice")

    def _update(self, mapped: Mapped[Any], stored: Any, row: dict[str, Any]) -> None:
        """Overwrite the row whose version is the one before the version of `stored`."""
        column = mapped.table.c
        statement = update(mapped.table).where(
            column.id == stored.id, column.version == stored.version - 1
        )
        if not self._put(mapped, statement, row):
            if self._exists(column.id == stored.id):
                raise Conflict(mapped.kind, _name(stored))
            raise NotFound(mapped.kind, stored.id)

    def _overwrite(self, mapped: Mapped[Any], thing: Any, row: dict[str, Any]) -> None:
        statement = update(mapped.table).where(mapped.table.c.id == thing.id)
        if not self._put(mapped, statement, row):
            raise NotFound(mapped.kind, str(thing.id))

    def _put(
        self, mapped: Mapped[Any], statement: Any, row: dict[str, Any], *, adding: bool = False
    ) -> bool:
        """Run an INSERT or UPDATE of one row; whether there was a row to update."""
        try:
            # A refused statement must not take the whole transaction with it.
            with self.connection.begin_nested():
                return self.connection.execute(statement.values(row)).rowcount == 1
        except IntegrityError:
            raise self._clash(mapped, row, adding=adding) from None

    def _clash(self, mapped: Mapped[Any], row: dict[str, Any], *, adding: bool) -> StorageError:
        """Which rule a row breaks that the database has refused."""
        column = mapped.table.c
        if adding and self._exists(column.id == row["id"]):
            return Duplicate("id", str(row["id"]))
        for kind, names in mapped.unique.items():
            same = [column[name] == row[name] for name in names]
            if self._exists(*same, column.id != row["id"]):
                return Duplicate(kind, str(row[names[-1]]))
        return StorageError(f"the {mapped.kind} refers to something that is not there")

    def _exists(self, *conditions: ColumnElement[bool]) -> bool:
        return bool(self.connection.scalar(select(exists().where(*conditions))))


def _name(thing: Any) -> str:
    return cast(str, getattr(thing, "client_id", None) or thing.name)
