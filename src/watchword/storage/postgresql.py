"""PostgreSQL, and engines that speak its protocol, through psycopg 3.

Nothing here needs more than ordinary transactions and row locks. LISTEN/NOTIFY makes news quick
where the engine has it; the pulse polls as well, because a listening connection that died in the
network looks like one with no news.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, Table, create_engine, make_url, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from watchword.storage.errors import (
    InvalidValue,
    StorageError,
    StoreLocked,
    StoreUnavailable,
)

LOCK_SECONDS = 10
CONNECT_SECONDS = 5
BEAT_SECONDS = 0.4
CHANNEL = "watchword"
# Any number does, as long as every process says the same.
_SCHEMA_LOCK = 0x57415443
# lock_not_available, deadlock_detected, serialization_failure: nothing is wrong but the moment.
_TRY_AGAIN = {"55P03", "40P01", "40001"}

_log = logging.getLogger(__name__)


def open_backend(url: str) -> "PostgresqlBackend":
    """Open the database of a postgresql:// or postgres:// URL; a password may stand in it."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StorageError(
            "the database URL cannot be read: write postgresql://USER:PASSWORD@HOST/DATABASE"
        ) from None
    return PostgresqlBackend(parsed.set(drivername="postgresql+psycopg"))


class PostgresqlBackend:
    """One PostgreSQL database, seen from one process."""

    insert: Callable[[Table], Any] = staticmethod(insert)
    one_writer = False

    def __init__(self, url: URL) -> None:
        self.place = f"{url.host or 'local socket'}/{url.database or ''}"
        self._engine = _engine(url)
        self._announces = True

    def prepare(self, *, create: bool) -> None:
        """Nothing to do: the database itself is made by its administrator."""

    @contextmanager
    def reading(self, *, snapshot: bool) -> Iterator[Connection]:
        isolation = "REPEATABLE READ" if snapshot else "AUTOCOMMIT"
        with self._translated(), self._engine.connect() as connection:
            yield connection.execution_options(isolation_level=isolation)

    @contextmanager
    def writing(self, *, durable: bool) -> Iterator[Connection]:
        with self._translated(), self._engine.begin() as connection:
            connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
            if not durable:
                connection.execute(text("SET LOCAL synchronous_commit = off"))
            yield connection

    def lock_schema(self, connection: Connection) -> None:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_SCHEMA_LOCK})"))

    def announce(self, version: int) -> None:
        if not self._announces:
            return
        try:
            with self.reading(snapshot=False) as connection:
                connection.execute(
                    text("SELECT pg_notify(:channel, :version)"),
                    {"channel": CHANNEL, "version": str(version)},
                )
        except StoreUnavailable:
            _log.debug("news of change %d could not be announced; others poll", version)
        except StorageError:
            self._announces = False

    def pulse(self) -> "PostgresqlPulse":
        _, options = self._engine.dialect.create_connect_args(self._engine.url)
        return PostgresqlPulse({**_CONNECTING, **options}, self.place)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as fault:
            raise _explained(fault.orig, self.place) from None
        except NoConnectionFree:
            raise StoreUnavailable(f"too many are using {self.place} at once") from None
        except SQLAlchemyError as fault:
            raise StorageError(f"a fault with {self.place}: {type(fault).__name__}") from None


class PostgresqlPulse:
    """Listens for announcements, for at most a beat; then the caller looks in any case."""

    def __init__(self, options: dict[str, Any], place: str) -> None:
        self._options = options
        self._place = place
        self._connection: psycopg.AsyncConnection[Any] | None = None
        self._listens = True

    async def wait(self) -> bool:
        try:
            connection = await self._connected()
            if self._listens:
                async for _ in connection.notifies(timeout=BEAT_SECONDS, stop_after=1):
                    pass
            else:
                await asyncio.sleep(BEAT_SECONDS)
        except (psycopg.Error, OSError) as fault:
            await self.close()
            raise _explained(fault, self._place) from None
        return True

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(
                **self._options, autocommit=True
            )
            await self._listen(self._connection)
        return self._connection

    async def _listen(self, connection: psycopg.AsyncConnection[Any]) -> None:
        try:
            await connection.execute(f"LISTEN {CHANNEL}")
        except (psycopg.NotSupportedError, psycopg.ProgrammingError):
            self._listens = False


# A host that has vanished is noticed within seconds, not after the system's quarter of an hour.
_CONNECTING: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "application_name": "watchword",
    "keepalives_idle": 10,
    "tcp_user_timeout": 10_000,
}


def _engine(url: URL) -> Engine:
    return create_engine(
        url,
        hide_parameters=True,
        pool_size=5,
        max_overflow=10,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=True,
        connect_args=_connecting(url),
    )


def _connecting(url: URL) -> dict[str, Any]:
    """Our defaults, for what the URL does not say itself."""
    return {name: value for name, value in _CONNECTING.items() if name not in url.query}


def _explained(fault: BaseException | None, place: str) -> StorageError:
    reason = str(fault).strip()
    if isinstance(fault, psycopg.Error) and fault.sqlstate in _TRY_AGAIN:
        return StoreLocked(f"the database {place} is held by another writer: try again")
    if isinstance(fault, psycopg.DataError):
        return InvalidValue("a value cannot be stored")
    if isinstance(fault, psycopg.OperationalError | psycopg.InterfaceError | OSError):
        return StoreUnavailable(f"no connection to the database {place}: {reason}")
    return StorageError(f"the database {place} refused a statement: {reason}")
