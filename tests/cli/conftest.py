"""The command line in a folder of its own."""

from pathlib import Path

import pytest

from tests.cli.program import Program


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
