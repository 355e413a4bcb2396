"""Requests for credentials on the command line."""

import os
from pathlib import Path

from tests.cli.program import Program
from watchword.admin.credential_request import NewRequest, submit
from watchword.admin.set_up import Place, open_estate
from watchword.core.event import Context

NOW = 1_795_000_000


def ask(folder: Path) -> str:
    """A request that came in over HTTP."""
    data = folder / "watchword-data"
    place = Place(data=data, database=f"sqlite:///{data}/watchword.db", environ={})
    estate = open_estate(place, os.urandom)
    with estate.store.reading() as reading:
        issuer = reading.issuer_named("acme")
    assert issuer is not None
    asked = Context(actor="anyone", source="self-service", now=NOW, address="192.0.2.7")
    request = submit(estate, asked, issuer.id, NewRequest(name="W", email="w@acme.example"))
    estate.store.close()
    return request.id


def test_an_approved_link_that_leads_nowhere_is_warned_of(prepared: Program) -> None:
    nowhere = prepared.ok("request", "approve", ask(prepared.folder))
    prepared.ok("issuer", "edit", "acme", "--endpoint", "requests=/credentials/requests")
    somewhere = prepared.ok("request", "approve", ask(prepared.folder))

    assert "warning: the link leads nowhere" in nowhere.err
    assert somewhere.err == ""


def test_requests_are_listed_with_the_clock_approved_and_rejected(prepared: Program) -> None:
    first, second = ask(prepared.folder), ask(prepared.folder)
    listed = prepared.json("request", "list", "--state", "open")["items"]
    approved = prepared.json("request", "approve", first, "--client-id", "wile", "--scope", "read")
    rejected = prepared.json("request", "reject", second, "--reason", "No.")

    assert {each["id"] for each in listed} == {first, second}
    assert all(each["due_at"] and "due" in each["answer"] for each in listed)
    assert approved["link"].startswith("https://api.example.com/credentials/claim#")
    assert rejected["state"] == "rejected"
    assert "version" not in prepared.ok("request", "show", first).out
    assert prepared.ok("request", "list", "--state", "approved").out.rstrip().endswith(" UTC")
    assert prepared.json("client", "show", "wile", "--issuer", "acme")["scopes"] == ["read"]
