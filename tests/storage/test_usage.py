"""Usage counters: added up in memory, written in batches."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.storage.things import NOW, fill
from tests.support.patience import wait_until
from watchword.core.usage import TokenOutcome
from watchword.storage import LastUse, Store, StoreUnavailable, UsageCount, UsageFlusher

AT = NOW - NOW % 3600 + 65


def issued(at: int = AT, **more: Any) -> TokenOutcome:
    about = {"issuer_id": "i-acme", "outcome": "issued", "client_ref": "c-acme-robot"}
    return TokenOutcome(**about | {"secret_id": "s-1", "at": at} | more)


@pytest.fixture
def flusher(store: Store) -> Iterator[UsageFlusher]:
    fill(store)
    flusher = UsageFlusher(store, interval=3600)
    yield flusher
    flusher.close()


def test_outcomes_are_added_up_by_minute_and_by_hour(store: Store, flusher: UsageFlusher) -> None:
    for at in (AT, AT + 1, AT + 60):
        flusher.record(issued(at))
        flusher.flush()
    flusher.record(issued(AT, outcome="wrong_secret", secret_id=None))
    flusher.record(issued(AT, outcome="unknown_client", client_ref=None, secret_id=None))
    flusher.flush()

    with store.reading() as reading:
        minutes = reading.usage(AT - 5, AT + 100, issuer_id="i-acme")
        hours = reading.usage(AT - 65, AT + 100, client_ref="c-acme-robot")
        assert reading.usage(AT - 5, AT + 100) == minutes
        assert reading.usage(AT - 5, AT + 100, issuer_id="i-other") == []
    acme = {"issuer_id": "i-acme"}
    assert minutes == [
        UsageCount(at=AT - 5, outcome="issued", count=2, **acme),
        UsageCount(at=AT - 5, outcome="unknown_client", count=1, **acme),
        UsageCount(at=AT - 5, outcome="wrong_secret", count=1, **acme),
        UsageCount(at=AT + 55, outcome="issued", count=1, **acme),
    ]
    robot = {"client_ref": "c-acme-robot", "at": AT - 65, **acme}
    assert hours == [
        UsageCount(outcome="wrong_secret", count=1, **robot),
        UsageCount(secret_id="s-1", outcome="issued", count=3, **robot),
    ]


def test_the_last_use_of_a_secret_is_written_once_a_minute(
    store: Store, flusher: UsageFlusher
) -> None:
    seen = []
    for at, address in ((AT, "a"), (AT + 30, "b"), (AT + 61, "c")):
        flusher.record(issued(at, address=address, user_agent="curl/8\0\ud800" + "x" * 500))
        flusher.flush()
        with store.reading() as reading:
            seen.append(reading.last_use(["s-1", "s-2"]))

    agent = "curl/8?" + "x" * 192
    first = {"s-1": LastUse(at=AT, first_at=AT, address="a", user_agent=agent)}
    assert seen == [
        first,
        first,
        {"s-1": LastUse(at=AT + 61, first_at=AT, address="c", user_agent=agent)},
    ]


def test_a_refusal_is_no_use_of_a_secret(store: Store, flusher: UsageFlusher) -> None:
    flusher.record(issued(outcome="expired_secret"))
    flusher.flush()

    with store.reading() as reading:
        assert reading.last_use(["s-1"]) == {}


def test_an_older_use_that_is_written_later_changes_nothing(store: Store) -> None:
    fill(store)
    for at in (AT + 100, AT):
        flusher = UsageFlusher(store, interval=3600)
        flusher.record(issued(at))
        flusher.close()

    with store.reading() as reading:
        assert reading.last_use(["s-1"])["s-1"].at == AT + 100


def test_it_is_written_each_interval_and_when_closed(store: Store) -> None:
    fill(store)
    flusher = UsageFlusher(store, interval=0.05)
    flusher.record(issued())

    def counts() -> list[int]:
        with store.reading() as reading:
            return [each.count for each in reading.usage(AT - 5, AT + 100)]

    wait_until(lambda: counts() == [1])
    flusher.record(issued())
    flusher.close()

    assert counts() == [2]


def test_nothing_is_lost_while_the_database_is_away(
    store: Store, flusher: UsageFlusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def away(*, durable: bool) -> Iterator[None]:
        raise StoreUnavailable("gone")
        yield

    with monkeypatch.context() as patch:
        patch.setattr(store.backend, "writing", away)
        for _ in range(3):
            flusher.record(issued())
            with pytest.raises(StoreUnavailable):
                flusher.flush()
    flusher.flush()

    with store.reading() as reading:
        assert reading.usage(AT - 5, AT + 100)[0].count == 3
    assert flusher.lost == 0


def test_memory_is_bounded_and_what_is_lost_is_counted(
    store: Store, flusher: UsageFlusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchword.storage.usage.MOST_OUTCOMES", 5)
    monkeypatch.setattr("watchword.storage.usage.MOST_SUMS", 3)
    for number in range(7):
        flusher.record(issued(client_ref=f"c{number}", secret_id=f"s{number}"))
    flusher.flush()

    with store.reading() as reading:
        assert reading.usage(AT - 5, AT + 100)[0].count == 5
        assert reading.usage(AT - 65, AT + 1, client_ref="c0") == []
        assert len(reading.usage(AT - 65, AT + 1, client_ref="c4")) == 1
    assert flusher.lost == 2 + 2


def test_who_used_a_secret_is_asked_for_once_a_minute(flusher: UsageFlusher) -> None:
    wanted = [flusher.wants_user_agent(issued(at)) for at in (AT, AT + 1, AT + 59, AT + 60)]

    assert wanted == [True, False, False, True]
    assert flusher.wants_user_agent(issued(AT, secret_id="s-2"))
    assert not flusher.wants_user_agent(issued(AT, secret_id=None))


def test_of_many_uses_in_a_batch_one_that_says_who_it_was_is_kept(
    store: Store, flusher: UsageFlusher
) -> None:
    flusher.record(issued(AT, user_agent="robot/1"))
    flusher.record(issued(AT + 1))
    flusher.flush()

    with store.reading() as reading:
        assert reading.last_use(["s-1"])["s-1"].user_agent == "robot/1"


def test_the_log_hears_of_an_outage_once_and_of_its_end(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    fill(store)
    flusher = UsageFlusher(store, interval=0.01)
    writing = store.backend.writing
    attempts: list[None] = []

    def said(words: str) -> int:
        return len([each for each in caplog.messages if words in each])

    def away(*_: Any, **__: Any) -> Any:
        attempts.append(None)
        raise StoreUnavailable("away")

    monkeypatch.setattr(store.backend, "writing", away)
    flusher.record(issued())
    wait_until(lambda: len(attempts) > 5)
    monkeypatch.setattr(store.backend, "writing", writing)
    wait_until(lambda: said("usage is written again"))
    flusher.close()

    assert said("could not be written") == 1
    assert caplog.messages[-1] == "usage is written again"
