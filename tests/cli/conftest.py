"""The command line in a folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.far import Far
from tests.cli.program import Program
from tests.cli.server import serving


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """`watchword` in an empty folder."""
    return Program(tmp_path)


@pytest.fixture
def prepared(program: Program) -> Program:
    """`watchword` in a folder with the issuer `acme`, which has the scopes read and write."""
    program.ok(
        *("issuer", "create", "acme", "--url", "https://api.example.com"),
        *("--scope", "read", "--scope", "write"),
    )
    return program


@pytest.fixture(scope="module")
def far(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Far]:
    folder = tmp_path_factory.mktemp("server")
    with serving(folder) as server:
        elsewhere = Program(tmp_path_factory.mktemp("elsewhere"))
        yield Far(server, elsewhere, folder / "watchword-data" / "owner.json")
