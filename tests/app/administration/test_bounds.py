"""What an administrator that is bound to some issuers reaches, and what it leaves otherwise."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.app.administration.conftest import Api, Site

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
