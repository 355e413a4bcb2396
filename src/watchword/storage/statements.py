"""Running statements and reading things from their rows: below everything that reads or changes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select

from watchword.storage.errors import InvalidValue
from watchword.storage.rows import Mapped, Thing


class Statements:
    """A transaction's connection, and how its rows become things.

    connection: for this package's own modules.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def _one(self, mapped: Mapped[Thing], statement: Select[Any]) -> Thing | None:
        things = self._all(mapped, statement)
        return things[0] if things else None

    def _all(self, mapped: Mapped[Thing], statement: Select[Any]) -> list[Thing]:
        return [mapped.thing(row) for row in self._rows(statement)]

    def _rows(self, statement: Select[Any], values: dict[str, Any] | None = None) -> Sequence[Any]:
        try:
            return self.connection.execute(statement, values).all()
        except InvalidValue:
            # Nothing is stored under a name that cannot be stored.
            return []
