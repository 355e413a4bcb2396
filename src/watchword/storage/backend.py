"""What a database engine has to offer so that the one store can work on it.

To add a back end: write `storage/<name>.py` with a class like this and a function
`open_backend(url) -> Backend`, and a line in `storage/registry.py`; then give the storage suite
one more parameter.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from sqlalchemy import Connection, Table


class Pulse(Protocol):
    """Tells a worker that the database may have changed. Used on the event loop."""

    async def wait(self) -> bool:
        """Wait a beat, at most half a second; whether something may have changed.

        Raises StoreUnavailable if the database cannot be asked.
        """
        ...

    async def close(self) -> None:
        """Give up its connection."""
        ...


class Backend(Protocol):
    """One database. Every method raises only errors of `watchword.storage.errors`.

    place: what messages call it, without a password. insert: an INSERT statement of its dialect
    that has `on_conflict_do_update` and `on_conflict_do_nothing`. one_writer: whether a transaction
    that writes keeps all others from writing.
    """

    place: str
    one_writer: bool
    insert: Callable[[Table], Any]

    def prepare(self, *, create: bool) -> None:
        """Make the database usable; with `create`, make it. Raises StoreUnavailable."""
        ...

    def reading(self, *, snapshot: bool) -> AbstractContextManager[Connection]:
        """A connection to read from; with `snapshot`, all reads see one state."""
        ...

    def writing(self, *, durable: bool) -> AbstractContextManager[Connection]:
        """A transaction: committed at the end, rolled back by an exception.

        durable: whether the commit is on disk before this returns; else a crash of the machine
        may lose the last of it, but a kill of the process does not. Raises StoreLocked.
        """
        ...

    def lock_schema(self, connection: Connection) -> None:
        """Let no other process migrate until this transaction ends."""
        ...

    def announce(self, version: int) -> None:
        """Tell other processes that the change list has reached `version`; may fail silently."""
        ...

    def pulse(self) -> Pulse:
        """A new pulse for one event loop."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...
