"""What surrounds a server under test."""

import pytest

from bench import process


def test_a_server_under_test_may_keep_its_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    environment = process.server_environment({"PORT": "0"})

    assert "PYTHONDONTWRITEBYTECODE" not in environment
    assert (environment["PORT"], environment["PYTHONUNBUFFERED"]) == ("0", "1")
