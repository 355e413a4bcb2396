"""Files on the command line: plan, apply, export."""

import json
import stat

from tests.cli.program import Program

_ACME = """
[issuer.acme]
url = "https://api.example.com"
scopes = ["read"]

[client.acme.ACME01]
scopes = ["read"]
"""


def declare(program: Program, text: str = _ACME) -> None:
    folder = program.folder / "files"
    folder.mkdir(exist_ok=True)
    (folder / "acme.toml").write_text(text)


def test_a_plan_is_shown_and_nothing_is_changed(program: Program) -> None:
    declare(program)

    shown = program.ok("plan", "-f", "files").out

    assert "+ issuer acme" in shown
    assert "+ client acme/ACME01" in shown
    assert "2 to make, 0 to change, 0 to end; new secrets: 1." in shown
    assert [path.name for path in program.folder.iterdir()] == ["files"]


def test_new_clients_secrets_go_to_a_private_file(program: Program) -> None:
    declare(program)

    refused = program.run("apply", "-f", "files", "--yes", "--json")
    done = program.ok("apply", "-f", "files", "--yes", "--secrets-out", "secrets.json")

    file = program.folder / "secrets.json"
    [kept] = json.loads(file.read_text())["clients"]
    assert (refused.code, refused.error["error"]) == (2, "no_secrets_out")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept["client_id"] == "ACME01"
    assert kept["client_secret"] not in done.out + done.err
    [secret] = program.json("secret", "list", "ACME01")["items"]
    assert secret["secret_id"] == kept["secret_id"]


def test_applying_asks_first(program: Program) -> None:
    declare(program)

    declined = program.run("apply", "-f", "files", "--no-secrets", stdin="n\n")
    kept = [path.name for path in program.folder.iterdir()]
    accepted = program.run("apply", "-f", "files", "--no-secrets", stdin="y\n")

    assert declined.code == 1
    assert "+ issuer acme" in declined.out
    assert kept == ["files"]
    assert accepted.code == 0
    assert [each["name"] for each in program.json("issuer", "list")["items"]] == ["acme"]


def test_an_export_can_be_applied_and_changes_nothing(program: Program) -> None:
    declare(program)
    program.ok("apply", "-f", "files", "--yes", "--no-secrets")

    program.ok("export", "-f", "out")
    again = program.run("export", "-f", "out", "--json")

    assert program.ok("plan", "-f", "out", "--prune").out == "Everything is as the files say.\n"
    assert (again.code, again.error["error"]) == (1, "file_exists")


def test_a_file_of_secrets_that_is_there_is_no_fault_while_there_are_none_to_write(
    program: Program,
) -> None:
    declare(program)
    apply = ("apply", "-f", "files", "--yes", "--secrets-out", "secrets.json")
    program.ok(*apply)
    before = (program.folder / "secrets.json").read_text()

    again = program.ok(*apply)

    assert again.out == "Everything is as the files say.\n"
    assert (program.folder / "secrets.json").read_text() == before


def test_the_trail_says_that_it_was_a_file(program: Program) -> None:
    declare(program)
    program.ok("apply", "-f", "files", "--yes", "--no-secrets")

    assert {each["source"] for each in program.json("audit", "tail")["items"]} == {"file"}


def test_a_bad_file_is_named(program: Program) -> None:
    declare(program, '[issuer.acme]\nurll = "https://a.example"\n')

    refused = program.run("plan", "-f", "files", "--json")

    assert refused.code == 1
    assert refused.error["message"].startswith("acme.toml: ")


def test_pruning_deletes_clients_that_are_left_out(program: Program) -> None:
    declare(program)
    program.ok("apply", "-f", "files", "--yes", "--no-secrets")
    declare(program, _ACME.partition("[client")[0])

    shown = program.ok("apply", "-f", "files", "--yes", "--prune").out

    assert "- client acme/ACME01" in shown
    assert program.json("client", "list")["items"] == []


def test_a_copied_secret_is_checked_offline(program: Program) -> None:
    declare(program)
    program.ok("apply", "-f", "files", "--yes", "--secrets-out", "s.json")
    value = json.loads((program.folder / "s.json").read_text())["clients"][0]["client_secret"]

    whole = program.run("secret", "check", "--secret-file", "-", "--json", stdin=value)
    broken = program.run("secret", "check", "--secret-file", "-", "--json", stdin=value[:-1])

    assert (whole.code, whole.json["whole"]) == (0, True)
    assert (broken.code, broken.json["whole"]) == (1, False)
