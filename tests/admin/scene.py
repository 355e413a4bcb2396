"""Who changes something in these tests, and what the trail then says."""

from watchword.admin import find
from watchword.admin.estate import Estate
from watchword.core.client import Client
from watchword.core.event import Context, Event

NOW = 1_800_000_000
DAY = 86_400


def context(now: int = NOW) -> Context:
    """An administrator at the command line."""
    return Context(actor="local:test", source="cli", now=now, request_id="r1")


def events(estate: Estate, action: str | None = None) -> list[Event]:
    """The trail from its beginning, or the events of one action."""
    with estate.store.reading() as reading:
        found = reading.events(limit=1000)
    return [event for event in found if action in (None, event.action)]


def client_named(estate: Estate, client_id: str, issuer: str = "acme") -> Client:
    """The client of that client_id."""
    with estate.store.reading() as reading:
        found = reading.client_named(find.issuer(reading, issuer).id, client_id)
    assert found is not None
    return found
