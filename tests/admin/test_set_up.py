"""Preparing a data folder."""

import os
import stat

import pytest

from tests.admin.scene import context
from watchword.admin.errors import NotReady
from watchword.admin.set_up import Place, add_default_issuer, open_estate, prepare
from watchword.storage import MasterKeyMismatch


def test_an_empty_folder_gets_a_master_key_and_a_database(place: Place) -> None:
    ready = prepare(place, os.urandom)

    assert [made.what for made in ready.made] == ["master key", "database"]
    assert stat.S_IMODE((place.data / "master.key").stat().st_mode) == 0o600
    ready.estate.store.close()


def test_a_second_time_nothing_is_made(place: Place) -> None:
    prepare(place, os.urandom).estate.store.close()
    again = prepare(place, os.urandom)

    assert again.made == ()
    again.estate.store.close()


def test_the_first_issuer_is_made_once_with_a_pepper(place: Place) -> None:
    estate = prepare(place, os.urandom).estate

    made = add_default_issuer(estate, context(), "http://127.0.0.1:8080")
    again = add_default_issuer(estate, context(), "http://127.0.0.1:8080")

    assert made is not None
    assert (made.name, made.dialect) == ("default", "rfc6749")
    assert again is None
    with estate.store.reading() as reading:
        assert len(reading.peppers()) == 1
        assert len(reading.keys(made.id)) == 1
    estate.store.close()


def test_a_database_without_its_master_key_is_refused(place: Place) -> None:
    prepare(place, os.urandom).estate.store.close()
    (place.data / "master.key").unlink()

    for opens in (prepare, open_estate):
        with pytest.raises(NotReady) as refused:
            opens(place, os.urandom)
        assert refused.value.code == "master_key_missing"
    assert not (place.data / "master.key").exists()


def test_another_master_key_is_refused(place: Place) -> None:
    prepare(place, os.urandom).estate.store.close()
    other = Place(
        data=place.data, database=place.database, environ={"WATCHWORD_MASTER_KEY": "00" * 32}
    )

    with pytest.raises(MasterKeyMismatch):
        prepare(other, os.urandom)


def test_an_empty_folder_is_not_opened(place: Place) -> None:
    with pytest.raises(NotReady) as refused:
        open_estate(place, os.urandom)

    assert refused.value.code == "no_data"
    assert not place.data.exists()
