"""Opening a store: schemas made, upgraded and refused."""

import gzip
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from tests.storage.fixtures import make
from tests.storage.things import CHAIN_KEY, NOW, a_pepper
from watchword.storage import (
    InvalidMasterKey,
    MasterKey,
    SchemaTooNew,
    StorageError,
    Store,
    StoreUnavailable,
    open_store,
    schema,
    verify_chain,
)

STORED = sorted(path.stem for path in make.FOLDER.glob("*.sqlite"))

OPEN = """
import sys
from watchword.storage import open_store
store = open_store(sys.argv[1], chain_key=bytes(range(32)))
print(store.version())
store.close()
"""


def read_everything(url: str, stored: str) -> None:
    """Open a stored database and compare all that is in it with what was put there."""
    store = open_store(url, chain_key=CHAIN_KEY, create=False)
    with store.reading() as reading:
        assert reading.issuers() == make.ISSUERS
        assert reading.keys("i-acme") == make.KEYS[::-1]
        assert reading.peppers() == [a_pepper()]
        assert reading.customers() == make.CUSTOMERS
        assert reading.clients(deleted=True) == make.CLIENTS
        assert reading.secrets("c-acme-robot") == make.SECRETS
        assert reading.last_use(["s-1"])["s-1"].address == "192.0.2.7"
        assert [count.count for count in reading.usage(0, NOW + 1)] == [1]
        assert [count.count for count in reading.usage(0, NOW + 1, client_ref="c-acme-robot")] == [
            1
        ]
        assert [event.action for event in reading.events()] == ["client.create", "client.edit"]
        record = reading.issuer_record("i-acme")
        assert record is not None
        assert record.secret_kinds == {"hmac": 1, "argon2id": 1}
        if stored >= "0002":
            assert reading.revocations("i-acme") == make.REVOCATIONS
        if stored >= "0003":
            assert reading.answer_to("alice", "k") == make.ANSWER
            assert reading.credential_requests() == [make.REQUEST]
            assert reading.notifications_due(NOW) == [make.NOTIFICATION]
            assert reading.refusal("q-1") == make.REFUSAL
            assert reading.ledger_entry("jti") == make.ENTRY
    assert verify_chain(store).fault is None
    with store.changing() as changing:
        client = changing.update_client(make.CLIENTS[1])
    assert client.version == 2
    store.close()


@pytest.mark.parametrize("stored", STORED)
def test_an_sqlite_database_of_an_older_schema_is_upgraded(tmp_path: Path, stored: str) -> None:
    shutil.copy(make.FOLDER / f"{stored}.sqlite", tmp_path / "old.db")

    read_everything(f"sqlite:///{tmp_path}/old.db", stored)

    assert (tmp_path / "old.db").exists()


@pytest.mark.parametrize("stored", STORED)
def test_a_postgresql_database_of_an_older_schema_is_upgraded(
    postgresql_url: str, stored: str
) -> None:
    with psycopg.connect(postgresql_url) as connection:
        connection.execute(gzip.decompress((make.FOLDER / f"{stored}.sql.gz").read_bytes()))

    read_everything(postgresql_url, stored)

    with psycopg.connect(postgresql_url) as connection:
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert found == (schema.HEAD,)


def test_every_schema_has_a_stored_database() -> None:
    assert tuple(STORED) == schema.REVISIONS
    for stored in STORED:
        assert (make.FOLDER / f"{stored}.sql.gz").exists()


def test_the_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    with store.backend.reading(snapshot=False) as connection:
        context = MigrationContext.configure(connection)
        differences = compare_metadata(context, schema.metadata)

    assert differences == []


def test_the_schema_lists_every_migration() -> None:
    config = Config()
    config.set_main_option("script_location", "watchword.storage:migrations")
    config.set_main_option("path_separator", "os")
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())

    assert tuple(script.revision for script in reversed(scripts)) == schema.REVISIONS


def test_a_newer_schema_is_refused(store: Store, database_url: str) -> None:
    with store.backend.writing(durable=True) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaTooNew, match="9999"):
        open_store(database_url, chain_key=CHAIN_KEY)


def test_an_empty_database_is_filled_only_when_asked(database_url: str) -> None:
    with pytest.raises(StoreUnavailable):
        open_store(database_url, chain_key=CHAIN_KEY, create=False)
    store = open_store(database_url, chain_key=CHAIN_KEY)
    store.close()
    again = open_store(database_url, chain_key=CHAIN_KEY, create=False)

    assert again.version() == 0
    again.close()


def test_processes_that_start_at_once_make_one_database(database_url: str) -> None:
    command = [sys.executable, "-c", OPEN, database_url]
    starting = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    answers = [process.communicate(timeout=500) for process in starting]

    assert [out.strip() for out, _ in answers] == ["0"] * 3, answers


def test_an_sqlite_database_can_be_read_by_its_owner_only(sqlite_url: str, tmp_path: Path) -> None:
    store = open_store(sqlite_url, chain_key=CHAIN_KEY)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    store.close()

    assert modes["watchword.db"] == 0o600
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize(
    "url",
    [
        "mysql://user:hunter2@host/db",
        "postgresql://user:hunter2@host:port/db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite:///x?mode=hunter2",
        "hunter2",
        "",
    ],
)
def test_a_url_that_names_no_database_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(StorageError) as raised:
        open_store(url, chain_key=CHAIN_KEY)

    assert "hunter2" not in str(raised.value)


def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    url = "postgres://user:hunter2@127.0.0.1:1/db"
    with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1") as raised:
        open_store(url, chain_key=CHAIN_KEY)

    assert "hunter2" not in str(raised.value)
    assert raised.value.__suppress_context__


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="nowhere"):
        open_store(f"sqlite:///{tmp_path}/nowhere/x.db", chain_key=CHAIN_KEY)


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("hello " * 1000)
    with pytest.raises(StoreUnavailable, match="not a database"):
        open_store(f"sqlite:///{tmp_path}/x.db", chain_key=CHAIN_KEY)


def test_an_sqlite_database_that_another_program_holds_is_reported_as_locked(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchword.storage.sqlite.BUSY_SECONDS", 0.2)
    store = open_store(sqlite_url, chain_key=CHAIN_KEY)
    holder = sqlite3.connect(tmp_path / "watchword.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(StoreUnavailable, match="writing"), store.changing():
        pass
    with store.reading() as reading:
        assert reading.issuers() == []
    holder.close()
    store.close()


def test_a_rotation_of_the_master_key_keeps_the_trail(tmp_path: Path, sqlite_url: str) -> None:
    old, new = bytes(32), bytes([1]) * 32
    store = open_store(sqlite_url, chain_key=MasterKey([old]).derive_all("events"))
    make.fill(store)
    with store.changing() as changing:
        changing.seal_trail_key(MasterKey([new, old]).derive("events"))
    store.close()
    store = open_store(sqlite_url, chain_key=MasterKey([new]).derive_all("events"))

    assert verify_chain(store).fault is None
    store.close()
    with pytest.raises(InvalidMasterKey):
        MasterKey([b"short"])
