"""What an administrator that is bound to some issuers reaches, and what it leaves otherwise."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.app.administration.conftest import Api, Site
from watchword.app.administration import customer_bounds

Names = Callable[[str], str]


def events_of(owner: Api, actor: Api) -> list[dict[str, Any]]:
    """The newest events of `actor`, the newest first."""
    newest = owner.get("/events", newest_first="true", limit=100)["items"]
    return [event for event in newest if event["actor"] == actor.client_id]


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("GET", "/clients/{client}", "client.show"),
        ("PATCH", "/clients/{client}", "client.edit"),
        ("DELETE", "/clients/{client}", "client.delete"),
        ("POST", "/clients/{client}/secrets", "secret.issue"),
        ("POST", "/secrets/{secret}/revoke", "secret.revoke"),
        ("POST", "/secrets/{secret}/roll", "secret.roll"),
    ],
)
@pytest.mark.parametrize("place", ["two", "administration"])
def test_an_attempt_on_what_is_elsewhere_is_answered_by_nothing_there_and_is_an_event(
    site: Site, owner: Api, fresh: Names, method: str, path: str, action: str, place: str
) -> None:
    manager = site.administrator("account-manager", "one")
    client_id = fresh("theirs")
    if place == "two":
        made = owner.post(f"/issuers/{site.issuers['two']}/clients", {"client_id": client_id})
    else:
        made = owner.post("/administrators", {"client_id": client_id, "role": "support"})
    ids = {"client": made["client"]["id"], "secret": made["secret"]["secret_id"]}

    answer = manager.http.request(method, path.format(**ids))
    [event] = events_of(owner, manager)

    assert answer.status_code == 404
    assert "bound" not in answer.text
    assert client_id not in answer.text
    assert (event["action"], event["outcome"]) == (action, "refused")
    assert event["issuer_id"] == made["client"]["issuer_id"]
    assert event["target"] in ids.values() or event["name"] == ids["secret"]
    assert "for this administrator" in event["detail"]["message"]


@pytest.mark.parametrize("place", ["two", "administration"])
def test_a_client_that_is_to_be_made_elsewhere_is_an_event(
    site: Site, owner: Api, place: str
) -> None:
    manager = site.administrator("account-manager", "one")
    with site.world.estate.store.reading() as reading:
        issuer = reading.issuer_named(place)
    assert issuer is not None
    by_id = manager.http.post(f"/issuers/{issuer.id}/clients", json={})
    by_name = manager.http.get("/clients", params={"issuer": place})
    told = [(e["action"], e["outcome"], e["name"]) for e in events_of(owner, manager)]

    assert (by_id.status_code, by_name.status_code) == (404, 404)
    assert told == [("client.list", "refused", place), ("client.create", "refused", place)]


def test_what_is_nowhere_is_no_event_and_names_no_issuer_of_others(site: Site, owner: Api) -> None:
    manager = site.administrator("account-manager", "one")
    missing = manager.http.get("/issuers/tow")

    assert missing.status_code == 404
    assert "hint" not in missing.json()
    assert manager.http.get("/clients/nobody").status_code == 404
    assert events_of(owner, manager) == []


def made_with_client(owner: Api, site: Site, fresh: Names, *places: str) -> dict[str, Any]:
    """A customer with a client at each of `places`."""
    customer: dict[str, Any] = owner.post("/customers", {"name": fresh("Customer")})
    for place in places:
        body = {"client_id": fresh("c"), "customer": customer["id"]}
        owner.post(f"/issuers/{site.issuers[place]}/clients", body)
    return customer


def everything_asked(manager: Api, site: Site, customer: dict[str, Any]) -> dict[str, int]:
    """What a customer's operations answer, by name."""
    path = f"/customers/{customer['id']}"
    clients = f"/issuers/{site.issuers['one']}/clients"
    listed = manager.get("/customers", name=customer["name"])["items"]
    return {
        "listed": len(listed),
        "show": manager.http.get(path).status_code,
        "clients": manager.http.get("/clients", params={"customer": customer["name"]}).status_code,
        "edit": manager.http.patch(path, json={"contacts": ["a@b.example"]}).status_code,
        "disable": manager.http.post(f"{path}/disable").status_code,
        "enable": manager.http.post(f"{path}/enable").status_code,
        "attach": manager.http.post(clients, json={"customer": customer["name"]}).status_code,
    }


def test_a_bound_administrator_has_customers_of_its_own_issuers_and_those_without_clients(
    site: Site, owner: Api, fresh: Names
) -> None:
    manager = site.administrator("account-manager", "one")
    everything = {"listed": 1, "show": 200, "clients": 200, "attach": 201}
    everything |= {"edit": 200, "disable": 200, "enable": 200}
    for places in ((), ("one",)):
        customer = made_with_client(owner, site, fresh, *places)
        assert everything_asked(manager, site, customer) == everything


def test_a_customer_that_lives_elsewhere_is_not_there_for_a_bound_administrator(
    site: Site, owner: Api, fresh: Names
) -> None:
    manager = site.administrator("account-manager", "one")
    customer = made_with_client(owner, site, fresh, "two")
    asked = everything_asked(manager, site, customer)

    nothing = dict.fromkeys(("show", "clients", "edit", "disable", "enable", "attach"), 404)
    assert asked == {"listed": 0, **nothing}
    assert owner.get(f"/customers/{customer['id']}") == customer
    told = events_of(owner, manager)
    assert {event["outcome"] for event in told} == {"refused"}
    assert {event["name"] for event in told} == {customer["name"]}
    assert len(told) == 6


def test_a_customer_of_several_issuers_is_seen_and_used_but_not_changed(
    site: Site, owner: Api, fresh: Names
) -> None:
    manager = site.administrator("account-manager", "one")
    customer = made_with_client(owner, site, fresh, "one", "two")
    asked = everything_asked(manager, site, customer)
    refused = manager.http.post(f"/customers/{customer['id']}/disable").json()

    assert asked == {
        "listed": 1,
        "show": 200,
        "clients": 200,
        "attach": 201,
        **dict.fromkeys(("edit", "disable", "enable"), 403),
    }
    assert "not bound to" in refused["detail"]
    told = [event for event in events_of(owner, manager) if event["outcome"] == "refused"]
    assert [event["action"].partition(".")[0] for event in told] == ["customer"] * 4
    assert len(manager.get("/clients", customer=customer["id"])["items"]) == 2


def test_a_client_is_never_given_to_a_customer_elsewhere_by_an_edit_a_file_or_an_import(
    site: Site, owner: Api, fresh: Names
) -> None:
    manager = site.administrator("account-manager", "one")
    theirs = made_with_client(owner, site, fresh, "two")
    mixed = made_with_client(owner, site, fresh, "one", "two")
    issuer = site.issuers["one"]
    mine = manager.post(f"/issuers/{issuer}/clients", {"client_id": fresh("mine")})["client"]
    name = theirs["name"]

    edit = manager.http.patch(f"/clients/{mine['id']}", json={"customer": name})
    line = {"client_id": fresh("in"), "secret": "x" * 30, "customer": name}
    run = manager.http.post(f"/issuers/{issuer}/imports", json={"lines": [line]})
    toml = f'[client.one.{fresh("f")}]\ncustomer = "{name}"\n'
    file = manager.http.post("/files/apply", json={"files": {"a.toml": toml}})
    toml = f'[customer."{mixed["name"]}"]\nenabled = false\n'
    switched = manager.http.post("/files/apply", json={"files": {"a.toml": toml}})

    statuses = [answer.status_code for answer in (edit, run, file, switched)]
    assert statuses == [404, 404, 403, 403]
    assert len(owner.get("/clients", customer=name)["items"]) == 1
    assert owner.get(f"/customers/{mixed['id']}")["enabled"] is True


def test_lists_and_exports_of_a_bound_administrator_leave_customers_elsewhere_out(
    site: Site, owner: Api, fresh: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(customer_bounds, "LOOKED_AT", 3)
    manager = site.administrator("account-manager", "one")
    theirs = [made_with_client(owner, site, fresh, "two")["name"] for _ in range(8)]
    mine = [made_with_client(owner, site, fresh, "one")["name"] for _ in range(3)]

    listed = [each["name"] for each in all_of(manager, "/customers", limit=2)]
    exported = "".join(part["text"] for part in all_of(manager, "/files", limit=500))

    assert listed == sorted(set(listed))
    for names, seen in ((theirs, False), (mine, True)):
        assert all((name in listed) is seen for name in names)
        assert all((f'"{name}"' in exported or name in exported) is seen for name in names)


def all_of(api: Api, path: str, **query: Any) -> list[dict[str, Any]]:
    """The items of all pages."""
    page = api.get(path, **query)
    items: list[dict[str, Any]] = page["items"]
    while page["next"] is not None:
        page = api.get(path, cursor=page["next"], **query)
        items += page["items"]
    return items
