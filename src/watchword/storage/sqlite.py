"""SQLite: the database in one file, in write-ahead mode, with one writer at a time.

A transaction that will write says so at its start (BEGIN IMMEDIATE), so that it waits for its turn
there and cannot fail half-way. Within the process a lock of ours does the queueing. Between
processes one has to ask again and again; SQLite's own way of that sleeps for up to 100 ms, which
is long for a token that waits for the ledger, so we ask more often.
"""

import os
import sqlite3
import threading
import time
from asyncio import sleep
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from watchword.storage.errors import (
    InvalidValue,
    StorageError,
    StoreLocked,
    StoreUnavailable,
)

BUSY_SECONDS = 10.0
BEAT_SECONDS = 0.05
_ASK_AGAIN_SECONDS = 0.001
_BEGIN = "watchword_begin"


def open_backend(url: str) -> "SqliteBackend":
    """Open the database file of a URL like sqlite:///relative/path or sqlite:////absolute/path."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise StorageError("the SQLite URL cannot be read: write sqlite:///PATH") from None
    if not parsed.database or parsed.database == ":memory:" or parsed.query:
        raise StorageError("a SQLite URL names a file and nothing else: write sqlite:///PATH")
    return SqliteBackend(parsed.database)


class SqliteBackend:
    """One database file, seen from one process."""

    insert: Callable[[Table], Any] = staticmethod(insert)
    one_writer = True

    def __init__(self, path: str) -> None:
        self.place = path
        self._engine = _engine(path, connections=8, more=32, patience=BUSY_SECONDS)
        self._writer = _engine(path, connections=1, more=0, patience=0)
        self._turn = threading.Lock()

    def prepare(self, *, create: bool) -> None:
        _require_file(self.place, create=create)
        with self._translated():
            _enter_wal(self._engine)

    @contextmanager
    def reading(self, *, snapshot: bool) -> Iterator[Connection]:
        options = {_BEGIN: "BEGIN" if snapshot else ""}
        with self._translated(), self._engine.connect() as connection:
            yield connection.execution_options(**options)

    @contextmanager
    def writing(self, *, durable: bool) -> Iterator[Connection]:
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise self._locked()
        try:
            with self._translated(), self._writer.connect() as connection:
                # Takes effect between transactions only.
                _run(connection, f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._begin(connection)
                with connection.execution_options(**{_BEGIN: ""}).begin():
                    yield connection
        finally:
            self._turn.release()

    def _begin(self, connection: Connection) -> None:
        """Begin the transaction when no other process writes."""
        give_up_at = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                _run(connection, "BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as fault:
                if time.monotonic() > give_up_at or "locked" not in str(fault):
                    raise self._explained(fault) from None
                time.sleep(_ASK_AGAIN_SECONDS)

    def lock_schema(self, connection: Connection) -> None:
        """Nothing to do: BEGIN IMMEDIATE has kept all other writers out."""

    def announce(self, version: int) -> None:
        """Nothing to do: SQLite counts its commits itself."""

    def pulse(self) -> "SqlitePulse":
        return SqlitePulse(self.place)

    def close(self) -> None:
        self._engine.dispose()
        self._writer.dispose()

    def _locked(self) -> StoreLocked:
        return StoreLocked(
            f"another process has been writing to {self.place} for over {BUSY_SECONDS:.0f} s"
        )

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as fault:
            raise self._explained(fault.orig) from None
        except NoConnectionFree:
            raise StoreUnavailable(f"too many are reading {self.place} at once") from None
        except SQLAlchemyError as fault:
            raise StorageError(f"a fault with {self.place}: {type(fault).__name__}") from None
        except OverflowError:
            raise InvalidValue("a number is too big to be stored") from None

    def _explained(self, fault: BaseException | None) -> StorageError:
        text = str(fault)
        if "locked" in text or "busy" in text:
            return self._locked()
        if isinstance(fault, sqlite3.OperationalError | sqlite3.DatabaseError) and not isinstance(
            fault, sqlite3.IntegrityError | sqlite3.ProgrammingError
        ):
            return StoreUnavailable(f"the database {self.place} cannot be used: {text}")
        return StorageError(f"the database {self.place} refused a statement: {text}")


class SqlitePulse:
    """Looks at SQLite's own change counter, on a connection that never reads or writes.

    The counter stands for commits of every other connection, our process's too. A look takes a
    few microseconds, so it is done on the event loop.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._seen = -1

    async def wait(self) -> bool:
        await sleep(BEAT_SECONDS)
        try:
            counter = self._counter()
        except sqlite3.Error as fault:
            if "locked" in str(fault):
                # Somebody is tidying up; whether there is news cannot be told this time.
                return True
            await self.close()
            raise StoreUnavailable(f"the database {self._path} cannot be used: {fault}") from None
        changed, self._seen = counter != self._seen, counter
        return changed

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _counter(self) -> int:
        # mode=rw: a file that has vanished is an error here, not an empty new one.
        if self._connection is None:
            uri = f"file:{quote(self._path)}?mode=rw"
            self._connection = sqlite3.connect(uri, uri=True, timeout=0)
            self._seen = -1
        (counter,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(counter)


def _engine(path: str, *, connections: int, more: int, patience: float) -> Engine:
    engine = create_engine(
        URL.create("sqlite", database=path),
        hide_parameters=True,
        pool_size=connections,
        max_overflow=more,
        connect_args={"timeout": patience, "check_same_thread": False},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # Transactions are begun by us alone.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")


def _on_begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get(_BEGIN, "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


def _run(connection: Connection, statement: str) -> None:
    """Run a statement beside SQLAlchemy, which would begin a transaction for it."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statement)


def _require_file(path: str, *, create: bool) -> None:
    """Make the file so that nobody else can read it; SQLite gives its side files the same mode."""
    flags = os.O_RDWR | (os.O_CREAT if create else 0)
    try:
        os.close(os.open(path, flags, 0o600))
    except OSError as fault:
        raise StoreUnavailable(f"the database {path} cannot be opened: {fault.strerror}") from None


def _enter_wal(engine: Engine) -> None:
    """Write-ahead mode stays with the file. The switch does not wait for others by itself."""
    give_up_at = time.monotonic() + BUSY_SECONDS
    with engine.connect().execution_options(**{_BEGIN: ""}) as connection:
        while True:
            try:
                _run(connection, "PRAGMA journal_mode=WAL")
                return
            except sqlite3.DatabaseError as fault:
                if "locked" not in str(fault) or time.monotonic() > give_up_at:
                    raise StoreUnavailable(
                        f"the database {engine.url.database} cannot be used: {fault}"
                    ) from None
                time.sleep(0.02)
