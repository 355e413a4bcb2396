"""Files against a remote server: plan, apply and export, as on the data folder."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.far import Far, issued_to
from tests.cli.program import Program
from tests.support.lossy import Lossy, lossy_proxy


def acme(name: str, more: str = "") -> str:
    return f"""
[issuer.{name}]
url = "https://{name}.example.com"
scopes = ["read"]

[client.{name}.ACME01]
scopes = ["read"]
{more}"""


def secrets_in(path: Path) -> list[dict[str, str]]:
    found: list[dict[str, str]] = json.loads(path.read_text())["clients"]
    return found


def test_a_plan_from_afar_is_the_one_that_the_data_folder_shows(far: Far, program: Program) -> None:
    far.write("same/acme.toml", acme("same"))
    folder = str(far.program.folder / "same")

    shown = far.ok("plan", "-f", folder).out

    assert shown == program.ok("plan", "-f", folder).out
    assert "+ client same/ACME01" in shown
    assert far.run("issuer", "show", "same").code == 1


def test_files_are_applied_from_afar_and_the_secrets_stay_private(far: Far) -> None:
    far.write("applied/acme.toml", acme("applied"))

    homeless = far.run("apply", "-f", "applied", "--yes", "--json")
    done = far.ok("apply", "-f", "applied", "--yes", "--secrets-out", "applied.json")

    file = far.program.folder / "applied.json"
    [kept] = secrets_in(file)
    assert (homeless.code, homeless.error["error"]) == (2, "no_secrets_out")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not file.with_name("applied.json.draft").exists()
    assert kept["client_secret"] not in done.out + done.err + far.server.said
    [secret] = far.json("secret", "list", "ACME01", "--issuer", "applied")["items"]
    assert secret["secret_id"] == kept["secret_id"]
    assert far.ok("plan", "-f", "applied").out == "Everything is as the files say.\n"


def test_a_secret_that_was_applied_from_afar_gets_a_token(far: Far) -> None:
    url = f"{far.server.url}/usable"
    far.write("usable/a.toml", acme("usable").replace("https://usable.example.com", url))
    far.ok("apply", "-f", "usable", "--yes", "--secrets-out", "usable.json")
    [kept] = secrets_in(far.program.folder / "usable.json")

    answer = issued_to({**kept, "token_endpoint": f"{url}/oauth/token"})

    assert answer.status_code == 200


def test_the_trail_says_who_applied_files_and_from_where(far: Far) -> None:
    far.write("traced/acme.toml", acme("traced"))
    far.ok("apply", "-f", "traced", "--yes", "--no-secrets")

    tail = far.json("audit", "tail", "-n", "2")["items"]

    assert {(each["actor"], each["source"], each["address"]) for each in tail} == {
        ("owner", "file", "127.0.0.1")
    }


def test_applying_from_afar_asks_first(far: Far) -> None:
    far.write("asked/acme.toml", acme("asked"))

    declined = far.run("apply", "-f", "asked", "--no-secrets", stdin="n\n")
    accepted = far.run("apply", "-f", "asked", "--no-secrets", stdin="y\n")

    assert (declined.code, accepted.code) == (1, 0)
    assert "+ issuer asked" in declined.out


def test_no_place_for_secrets_is_found_out_before_anything_is_done(far: Far) -> None:
    far.write("nowhere/acme.toml", acme("nowhere"))

    refused = far.run(
        *("apply", "-f", "nowhere", "--yes", "--json", "--secrets-out", "no/such/folder.json")
    )

    assert (refused.code, refused.error["error"]) == (1, "no_file")
    assert far.run("issuer", "show", "nowhere").code == 1


def test_a_draft_of_an_earlier_run_is_never_written_over(far: Far) -> None:
    far.write("crashed/acme.toml", acme("crashed"))
    draft = far.write("crashed.json.draft", "secrets of an earlier run")

    refused = far.run("apply", "-f", "crashed", "--yes", "--json", "--secrets-out", "crashed.json")

    assert (refused.code, refused.error["error"]) == (1, "file_exists")
    assert draft.read_text() == "secrets of an earlier run"


def test_a_sandbox_becomes_live_from_afar(far: Far, program: Program) -> None:
    far.write("box/acme.toml", acme("box", 'claims = { tenant = 7 }\n[customer."Box Ltd"]\n'))
    far.ok("apply", "-f", "box", "--yes", "--no-secrets")

    written = far.json("export", "-f", "out")["items"]
    again = far.run("export", "-f", "out", "--json")
    program.ok("apply", "-f", str(far.program.folder / "out"), "--yes", "--no-secrets")

    assert str(Path("out") / "box.toml") in [each["file"] for each in written]
    assert (again.code, again.error["error"]) == (1, "file_exists")
    assert far.ok("plan", "-f", "out", "--prune").out == "Everything is as the files say.\n"
    program.ok("export", "-f", "out")
    for name in ("box.toml", "customers.toml"):
        here, there = program.folder / "out" / name, far.program.folder / "out" / name
        assert here.read_text() == there.read_text()


def test_a_dialect_of_ones_own_goes_along(far: Far) -> None:
    text = far.program.ok("dialect", "show", "kamoa").out
    issuer = '[issuer.own]\nurl = "https://own.example.com"\ndialect_file = "dialects/own.toml"\n'
    far.write("own/a.toml", issuer)
    far.write("own/dialects/own.toml", text)

    far.ok("apply", "-f", "own", "--yes")

    far.ok("export", "-f", "own-out")
    assert (far.program.folder / "own-out" / "dialects" / "own.toml").read_text() == text


def test_a_bad_file_is_told_as_on_the_data_folder(far: Far, program: Program) -> None:
    far.write("bad/a.toml", '[issuer.bad]\nurll = "https://bad.example.com"\n')
    far.write("unknown/a.toml", '[client.bad.A]\nscopes = ["read"]\n')

    for name in ("bad", "unknown"):
        folder = str(far.program.folder / name)
        here = program.run("plan", "-f", folder, "--json")
        there = far.run("plan", "-f", folder, "--json")
        assert (there.code, there.error) == (here.code, here.error)


def test_what_is_too_large_for_a_request_is_not_sent(far: Far) -> None:
    far.write("large/a.toml", "# " + "x" * 1_100_000)

    refused = far.run("plan", "-f", "large", "--json")

    assert (refused.code, refused.error["error"]) == (1, "too_large")
    assert "1024 KiB" in refused.error["message"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[client.mine.NEW]\nscopes = ["read"]\n', None),
        ('[issuer.mine]\nurl = "https://mine.example.com"\nscopes = ["read"]\n', None),
        ('[issuer.mine]\nurl = "https://other.example.com"\n', "forbidden"),
        ('[issuer.made]\nurl = "https://made.example.com"\n', "forbidden"),
        ('[issuer.theirs]\nurl = "https://theirs.example.com"\nscopes = ["read"]\n', "forbidden"),
        ("[client.theirs.NEW]\n", "unknown_issuer"),
        ("[client.administration.NEW]\n", "unknown_issuer"),
    ],
)
def test_an_account_manager_applies_what_it_may_do_one_by_one(
    far: Far, bound: tuple[str, ...], text: str, code: str | None, tmp_path: Path
) -> None:
    (tmp_path / "a.toml").write_text(text)

    planned = far.program.run("plan", "-f", str(tmp_path), "--json", *bound)

    assert (planned.error["error"] if planned.code else None) == code


def test_an_account_manager_prunes_nothing_and_exports_its_own(
    far: Far, bound: tuple[str, ...]
) -> None:
    far.write("prune/a.toml", "[client.mine.NEW]\n")

    pruned = far.program.run("plan", "-f", "prune", "--prune", "--json", *bound)
    written = far.program.json("export", "-f", "mine-out", *bound)["items"]

    assert pruned.error["error"] == "forbidden"
    names = {Path(each["file"]).name for each in written}
    assert "mine.toml" in names
    assert "theirs.toml" not in names


@pytest.fixture(scope="module")
def bound(far: Far) -> tuple[str, ...]:
    """The options of an account manager of the issuer `mine`, beside which there is `theirs`."""
    far.write("two/a.toml", acme("mine") + acme("theirs"))
    far.ok("apply", "-f", "two", "--yes", "--no-secrets")
    return tuple(far.profile("bound", "account-manager", "mine"))


def test_an_auditor_exports_and_applies_nothing(far: Far) -> None:
    far.write("audited/a.toml", '[customer."Audited"]\n')
    auditor = far.profile("auditing", "auditor")

    exported = far.program.run("export", "-f", "audited-out", *auditor)
    planned = far.program.run("plan", "-f", "audited", "--json", *auditor)
    applied = far.program.run("apply", "-f", "audited", "--yes", "--json", *auditor)

    assert exported.code == 0
    assert [planned.error["error"], applied.error["error"]] == ["forbidden", "forbidden"]


@pytest.fixture
def lossy(far: Far) -> Iterator[Lossy]:
    with lossy_proxy(far.server.admin_url) as proxy:
        proxy.ending = "/files/apply"
        yield proxy


def test_an_answer_that_was_lost_is_asked_for_again_and_its_secrets_are_named(
    far: Far, lossy: Lossy
) -> None:
    far.write("lost/a.toml", acme("lost"))
    lossy.lose = 1

    refused = far.program.run(
        *("apply", "-f", "lost", "--yes", "--secrets-out", "lost.json", "--json"),
        *far.through(lossy.url),
    )

    assert (refused.code, refused.error["error"]) == (1, "secrets_lost")
    assert "watchword secret roll ACME01 --issuer lost --overlap 0s" in refused.error["hint"]
    assert not list(far.program.folder.glob("lost.json*"))
    rolled = far.json("secret", "roll", "ACME01", "--issuer", "lost", "--overlap", "0s")
    assert rolled["client_secret"]
    assert len(far.json("client", "list", "--issuer", "lost")["items"]) == 1


def test_without_new_secrets_a_lost_answer_costs_nothing(far: Far, lossy: Lossy) -> None:
    far.write("calm/a.toml", acme("calm"))
    lossy.lose = 2

    done = far.program.json("apply", "-f", "calm", "--yes", "--no-secrets", *far.through(lossy.url))

    assert [step["name"] for step in done["steps"]] == ["calm", "calm/ACME01"]
    assert [path.rpartition("/v1")[2] for path in lossy.passed_on][-3:] == ["/files/apply"] * 3


def test_what_became_of_a_request_is_unknown_only_if_the_server_stays_away(
    far: Far, lossy: Lossy
) -> None:
    far.write("away/a.toml", acme("away"))
    lossy.lose = 9

    lost = far.program.run(
        "apply", "-f", "away", "--yes", "--no-secrets", "--json", *far.through(lossy.url)
    )

    assert (lost.code, lost.error["error"]) == (3, "answer_lost")
    assert "audit tail" in lost.error["hint"]
