"""The master key is rotated, and nothing that hangs on it is lost."""

import os
from pathlib import Path

import pytest

from tests.admin.scene import NOW, context
from watchword.admin.client import NewClient, create_client
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.key import sealing_name
from watchword.admin.master_key import rotate_master_key
from watchword.admin.pepper import open_peppers
from watchword.admin.set_up import Place, open_estate, prepare
from watchword.storage import MasterKeyMismatch, verify_chain


def place(tmp_path: Path, *keys: bytes) -> Place:
    environ = {"WATCHWORD_MASTER_KEY": ",".join(key.hex() for key in keys)}
    return Place(data=tmp_path, database=f"sqlite:///{tmp_path}/w.db", environ=environ)


def test_a_rotation_seals_everything_anew_and_changes_no_secret(tmp_path: Path) -> None:
    old, new = bytes(32), bytes([1]) * 32
    estate = prepare(place(tmp_path, old), os.urandom).estate
    issuer = create_issuer(estate, context(NOW), NewIssuer(name="acme", url="https://a.example"))
    create_client(estate, context(NOW), "acme", NewClient(client_id="robot"))
    with estate.store.reading() as reading:
        peppers = open_peppers(reading, estate)
        secrets = reading.secrets(reading.clients()[0].id)
    estate.store.close()

    estate = open_estate(place(tmp_path, new, old), os.urandom)
    done = rotate_master_key(estate, context(NOW))
    again = rotate_master_key(estate, context(NOW))
    estate.store.close()
    estate = open_estate(place(tmp_path, new), os.urandom)

    assert (done.peppers, done.keys) == (1, 1)
    assert (again.peppers, again.keys) == (0, 0)
    with estate.store.reading() as reading:
        assert open_peppers(reading, estate) == peppers
        assert reading.secrets(reading.clients()[0].id) == secrets
        (key,) = reading.keys(issuer.id)
        assert estate.master_key.open(key.sealed, sealing_name(issuer.id, key.kid))
    assert verify_chain(estate.store).fault is None
    estate.store.close()
    with pytest.raises(MasterKeyMismatch):
        open_estate(place(tmp_path, old), os.urandom)
