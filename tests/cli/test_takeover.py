"""Secrets of another system on the command line: taken over, and who has moved."""

import hashlib
import json

from tests.admin.migrate.realm import ROTATED, SECRET, a_realm
from tests.cli.program import Program

LONG = "a secret that is long enough"
DIGEST = hashlib.sha256(LONG.encode()).hexdigest()


def write(program: Program, name: str, *lines: str) -> str:
    (program.folder / name).write_text("\n".join(lines) + "\n")
    return name


def test_a_file_of_clients_is_taken_over(prepared: Program) -> None:
    name = write(prepared, "clients.csv", "client_id,secret_hash,scopes", f"ACME01,{DIGEST},read")
    report = prepared.json("secret", "import", name, "--issuer", "acme")
    shown = prepared.json("client", "show", "ACME01")

    assert (report["done"], report["clients"], report["kinds"]) == (True, 1, {"sha256": 1})
    assert shown["scopes"] == ["read"]
    assert shown["secrets"][0]["stored_as"] == "sha256"


def test_lines_at_fault_are_told_and_nothing_is_taken_over(prepared: Program) -> None:
    lines = [
        {"client_id": "good", "secret": LONG},
        {"client_id": "bad", "secret": LONG, "scopes": ["fly"]},
    ]
    name = write(prepared, "clients.jsonl", *map(json.dumps, lines))
    outcome = prepared.run("secret", "import", name, "--issuer", "acme", "--report", "report.jsonl")
    report = (prepared.folder / "report.jsonl").read_text().splitlines()

    assert outcome.code == 1
    assert "line 2 (bad): the issuer has no scope 'fly'" in outcome.err
    assert "nothing was imported: 1 of 2 lines" in outcome.err
    as_json = prepared.run("secret", "import", name, "--issuer", "acme", "--json")
    assert as_json.json["first_faults"][0]["line"] == 2
    assert as_json.error["error"] == "lines_at_fault"
    assert [json.loads(line)["kept_as"] for line in report] == ["hmac", None]
    assert prepared.json("client", "list")["items"] == []
    assert LONG not in outcome.out + outcome.err + "".join(report)


def test_a_dry_run_says_what_would_be_done(prepared: Program) -> None:
    name = write(prepared, "clients.jsonl", json.dumps({"client_id": "a", "secret": LONG}))
    outcome = prepared.ok("secret", "import", name, "--issuer", "acme", "--dry-run")

    assert "nothing was stored" in outcome.out
    assert prepared.json("client", "list")["items"] == []


def test_whose_tokens_wait_for_an_import_is_said_before_it(prepared: Program) -> None:
    name = write(prepared, "clients.jsonl", json.dumps({"client_id": "a", "secret": LONG}))
    arguments = ("secret", "import", name, "--issuer", "acme")
    rehearsed = prepared.ok(*arguments, "--dry-run")
    prepared.ok("issuer", "edit", "acme", "--ledger")
    stored = prepared.ok(*arguments)

    assert "ledger" not in rehearsed.err
    assert "issuers with a ledger may give no tokens: acme" in stored.err


def test_one_hash_is_taken_over_for_one_client(prepared: Program) -> None:
    name = write(prepared, "hash.txt", DIGEST)
    arguments = ("secret", "import", "ACME01", "--issuer", "acme", "--secret-file", name)
    prepared.ok(*arguments, "--hash")
    prepared.ok(*arguments, "--expires", "never")
    secrets = prepared.json("client", "show", "ACME01")["secrets"]

    assert sorted(secret["stored_as"] for secret in secrets) == ["hmac", "sha256"]
    assert None in [secret["expires_at"] for secret in secrets]


def test_what_the_file_is_must_be_known(prepared: Program) -> None:
    name = write(prepared, "clients.txt", "{}")

    silent = prepared.run("secret", "import", name, "--issuer", "acme")
    missing = prepared.run("secret", "import", "no-such-file.csv", "--issuer", "acme")
    hash_only = prepared.run("secret", "import", name, "--issuer", "acme", "--hash")

    assert (silent.code, missing.code, hash_only.code) == (2, 2, 2)
    assert "--format" in silent.err
    assert "--secret-file" in missing.err


def test_those_that_have_not_moved_yet_are_listed_page_by_page(prepared: Program) -> None:
    lines = [{"client_id": "b", "secret_hash": DIGEST}, {"client_id": "c", "secret": LONG}]
    name = write(prepared, "clients.jsonl", *map(json.dumps, lines))
    prepared.ok("secret", "import", name, "--issuer", "acme")

    first = prepared.json("secret", "moved", "--issuer", "acme", "--not-yet", "--limit", "1")
    second = prepared.json(
        *("secret", "moved", "--issuer", "acme", "--not-yet", "--after", first["next"])
    )
    count = prepared.json("secret", "moved", "--issuer", "acme", "--count")
    moved = prepared.ok("secret", "moved", "--issuer", "acme")

    assert [item["client_id"] for item in first["items"] + second["items"]] == ["b", "c"]
    assert second["next"] is None
    assert count == {"clients": 2, "moved": 0, "not_yet": 2}
    assert "None has moved yet." in moved.err


def test_a_realm_of_keycloak_is_taken_over(prepared: Program) -> None:
    (prepared.folder / "realm.json").write_text(json.dumps(a_realm()))
    arguments = ("migrate", "keycloak", "realm.json", "--issuer", "acme")
    rehearsed = prepared.ok(*arguments, "--dry-run")
    told = prepared.json(*arguments, "--dry-run")
    done = prepared.ok(*arguments)
    billing = prepared.json("client", "show", "billing")

    assert "left out: client web: public: it has no secret" in rehearsed.err
    assert "note: Keycloak's tokens live 300 s" in done.err
    assert billing["scopes"] == ["payments", "refunds"]
    assert len(billing["secrets"]) == 2
    assert prepared.json("client", "show", "paused")["enabled"] is False
    assert len(told["left_out"]) == 14
    assert SECRET not in done.out + done.err
    assert ROTATED not in done.out + done.err


def test_an_export_without_anything_to_take_over_is_refused(prepared: Program) -> None:
    (prepared.folder / "realm.json").write_text('{"realm": "x", "clients": []}')

    outcome = prepared.run("migrate", "keycloak", "realm.json", "--issuer", "acme", "--json")

    assert (outcome.code, outcome.error["error"]) == (1, "nothing_to_import")
