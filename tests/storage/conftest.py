"""Every test that asks for `store` or `database_url` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.storage.things import CHAIN_KEY
from watchword.storage import Store, open_store


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
