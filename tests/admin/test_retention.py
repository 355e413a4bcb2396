"""What is old is forgotten, and the trail says what was dropped of it."""

import pytest

from tests.admin.scene import NOW, context
from watchword.admin.client import CreatedClient
from watchword.admin.estate import Estate
from watchword.admin.retention import Forgotten, forget
from watchword.core.access_token import LedgerEntry
from watchword.core.retention import Retention
from watchword.core.usage import TokenOutcome
from watchword.storage import StoredRefusal, UsageFlusher, verify_chain
from watchword.storage.ledger import write_entries

DAY = 86_400


@pytest.fixture
def used(estate: Estate, created: CreatedClient) -> Estate:
    """An estate with usage, a refusal and a ledger entry at NOW."""
    client = created.client
    usage = UsageFlusher(estate.store, interval=3600)
    usage.record(TokenOutcome(client.issuer_id, NOW, "issued", client.id, "s"))
    usage.record_refusal(
        StoredRefusal(request_id="q", at=NOW, issuer_id=client.issuer_id, cause="expired")
    )
    usage.close()
    entry = LedgerEntry("j", client.issuer_id, client.id, "s", "", "", NOW, NOW + 60)
    write_entries(estate.store.backend, [entry], set())
    return estate


def test_nothing_is_forgotten_before_its_time(used: Estate) -> None:
    assert forget(used, context(NOW + DAY), Retention()) == Forgotten(
        events=0, ledger_days=0, rows=0
    )


def test_what_is_old_is_forgotten_and_events_stay_unless_told(used: Estate) -> None:
    done = forget(used, context(NOW + 500 * DAY), Retention())

    assert done == Forgotten(events=0, ledger_days=1, rows=3)
    with used.store.reading() as reading:
        assert reading.ledger_entry("j") is None
        assert reading.usage(0, NOW + DAY) == []
        (event,) = reading.events(newest_first=True, limit=1)
    assert (event.action, event.detail) == ("retention.drop", {"events": 0, "ledger_days": 1})


def test_old_events_are_dropped_and_the_trail_stays_right(used: Estate) -> None:
    before = verify_chain(used.store).events
    done = forget(used, context(NOW + 40 * DAY), Retention(events=30 * DAY))

    report = verify_chain(used.store)

    assert done.events == before == report.dropped
    assert (report.events, report.fault) == (1, None)
