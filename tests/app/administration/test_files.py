"""Files over the API: planned, applied as they were seen, and written."""

import base64
import json
import socket
from collections.abc import Callable
from urllib.parse import urlsplit

from tests.app.administration.conftest import Api, Site
from watchword.admin.export import Part, joined

Names = Callable[[str], str]


def declared(name: str, lifetime: str = "30m") -> dict[str, str]:
    text = f'[issuer.{name}]\nurl = "https://{name}.example.com"\nlifetime = "{lifetime}"\n'
    return {f"{name}.toml": f"{text}[client.{name}.ACME01]\n"}


def test_a_plan_tells_the_steps_and_changes_nothing(owner: Api, fresh: Names) -> None:
    name = fresh("planned")
    before = owner.get("/events", newest_first="true", limit=1)["items"]

    planned = owner.post("/files/plan", {"files": declared(name)})

    assert [(step["mark"], step["name"]) for step in planned["steps"]] == [
        ("+", name),
        ("+", f"{name}/ACME01"),
    ]
    assert planned["steps"][0]["after"]["lifetime"] == 1800
    assert "lifetime = 1800" in planned["steps"][0]["changes"]
    assert planned["new_secrets"] == 1
    assert owner.get("/events", newest_first="true", limit=1)["items"] == before


def test_what_was_seen_is_what_is_applied(owner: Api, fresh: Names) -> None:
    name = fresh("seen")
    wanted = {"files": declared(name)}
    digest = owner.post("/files/plan", wanted)["digest"]
    owner.post("/issuers", {"name": name, "url": f"https://{name}.example.com"})

    late = owner.http.post("/files/apply", json={**wanted, "digest": digest})
    again = owner.post("/files/plan", wanted)
    done = owner.post("/files/apply", {**wanted, "digest": again["digest"]})

    assert (late.status_code, late.json()["code"]) == (409, "plan_outdated")
    assert done["steps"] == again["steps"]
    [secret] = done["secrets"]
    assert secret["client_secret"]


def test_files_that_are_applied_twice_under_a_key_are_applied_once(
    owner: Api, fresh: Names
) -> None:
    name, key = fresh("once"), fresh("key")
    body = {"files": declared(name)}

    first = owner.post("/files/apply", body, **{"Idempotency-Key": key})
    second = owner.post("/files/apply", body, **{"Idempotency-Key": key})
    third = owner.post("/files/apply", body)

    [secret] = first["secrets"]
    assert secret["client_secret"]
    assert second == {**first, "secrets": [{**secret, "client_secret": None}]}
    assert third == {"steps": [], "secrets": []}


def test_no_secret_of_an_application_is_in_the_trail_or_in_the_log(
    site: Site, owner: Api, fresh: Names
) -> None:
    done = owner.post("/files/apply", {"files": declared(fresh("quiet"))})
    [secret] = done["secrets"]

    events = json.dumps(owner.get("/events", newest_first="true", limit=20))

    assert secret["secret_id"] in events
    assert secret["client_secret"] not in events
    assert secret["client_secret"] not in site.server.log


def test_an_attempt_that_an_account_manager_may_not_make_is_one_event(
    site: Site, owner: Api, fresh: Names
) -> None:
    manager = site.administrator("account-manager", "one")

    attempts = [
        {"files": declared(fresh("no"))},
        {"files": {"a.toml": '[issuer.one]\nurl = "https://other.example"\n'}},
        {"files": {}, "prune": True},
    ]

    refused = [manager.http.post("/files/apply", json=body) for body in attempts]

    assert [(each.status_code, each.json()["code"]) for each in refused] == [(403, "forbidden")] * 3
    tail = owner.get("/events", newest_first="true", limit=20)["items"]
    mine = [event for event in tail if event["actor"] == manager.client_id]
    assert [(each["action"], each["outcome"]) for each in mine] == [("file.apply", "refused")] * 3


def test_an_account_manager_applies_clients_of_its_issuers(
    site: Site, owner: Api, fresh: Names
) -> None:
    manager, client_id = site.administrator("account-manager", "one"), fresh("bound")
    text = f'[client.one."{client_id}"]\nlifetime = "20d"\ncustomer = "{client_id} Ltd"\n'
    files = {"a.toml": f'{text}[customer."{client_id} Ltd"]\n'}

    done = manager.post("/files/apply", {"files": files})
    other = manager.http.post("/files/apply", json={"files": {"a.toml": "[client.two.X]\n"}})

    assert [step["action"] for step in done["steps"]][:2] == ["customer.create", "client.create"]
    assert (other.status_code, other.json()["code"]) == (422, "unknown_issuer")


def test_an_export_in_pages_is_the_same_whatever_their_size(
    site: Site, owner: Api, fresh: Names
) -> None:
    del site

    def exported(limit: int) -> dict[str, str]:
        parts, query = [], {"limit": limit}
        while True:
            page = owner.get("/files", **query)
            parts += [Part(**item) for item in page["items"]]
            if page["next"] is None:
                return joined(parts)
            query["cursor"] = page["next"]

    whole = exported(500)

    assert exported(3) == whole
    assert owner.post("/files/plan", {"files": whole, "prune": True})["steps"] == []
    assert "administration.toml" not in whole


def test_a_body_of_a_mebibyte_is_taken_and_a_larger_one_refused(owner: Api) -> None:
    small = owner.http.post("/files/plan", json={"files": {"a.toml": "#" * 1_000_000}})
    large = owner.http.post("/files/plan", json={"files": {"a.toml": "#" * 1_048_576}})

    assert small.status_code == 200
    assert (large.status_code, large.json()["code"]) == (413, "too_large")
    assert "1024 KiB" in large.json()["detail"]


def test_a_body_that_is_announced_too_large_is_refused_unread(owner: Api) -> None:
    head = (
        "POST /admin/v1/files/plan HTTP/1.1\r\nHost: admin\r\nContent-Type: application/json\r\n"
        f"Authorization: {owner.http.headers['authorization']}\r\nContent-Length: 99999999\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", urlsplit(owner.base).port), 20) as connection:
        connection.sendall(head.encode())

        assert connection.recv(12) == b"HTTP/1.1 413"


def test_a_cursor_of_nobodys_making_is_refused(owner: Api) -> None:
    made_up = ["nothing", "[null]", '["x"]', "[1, 2]", "{}", f"[{10**30}]", f"[{2**63 - 1}, 1]"]
    cursors = [base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") for text in made_up]

    answers = [owner.http.get("/files", params={"cursor": each}) for each in cursors]

    assert [answer.status_code for answer in answers] == [422] * len(made_up)


def test_pruning_without_an_issuer_in_the_files_is_refused(owner: Api, fresh: Names) -> None:
    name = fresh("kept")
    owner.post("/customers", {"name": name})

    for files in ({}, {"a.toml": ""}, {"a.toml": f'[customer."{name}"]\n'}):
        refused = owner.http.post("/files/plan", json={"files": files, "prune": True})
        assert (refused.status_code, refused.json()["code"]) == (422, "nothing_declared")
