"""Imports to a remote server: as on the data folder, in as many requests as it takes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.admin.migrate.realm import ROTATED, SECRET, a_realm
from tests.cli.far import Far
from tests.cli.program import Program
from tests.support.lossy import Lossy, lossy_proxy
from watchword.cli import import_afar

LONG = "a secret that is long enough"


@pytest.fixture(scope="module", autouse=True)
def issuers(far: Far) -> None:
    for name in ("acme", "theirs"):
        far.ok("issuer", "create", name, "--url", f"{far.server.url}/{name}", "--scope", "read")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request takes three lines."""
    monkeypatch.setattr(import_afar, "BATCH_LINES", 3)


def jsonl(far: Far, name: str, *lines: dict[str, Any]) -> str:
    far.write(name, "".join(f"{json.dumps(line)}\n" for line in lines))
    return name


def lines_of(stem: str, count: int) -> list[dict[str, Any]]:
    return [{"client_id": f"{stem}{at:02}", "secret": f"{LONG} {stem}{at}"} for at in range(count)]


def imported(far: Far, file: str) -> list[dict[str, Any]]:
    """The events of imports of a file."""
    tail = far.json("audit", "tail", "-n", "50")["items"]
    return [event for event in tail if event["detail"].get("file") == file]


def test_a_file_is_taken_over_from_afar_as_on_the_data_folder(far: Far, prepared: Program) -> None:
    text = f"client_id,secret,scopes\nCSV01,{LONG} one,read\nCSV02,{LONG} two,\n"
    arguments = ("secret", "import", "clients.csv", "--issuer", "acme", "--report", "report.jsonl")
    far.write("clients.csv", text)
    (prepared.folder / "clients.csv").write_text(text)

    there = far.json(*arguments)
    here = prepared.json(*arguments)

    assert there == here
    reports = [
        (folder / "report.jsonl").read_text() for folder in (far.program.folder, prepared.folder)
    ]
    assert reports[0] == reports[1]
    assert far.json("client", "show", "CSV01", "--issuer", "acme")["scopes"] == ["read"]
    [event] = imported(far, "clients.csv")
    assert (event["actor"], event["source"]) == ("owner", "api")
    assert event["detail"]["part"] == "lines 2 to 3"
    assert len(event["detail"]["sha256"]) == 64


def test_lines_at_fault_are_told_from_afar_and_nothing_is_taken_over(
    far: Far, prepared: Program
) -> None:
    lines = [
        {"client_id": "good", "secret": LONG},
        {"client_id": "bad", "secret": LONG, "scopes": ["fly"]},
        {"client_id": "odd", "secrte": LONG},
        {"client_id": "short", "secret": "short"},
    ]
    name = jsonl(far, "faults.jsonl", *lines)
    (prepared.folder / name).write_text((far.program.folder / name).read_text())
    arguments = ("secret", "import", name, "--issuer", "acme", "--report", "faults")

    there = far.run(*arguments)
    here = prepared.run(*arguments)

    assert (there.code, there.out, there.err) == (here.code, here.out, here.err)
    assert "line 2 (bad): the issuer has no scope 'fly'" in there.err
    assert "nothing was imported: 3 of 4 lines" in there.err
    assert far.run("client", "show", "good", "--issuer", "acme").code == 1
    assert LONG not in there.out + there.err + far.server.said


def test_a_dry_run_from_afar_stores_nothing(far: Far) -> None:
    name = jsonl(far, "dry.jsonl", *lines_of("dry", 2))

    report = far.json("secret", "import", name, "--issuer", "acme", "--dry-run")

    assert (report["done"], report["clients"]) == (False, 2)
    assert far.run("client", "show", "dry00", "--issuer", "acme").code == 1


def test_one_secret_is_taken_over_from_afar(far: Far) -> None:
    secret = ("secret", "import", "SINGLE", "--issuer", "acme", "--secret-file", "-")

    far.ok(*secret, stdin=f"{LONG} single")
    far.ok(*secret, "--expires", "never", stdin=f"{LONG} single 2")

    listed = far.json("secret", "list", "SINGLE", "--issuer", "acme")["items"]
    assert [each["stored_as"] for each in listed] == ["hmac", "hmac"]
    assert None in [each["expires_at"] for each in listed]


def test_standard_input_is_taken_over_from_afar(far: Far, few: None) -> None:
    text = "".join(f"{json.dumps(line)}\n" for line in lines_of("piped", 5))

    done = far.program.process(
        *("secret", "import", "-", "--format", "jsonl", "--issuer", "acme", "--json"),
        *far.options,
        stdin=text,
    )

    assert done.code == 0, done
    assert json.loads(done.out)["clients"] == 5


def test_many_lines_are_as_many_requests(far: Far, few: None) -> None:
    lines = [*lines_of("many", 7), {"client_id": "many06", "secret": f"{LONG} second"}]
    name = jsonl(far, "many.jsonl", *lines, {"client_id": "last", "secret": LONG})

    report = far.json("secret", "import", name, "--issuer", "acme")

    assert (report["done"], report["lines"], report["clients"]) == (True, 9, 8)
    parts = [event["detail"]["part"] for event in imported(far, name)]
    assert sorted(parts) == ["lines 1 to 3", "lines 4 to 6", "lines 7 to 9"]


def test_lines_of_one_client_stay_together_in_a_request(far: Far, few: None) -> None:
    secrets = [{"client_id": "several", "secret": f"{LONG} {at}"} for at in range(4)]
    name = jsonl(far, "several.jsonl", *lines_of("before", 2), *secrets)

    far.ok("secret", "import", name, "--issuer", "acme")

    assert len(far.json("secret", "list", "several", "--issuer", "acme")["items"]) == 4


def test_lines_of_one_client_in_two_requests_are_a_fault_and_so_are_look_alikes(
    far: Far, few: None
) -> None:
    lines = [*lines_of("apart", 4), {"client_id": "apart00", "secret": LONG}]
    name = jsonl(far, "apart.jsonl", *lines, {"client_id": "APART01", "secret": f"{LONG}!"})

    refused = far.run("secret", "import", name, "--issuer", "acme")

    assert refused.code == 1
    assert "line 5 (apart00): line 1 names this client too" in refused.err
    assert "line 6 (APART01): the client_id differs from 'apart01' only in case" in refused.err
    assert far.run("client", "show", "apart00", "--issuer", "acme").code == 1


def test_scopes_and_customers_of_many_requests_are_counted_once(far: Far, few: None) -> None:
    more = {"customer": "Counted Ltd", "scopes": "read extra"}
    name = jsonl(far, "counted.jsonl", *({**line, **more} for line in lines_of("counted", 5)))
    arguments = ("secret", "import", name, "--issuer", "acme", "--add-scopes", "--add-customers")

    planned = far.json(*arguments, "--dry-run")
    done = far.json(*arguments)

    assert planned == {**done, "done": False}
    assert (done["customers_added"], done["scopes_added"]) == (1, ["extra"])


def test_an_import_that_stops_half_way_says_from_where_to_go_on(
    far: Far, few: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = lines_of("half", 8)
    name = jsonl(far, "half.jsonl", *lines)
    store = import_afar.ImportAfar._store

    def somebody_is_first(afar: import_afar.ImportAfar, of: int) -> Any:
        monkeypatch.undo()
        monkeypatch.setattr(import_afar, "BATCH_LINES", 3)
        far.ok("client", "create", "half04", "--issuer", "acme")
        return store(afar, of)

    monkeypatch.setattr(import_afar.ImportAfar, "_store", somebody_is_first)
    stopped = far.run("secret", "import", name, "--issuer", "acme", "--json")
    jsonl(far, name, *(line for line in lines if line["client_id"] != "half04"))
    done = far.json("secret", "import", name, "--issuer", "acme", "--from-line", "4")

    assert (stopped.code, stopped.error["error"]) == (1, "import_stopped")
    assert "the 3 lines before line 4 are imported" in stopped.error["message"]
    assert stopped.error["hint"] == "go on behind them: --from-line 4"
    assert (done["lines"], done["clients"]) == (4, 4)


@pytest.fixture
def lossy(far: Far) -> Iterator[Lossy]:
    with lossy_proxy(far.server.admin_url) as proxy:
        proxy.ending = "/imports"
        yield proxy


def test_a_lost_answer_makes_nothing_twice_and_loses_nothing(
    far: Far, few: None, lossy: Lossy
) -> None:
    name = jsonl(far, "lossy.jsonl", *lines_of("lossy", 5))
    lossy.lose = 2

    done = far.program.json(
        *("secret", "import", name, "--issuer", "acme"), *far.through(lossy.url)
    )

    assert (done["lines"], done["clients"], done["kinds"]) == (5, 5, {"hmac": 5})
    assert len(imported(far, name)) == 2


def test_a_server_that_goes_away_half_way_is_told_with_the_line(
    far: Far, few: None, lossy: Lossy, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = jsonl(far, "gone.jsonl", *lines_of("gone", 5))
    store = import_afar.ImportAfar._body

    def lose_the_second(afar: Any, batch: Any) -> Any:
        lossy.lose = 9 if batch.first > 3 else 0
        return store(afar, batch)

    monkeypatch.setattr(import_afar.ImportAfar, "_body", lose_the_second)
    stopped = far.program.run(
        *("secret", "import", name, "--issuer", "acme", "--json"), *far.through(lossy.url)
    )

    assert (stopped.code, stopped.error["error"]) == (3, "import_stopped")
    assert "whether it was done is not known; the 3 lines before line 4" in stopped.error["message"]


def test_an_account_manager_imports_into_its_issuers_alone(far: Far) -> None:
    manager = far.profile("importer", "account-manager", "acme")
    name = jsonl(far, "managed.jsonl", *lines_of("managed", 1))
    scoped = jsonl(far, "scoped.jsonl", {"client_id": "sc", "secret": LONG, "scopes": "brand-new"})

    def said(*arguments: str) -> Any:
        return far.program.run("secret", "import", *arguments, "--json", *manager)

    assert said(name, "--issuer", "acme").json["done"] is True
    assert said(name, "--issuer", "theirs").error["error"] == "unknown_issuer"
    assert said(scoped, "--issuer", "acme", "--add-scopes").error["error"] == "forbidden"


def test_support_imports_nothing(far: Far) -> None:
    support = far.profile("supporter", "support")
    name = jsonl(far, "support.jsonl", *lines_of("support", 1))

    refused = far.program.run("secret", "import", name, "--issuer", "acme", "--json", *support)

    assert refused.error["error"] == "forbidden"


def test_a_realm_of_keycloak_is_taken_over_from_afar(far: Far) -> None:
    far.write("realm.json", json.dumps(a_realm()))
    arguments = ("migrate", "keycloak", "realm.json", "--issuer", "theirs")

    rehearsed = far.ok(*arguments, "--dry-run")
    done = far.ok(*arguments)

    billing = far.json("client", "show", "billing", "--issuer", "theirs")
    assert "left out: client web: public: it has no secret" in rehearsed.err
    assert billing["scopes"] == ["payments", "refunds"]
    assert len(billing["secrets"]) == 2
    [event] = imported(far, "realm.json")
    assert event["detail"]["system"].startswith("Keycloak realm")
    for secret in (SECRET, ROTATED):
        assert secret not in done.out + done.err + far.server.said
