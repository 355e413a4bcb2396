"""A story a role, through the real API over HTTP."""

import time
from collections.abc import Callable

import httpx
import pytest

from tests.app.administration.conftest import Api, Site
from tests.support.patience import PATIENCE, eventually, within
from watchword.storage import verify_chain

Names = Callable[[str], str]


def ask_for_token(site: Site, issuer: str, client_id: str, secret: str) -> httpx.Response:
    return httpx.post(
        f"{site.public}/oauth/token",
        headers={"Host": f"{issuer}.test"},
        data={"grant_type": "client_credentials"},
        auth=(client_id, secret),
        timeout=PATIENCE,
    )


def test_an_account_manager_issues_the_customer_uses_rolls_and_the_old_one_dies_on_time(
    site: Site, owner: Api, fresh: Names
) -> None:
    manager = site.administrator("account-manager", "one")
    customer = manager.post(
        "/customers", {"name": fresh("Roadrunner"), "contacts": ["a@b.example"]}
    )
    made = manager.post(
        f"/issuers/{site.issuers['one']}/clients",
        {"client_id": fresh("acme"), "customer": customer["id"], "scopes": ["read"]},
    )
    client_id, old = made["client"]["client_id"], made["client_secret"]
    assert eventually(lambda: ask_for_token(site, "one", client_id, old).status_code == 200)

    rolled = manager.post(f"/secrets/{made['secret']['secret_id']}/roll", {"overlap": 5})
    ends_at, new = time.time() + 5, rolled["client_secret"]
    both = [ask_for_token(site, "one", client_id, value).status_code for value in (old, new)]
    time.sleep(max(0.0, ends_at - time.time()) + 0.1)
    after = [ask_for_token(site, "one", client_id, value).status_code for value in (old, new)]

    assert both == [200, 200]
    assert after == [401, 200]
    secrets = manager.get(f"/clients/{made['client']['id']}/secrets")["items"]
    assert sorted(secret["state"] for secret in secrets) == ["active", "revoked"]
    actions = [event["action"] for event in owner.get("/events", issuer="one", limit=500)["items"]]
    assert {"client.create", "secret.issue", "secret.roll"} <= set(actions)
    assert verify_chain(site.world.estate.store).fault is None


def test_support_sees_and_cannot_issue_and_the_attempt_is_an_event(
    site: Site, owner: Api, fresh: Names
) -> None:
    made = owner.post(f"/issuers/{site.issuers['one']}/clients", {"client_id": fresh("seen")})
    support = site.administrator("support")
    ref = made["client"]["id"]

    seen = support.get(f"/clients/{ref}")
    refused = support.http.post(f"/clients/{ref}/secrets", json={})

    assert seen["client_id"] == made["client"]["client_id"]
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert refused.json()["hint"].endswith("the role owner or account-manager")
    attempts = owner.get("/events", newest_first="true", limit=20)["items"]
    mine = [event for event in attempts if event["actor"] == support.client_id]
    assert [(event["action"], event["outcome"]) for event in mine] == [("secret.issue", "refused")]
    [event] = mine
    assert (event["target"], event["name"]) == (ref, seen["client_id"])
    assert event["issuer_id"] == site.issuers["one"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/issuers/two/disable", "two"),
        ("/secrets/nothing-like-it/revoke", "nothing-like-it"),
        (f"/clients/{'x' * 5000}/disable", "x" * 100),
        ("/secrets/wk_FNn4Zzju2gw0klrDCEJy0n1cS8cHbKbPmt93VT1Qp/revoke", "FNn4Zzju"),
    ],
)
def test_a_refused_attempt_names_what_it_was_on_and_never_a_secret(
    site: Site, owner: Api, path: str, name: str
) -> None:
    support = site.administrator("support")
    refused = support.http.post(path, json={})
    newest = owner.get("/events", newest_first="true", limit=20)["items"]
    [event] = [event for event in newest if event["actor"] == support.client_id]

    assert refused.status_code == 403
    assert (event["outcome"], event["name"]) == ("refused", name)


def test_an_attempt_that_the_operation_itself_forbids_is_an_event_too(
    site: Site, owner: Api
) -> None:
    manager = site.administrator("account-manager", "one")
    refused = manager.http.get("/trail/verification")
    newest = owner.get("/events", newest_first="true", limit=20)["items"]

    assert refused.json()["code"] == "forbidden"
    told = {event["actor"]: (event["action"], event["outcome"]) for event in newest}
    assert told[manager.client_id] == ("event.verify", "refused")


def test_an_auditor_reads_the_whole_trail_and_changes_nothing(site: Site, fresh: Names) -> None:
    auditor = site.administrator("auditor")
    events = auditor.get("/events", limit=5)

    assert [event["seq"] for event in events["items"]] == [1, 2, 3, 4, 5]
    refused = auditor.http.post("/customers", json={"name": fresh("Nobody")})
    assert refused.status_code == 403


def test_an_account_manager_is_bound_to_its_issuers(site: Site, owner: Api, fresh: Names) -> None:
    manager = site.administrator("account-manager", "one")
    other = owner.post(f"/issuers/{site.issuers['two']}/clients", {"client_id": fresh("other")})

    listed = [issuer["name"] for issuer in manager.get("/issuers")["items"]]
    there = manager.http.get(f"/clients/{other['client']['id']}")
    made = manager.http.post(f"/issuers/{site.issuers['two']}/clients", json={})
    whole_trail = manager.http.get("/events")

    assert listed == ["one"]
    assert (there.status_code, made.status_code, whole_trail.status_code) == (404, 404, 403)


def test_only_owner_and_auditor_verify_the_trail_of_all(site: Site, fresh: Names) -> None:
    manager, auditor = site.administrator("account-manager", "one"), site.administrator("auditor")

    refused = manager.http.get("/trail/verification")
    verified = auditor.get("/trail/verification")

    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert verified["ok"] is True


def test_an_account_manager_traces_the_requests_of_its_issuers_alone(
    site: Site, owner: Api, fresh: Names
) -> None:
    manager = site.administrator("account-manager", "two")
    answer = owner.http.post(f"/issuers/{site.issuers['one']}/clients", json={"name": "traced"})
    request_id = answer.headers["x-request-id"]

    assert owner.get(f"/traces/{request_id}")["items"]
    assert manager.get(f"/traces/{request_id}")["items"] == []


def test_an_account_manager_makes_no_administrator_and_no_owners_client(
    site: Site, fresh: Names
) -> None:
    manager = site.administrator("account-manager", "one")
    new = {"client_id": fresh("evil"), "role": "owner"}
    administrator = manager.http.post("/administrators", json=new)
    with site.world.estate.store.reading() as reading:
        built_in = reading.issuer_named("administration")
    client = manager.http.post(
        f"/issuers/{built_in.id}/clients", json={"scopes": ["issuers:write"]}
    )

    assert (administrator.status_code, client.status_code) == (403, 404)


def test_a_deleted_administrator_is_out_at_once(site: Site, owner: Api) -> None:
    support = site.administrator("support")
    before = support.http.get("/issuers").status_code
    listed = owner.get("/administrators", limit=500)["items"]
    (mine,) = [each for each in listed if each["client_id"] == support.client_id]
    owner.delete(f"/administrators/{mine['id']}")
    after = support.http.get("/issuers")

    assert (before, after.status_code) == (200, 401)
    assert "invalid_token" in after.headers["www-authenticate"]


def test_an_owner_sets_up_an_issuer_that_serves_within_a_second(
    site: Site, owner: Api, fresh: Names
) -> None:
    name = fresh("three")
    issuer = owner.post("/issuers", {"name": name, "url": f"http://{name}.test"})
    made = owner.post(f"/issuers/{issuer['id']}/clients", {"client_id": "first"})

    def served() -> bool:
        return ask_for_token(site, name, "first", made["client_secret"]).status_code == 200

    assert within(1, served)


def test_a_roll_is_planned_then_taken_back(site: Site, owner: Api, fresh: Names) -> None:
    made = owner.post(f"/issuers/{site.issuers['one']}/clients", {"client_id": fresh("plan")})
    secret_id, ref = made["secret"]["secret_id"], made["client"]["id"]

    plan = owner.post(f"/secrets/{secret_id}/roll/plan", {"overlap": 3600})
    count = len(owner.get(f"/clients/{ref}/secrets")["items"])
    rolled = owner.post(f"/secrets/{secret_id}/roll", {"overlap": 3600})
    cancelled = owner.post(f"/secrets/{secret_id}/cancel")

    assert (plan["live"], count) == (2, 1)
    assert rolled["old"]["revoked_at"] >= plan["old_ends_at"]
    assert (cancelled["old"]["state"], cancelled["new"]["state"]) == ("active", "revoked")


def test_a_client_is_diagnosed_by_its_refusals(site: Site, owner: Api, fresh: Names) -> None:
    made = owner.post(f"/issuers/{site.issuers['one']}/clients", {"client_id": fresh("sick")})
    ref, client_id = made["client"]["id"], made["client"]["client_id"]
    assert eventually(
        lambda: ask_for_token(site, "one", client_id, made["client_secret"]).status_code == 200
    )
    ask_for_token(site, "one", client_id, "not the secret")

    def told() -> bool:
        found = owner.get(f"/clients/{ref}/diagnosis")
        return [(each["cause"], each["count"]) for each in found["refusals"]] == [
            ("wrong_secret", 1)
        ]

    assert eventually(told)
    usage = owner.get(f"/clients/{ref}/secrets/usage")["items"]
    assert [each["issued"] for each in usage] == [1]


def test_a_request_is_approved_with_a_link_and_another_rejected(
    site: Site, owner: Api, fresh: Names
) -> None:
    from tests.app.running import context
    from watchword.admin.credential_request import NewRequest, submit

    new = NewRequest(name="Wile E.", email=f"{fresh('w')}@acme.example")
    first = submit(site.world.estate, context(), site.issuers["one"], new)
    second = submit(site.world.estate, context(), site.issuers["one"], new)
    manager = site.administrator("account-manager", "one")

    approved = manager.post(f"/requests/{first.id}/approve", {"client_id": fresh("wile")})
    rejected = manager.post(f"/requests/{second.id}/reject", {"reason": "No."})
    again = manager.http.post(f"/requests/{second.id}/approve", json={})
    stranger = site.administrator("account-manager", "two").http.get(f"/requests/{first.id}")

    assert "/credentials/claim#" in approved["link"]
    assert (approved["request"]["state"], rejected["state"]) == ("approved", "rejected")
    assert (again.status_code, stranger.status_code) == (409, 404)
    listed = owner.get("/requests", issuer="one", state="rejected")["items"]
    assert second.id in [each["id"] for each in listed]
