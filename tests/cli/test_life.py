"""The life of a credential on the command line: roll, watch, diagnose, and the trail of it all."""

import csv
import io
import json
import os
import sqlite3
import time

import pytest

from tests.cli.program import Program
from watchword.admin.set_up import Place, open_estate


def made(program: Program, name: str = "ACME01") -> dict[str, str]:
    answer: dict[str, str] = program.json("client", "create", name, "--issuer", "acme")
    return answer


def test_a_key_is_rolled_and_the_roll_taken_back(prepared: Program) -> None:
    first = made(prepared)

    rolled = prepared.json("secret", "roll", "ACME01", "--overlap", "12h", "--expires", "90d")
    listed = prepared.json("secret", "list", "ACME01")["items"]
    states = {each["secret_id"]: each["state"] for each in listed}
    cancelled = prepared.json("secret", "cancel", rolled["secret_id"], "--yes")

    assert rolled["old_secret_id"] == first["secret_id"]
    assert states == {first["secret_id"]: "expiring", rolled["secret_id"]: "active"}
    assert cancelled["kept"] == first["secret_id"]
    assert cancelled["revoked"] == rolled["secret_id"]


def test_after_a_roll_a_client_does_not_tell_which_of_its_secrets_is_revoked(
    prepared: Program,
) -> None:
    first = made(prepared)
    second = prepared.json("secret", "roll", "ACME01", "--overlap", "7d")

    refused = prepared.run("secret", "revoke", "ACME01", "--yes")
    listed = prepared.json("secret", "list", "ACME01")["items"]

    assert refused.code == 1
    assert f"{first['secret_id']}: expiring, ends in 7 days; has never got a" in refused.err
    assert f"{second['secret_id']}: active, ends in 365 days; has never got a" in refused.err
    assert f"`watchword secret revoke {first['secret_id']}`" in refused.err
    assert {each["state"] for each in listed} == {"active", "expiring"}


def test_rolling_by_a_clients_name_means_the_secret_that_stays(prepared: Program) -> None:
    made(prepared)
    second = prepared.json("secret", "roll", "ACME01", "--overlap", "7d")

    third = prepared.json("secret", "roll", "ACME01", "--overlap", "8d")

    assert third["old_secret_id"] == second["secret_id"]


def test_a_roll_without_overlap_says_that_the_old_secret_has_ended(prepared: Program) -> None:
    made(prepared)

    rolled = prepared.ok("secret", "roll", "ACME01", "--overlap", "0s").out

    assert "The old one has ended." in rolled
    assert "cancel" not in rolled


def test_cancelling_looks_for_the_secret_before_it_asks(prepared: Program) -> None:
    refused = prepared.run("secret", "cancel", "nosuchid", stdin="y\n")

    assert refused.code == 1
    assert "there is no secret 'nosuchid'" in refused.err
    assert "Go on?" not in refused.err


@pytest.mark.parametrize("command", [("client", "diagnose"), ("secret", "usage")])
@pytest.mark.parametrize("since", ["0s", "2y"])
def test_how_far_back_is_looked_has_bounds(
    prepared: Program, command: tuple[str, str], since: str
) -> None:
    refused = prepared.run(*command, "ACME01", "--since", since)

    assert refused.code == 2
    assert "between 1s and" in refused.err


def test_a_plan_changes_nothing(prepared: Program) -> None:
    first = made(prepared)

    plan = prepared.json("secret", "roll", first["secret_id"], "--plan")

    assert plan["live_during_overlap"] == 2
    assert len(prepared.json("secret", "list", "ACME01")["items"]) == 1


def test_usage_shows_a_share_for_each_secret(prepared: Program) -> None:
    first = made(prepared)

    [usage] = prepared.json("secret", "usage", "ACME01")["items"]

    assert (usage["secret_id"], usage["issued"], usage["share"]) == (first["secret_id"], 0, 0.0)
    assert usage["safe_to_revoke"] is False


def test_what_expires_soon_is_reported(prepared: Program) -> None:
    made(prepared)
    prepared.ok("secret", "issue", "ACME01", "--expires", "10d")

    report = prepared.json("report", "expiring", "--days", "30")["items"]

    assert [each["client_id"] for each in report] == ["ACME01"]
    assert report[0]["successor"] is not None


def test_the_report_knows_of_a_secret_that_was_rolled(prepared: Program) -> None:
    first = made(prepared)
    prepared.ok("secret", "roll", "ACME01", "--overlap", "1d")

    report = prepared.ok("report", "expiring", "--days", "5").out

    assert first["secret_id"] in report


def test_a_failing_client_is_diagnosed(prepared: Program) -> None:
    made(prepared)
    well = prepared.run("client", "diagnose", "ACME01")
    prepared.ok("client", "disable", "ACME01")
    ill = prepared.run("client", "diagnose", "ACME01", "--json")

    assert well.code == 0
    assert "nothing is wrong here" in well.out
    assert ill.code == 1
    assert ill.json["findings"][0]["text"].startswith("the client ACME01 is disabled by local:")


def test_the_trail_names_every_change_and_every_refused_attempt(prepared: Program) -> None:
    made(prepared)
    prepared.run("client", "create", "ACME01", "--issuer", "acme")

    shown = prepared.json("audit", "tail", "-n", "3")["items"]
    text = prepared.ok("audit", "tail").out

    assert [(each["action"], each["outcome"]) for each in shown][-1] == ("client.create", "refused")
    assert shown[-1]["actor"].startswith("local:")
    assert "client.create" in text


def test_the_trail_is_exported_whole(prepared: Program) -> None:
    secret = made(prepared)["client_secret"]

    lines = prepared.ok("audit", "export").out.splitlines()
    table = prepared.ok("audit", "export", "--format", "csv").out

    assert [json.loads(line)["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert len(list(csv.DictReader(io.StringIO(table)))) == len(lines)
    assert secret not in table
    assert secret not in "".join(lines)


def test_a_trail_that_was_tampered_with_is_found_out(prepared: Program) -> None:
    made(prepared)
    whole = prepared.json("audit", "verify")
    with sqlite3.connect(prepared.folder / "watchword-data" / "watchword.db") as database:
        database.execute("UPDATE event SET actor = 'somebody else' WHERE seq = 2")
    database.close()

    verified = prepared.run("audit", "verify", "--json")

    assert whole["ok"] is True
    assert verified.code == 1
    assert verified.json["fault"] == {"seq": 2, "wrong": "changed"}
    assert verified.error["error"] == "trail_tampered"


def test_a_tampered_record_of_dropped_days_is_told_in_words(prepared: Program) -> None:
    made(prepared)
    data = prepared.folder / "watchword-data"
    place = Place(data=data, database=f"sqlite:///{data}/watchword.db", environ={})
    store = open_estate(place, os.urandom).store
    with store.changing() as changing:
        changing.drop_events(int(time.time()) + 86_400)
    store.close()
    with sqlite3.connect(prepared.folder / "watchword-data" / "watchword.db") as database:
        database.execute("UPDATE trail_anchor SET events = events + 1")
    database.close()

    verified = prepared.run("audit", "verify", "--json")

    assert verified.code == 1
    assert "dropped" in verified.error["message"]


def test_a_request_is_found_in_the_trail_and_in_the_log(prepared: Program) -> None:
    made(prepared)
    event = prepared.json("audit", "tail", "-n", "1")["items"][0]
    log = prepared.folder / "server.log"
    log.write_text(
        "no json\n"
        '{"count":1,"tokens":[{"request_id":"r-1","client":"c"},{"request_id":"r-2"}],'
        '"event":"token.issued","at":"2026-11-21T20:13:16.432084Z"}\n'
    )

    by_trail = prepared.json("trace", event["request_id"])["items"]
    by_log = prepared.json("trace", "r-1", "--log", "server.log")["items"]

    assert {each["where"] for each in by_trail} == {"trail"}
    assert by_log == [
        {
            "at": "2026-11-21T20:13:16Z",
            "where": "log",
            "what": "token.issued",
            "facts": {"client": "c"},
        }
    ]
    assert prepared.run("trace", "r-3", "--log", "server.log").code == 1
