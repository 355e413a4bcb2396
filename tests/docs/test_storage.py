"""What docs/storage.md shows is run as it stands there."""

import os
import re
from pathlib import Path

import pytest

from tests.storage.things import an_issuer
from watchword.storage import MasterKey, open_store

PAGE = Path(__file__).parents[2] / "docs" / "storage.md"


def test_the_code_on_the_page_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "watchword-data"
    data.mkdir()
    monkeypatch.chdir(tmp_path)
    key = MasterKey.create(data / "master.key", os.urandom)
    store = open_store("sqlite:///watchword-data/watchword.db", chain_key=key.derive("events"))
    with store.changing() as changing:
        changing.add_issuer(an_issuer())
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)

    exec(code, {})

    with store.reading() as reading:
        issuer = reading.issuer_named("acme")
    assert issuer is not None
    assert issuer.lifetime == 600
    store.close()
