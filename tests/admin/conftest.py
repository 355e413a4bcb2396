"""A real estate in a folder of its own: SQLite, a master key, nothing else."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admin.scene import NOW, context
from watchword.admin.client import CreatedClient, NewClient, create_client
from watchword.admin.estate import Estate
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.set_up import Place, prepare
from watchword.core.issuer import Issuer


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Where an estate will be; nothing is there yet."""
    data = tmp_path / "data"
    return Place(data=data, database=f"sqlite:///{data}/watchword.db", environ={})


@pytest.fixture
def estate(place: Place) -> Iterator[Estate]:
    """An estate without any issuer."""
    ready = prepare(place, os.urandom).estate
    yield ready
    ready.store.close()


@pytest.fixture
def issuer(estate: Estate) -> Issuer:
    """An issuer with the scopes read and write."""
    new = NewIssuer(name="acme", url="https://api.example.com", scopes=("read", "write"))
    return create_issuer(estate, context(NOW), new)


@pytest.fixture
def created(estate: Estate, issuer: Issuer) -> CreatedClient:
    """A client of that issuer with its first secret."""
    new = NewClient(client_id="ACME01", scopes=("read",))
    return create_client(estate, context(NOW), issuer.name, new)
