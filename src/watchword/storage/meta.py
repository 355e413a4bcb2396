"""The few single values that a database keeps: change list's version, trail's head and key."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from watchword.storage import schema, trail
from watchword.storage.errors import MasterKeyMismatch, StorageError

CHANGES = "changes"
TRAIL = "trail"
TRAIL_KEY = "trail key"
# The day on which the trail's head was last told; not there before the first time.
TOLD = "trail told"


def read(connection: Connection, name: str, *, lock: bool = False) -> Row[Any]:
    """The value `name`; with `lock`, nobody else can lock it until this transaction ends.

    Raises StorageError if somebody has removed it.
    """
    statement = select(schema.meta).where(schema.meta.c.name == name)
    found = connection.execute(statement.with_for_update() if lock else statement).one_or_none()
    if found is None:
        raise StorageError(
            f"somebody has removed the {name!r} record of the database: restore it from a backup"
        )
    return found


def write(connection: Connection, name: str, number: int, octets: bytes = b"") -> None:
    """Change the value `name`."""
    table = schema.meta
    values = {"number": number, "octets": octets}
    connection.execute(update(table).where(table.c.name == name).values(values))


def find(connection: Connection, name: str) -> Row[Any] | None:
    """The value `name`, if there is one."""
    return connection.execute(select(schema.meta).where(schema.meta.c.name == name)).one_or_none()


def add(connection: Connection, name: str, number: int, octets: bytes = b"") -> None:
    """Put in the value `name`, which is not there yet."""
    values = {"name": name, "number": number, "octets": octets}
    connection.execute(insert(schema.meta), values)


def sealed_trail_key(connection: Connection) -> bytes | None:
    """The trail's key as it is stored, None in a database that was never used."""
    rows = connection.execute(select(schema.meta)).all()
    if not rows:
        return None
    stored = {row.name: bytes(row.octets) for row in rows}
    if TRAIL_KEY not in stored:
        raise MasterKeyMismatch("the database has lost its sealed key: restore it from a backup")
    return stored[TRAIL_KEY]


def begin(connection: Connection, chain_key: bytes) -> bytes:
    """Write the values of a new database, unless another process was quicker.

    Returns the sealed key of the trail.
    """
    sealed = sealed_trail_key(connection)
    if sealed is None:
        key = trail.new_key()
        sealed = trail.seal_key(key, chain_key)
        head = trail.head_octets(key, trail.BEGINNING)
        values = [(CHANGES, 0, b""), (TRAIL, 0, head), (TRAIL_KEY, 0, sealed)]
        rows = [{"name": name, "number": n, "octets": octets} for name, n, octets in values]
        connection.execute(insert(schema.meta), rows)
    return sealed
