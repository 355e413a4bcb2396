"""Administrators and the master key on the command line."""

import base64
import os

import pytest

from tests.cli.program import Program
from watchword.admin.administrator import ensure_built_in
from watchword.admin.set_up import Place, open_estate
from watchword.core.event import Context


@pytest.fixture
def administered(prepared: Program) -> Program:
    """`watchword` in a folder whose administration API was made, as `serve` makes it."""
    data = prepared.folder / "watchword-data"
    place = Place(data=data, database=f"sqlite:///{data}/watchword.db", environ={})
    estate = open_estate(place, os.urandom)
    context = Context(actor="test", source="server", now=1_800_000_000)
    ensure_built_in(estate, context, "http://127.0.0.1:8081/admin/v1")
    estate.store.close()
    return prepared


def test_an_administrator_is_made_with_a_role_and_bounds(administered: Program) -> None:
    made = administered.json(
        "administrator", "create", "jane", "--role", "account-manager", "--issuer", "acme"
    )
    listed = administered.json("administrator", "list")["items"]

    assert made["client_secret"].startswith("wwadmin_")
    assert {each["client_id"]: (each["role"], each["issuers"]) for each in listed} == {
        "jane": ("account-manager", ["acme"]),
        "owner": ("owner", []),
    }


def test_one_master_key_alone_is_not_rotated(prepared: Program) -> None:
    done = prepared.ok("master-key", "rotate")

    assert done.out.startswith("There is one master key, and everything is under it")
    assert "can go" not in done.out


def test_a_new_administrator_is_told_how_to_log_in(administered: Program) -> None:
    made = administered.ok("administrator", "create", "jane", "--role", "support")

    assert made.out.endswith("watchword login --server http://127.0.0.1:8081 --client-id jane\n")


def test_an_account_manager_is_bound_to_something(administered: Program) -> None:
    refused = administered.run(
        "administrator", "create", "jane", "--role", "account-manager", "--json"
    )

    assert refused.code == 1
    assert "bound to at least one issuer" in refused.error["message"]


def test_without_an_administration_api_there_are_no_administrators(prepared: Program) -> None:
    refused = prepared.run("administrator", "list", "--json")

    assert refused.error["error"] == "no_administration"


def test_the_master_key_is_rotated_and_no_secret_changes(prepared: Program) -> None:
    made = prepared.json("client", "create", "ACME01", "--issuer", "acme")
    file = prepared.folder / "watchword-data" / "master.key"
    old = file.read_text()
    file.write_text(base64.urlsafe_b64encode(b"n" * 32).decode() + "\n" + old)

    before = prepared.json("master-key", "show")
    rotated = prepared.json("master-key", "rotate")
    file.write_text(base64.urlsafe_b64encode(b"n" * 32).decode() + "\n")
    after = prepared.json("master-key", "show")

    assert (before["sealed"], before["under_older_keys"]) == (2, 2)
    assert (rotated["peppers"], rotated["keys"]) == (1, 1)
    assert after["under_older_keys"] == 0
    assert prepared.json("secret", "list", "ACME01")["items"][0]["secret_id"] == made["secret_id"]
    assert prepared.json("audit", "verify")["ok"] is True


def test_a_missing_master_key_is_told_with_the_way_out(prepared: Program) -> None:
    (prepared.folder / "watchword-data" / "master.key").unlink()

    refused = prepared.run("client", "list", "--json")

    assert refused.code == 1
    assert refused.error["error"] == "master_key_missing"
    assert "WATCHWORD_MASTER_KEY_FILE" in refused.error["hint"]
