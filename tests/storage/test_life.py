"""What the whole life of a credential leaves in a store."""

import pytest

from tests.storage.fixtures.make import ANSWER, NOTIFICATION, REQUEST
from tests.storage.things import NOW, an_issuer, fill
from watchword.core.notification import Notification
from watchword.core.usage import TokenOutcome
from watchword.storage import (
    Conflict,
    Duplicate,
    Store,
    StoredRefusal,
    UsageFlusher,
    forget_old,
)


def test_an_answer_is_kept_for_the_actor_and_key_until_it_is_old(store: Store) -> None:
    with store.changing() as changing:
        changing.keep_answer(ANSWER)
        with pytest.raises(Duplicate):
            changing.keep_answer(ANSWER)

    with store.reading() as reading:
        assert reading.answer_to("alice", "k") == ANSWER
        assert reading.answer_to("bob", "k") is None
        assert reading.answer_to("alice", "other") is None
    with store.changing() as changing:
        assert changing.forget_answers(NOW) == 0
        assert changing.forget_answers(NOW + 1) == 1
        assert changing.answer_to("alice", "k") is None


def test_a_request_for_credentials_comes_back_and_is_found_by_its_code(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.add_credential_request(REQUEST)

    with store.reading() as reading:
        assert reading.credential_request("r-1") == REQUEST
        assert reading.credential_request_with_code(b"h") == REQUEST
        assert reading.credential_request_with_code(b"other") is None


def test_a_request_that_two_decide_at_once_is_a_conflict(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.add_credential_request(REQUEST)
        stored = changing.update_credential_request(REQUEST)
        with pytest.raises(Conflict):
            changing.update_credential_request(REQUEST)

    assert stored.version == 2


def test_requests_are_listed_in_pages_by_issuer_and_state(store: Store) -> None:
    with store.changing() as changing:
        for issuer in ("a", "b"):
            changing.add_issuer(an_issuer(issuer))
        for number in range(6):
            changing.add_credential_request(
                type(REQUEST)(
                    id=f"r{number}",
                    issuer_id=f"i-{'ab'[number % 2]}",
                    state="open" if number < 4 else "rejected",
                    name="n",
                    email="e",
                    created_at=NOW - number // 2,
                )
            )

    with store.reading() as reading:
        first = reading.credential_requests(limit=4)
        last = first[-1]
        rest = reading.credential_requests(after=(last.created_at, last.id))
        some = reading.credential_requests("i-a", "open")
    assert [each.id for each in first + rest] == ["r4", "r5", "r2", "r3", "r0", "r1"]
    assert [each.id for each in some] == ["r2", "r0"]


def test_a_message_is_put_in_once(store: Store) -> None:
    with store.changing() as changing:
        assert changing.add_notification(NOTIFICATION) is True
        assert changing.add_notification(NOTIFICATION) is False

    with store.reading() as reading:
        assert reading.notifications_due(NOW - 1) == []
        assert reading.notifications_due(NOW) == [NOTIFICATION]
        assert reading.notification("n-1") == NOTIFICATION
        assert reading.notifications_about("s-1") == [NOTIFICATION]


def test_of_two_senders_one_gets_the_message(store: Store) -> None:
    with store.changing() as changing:
        changing.add_notification(NOTIFICATION)
    claims = []
    for _ in range(2):
        with store.changing() as changing:
            claims.append(changing.claim_notification(NOTIFICATION, until=NOW + 60))

    assert claims == [True, False]
    with store.reading() as reading:
        assert reading.notifications_due(NOW + 59) == []
        assert [each.id for each in reading.notifications_due(NOW + 60)] == ["n-1"]


def test_a_message_that_is_done_is_forgotten_when_it_is_old(store: Store) -> None:
    def done(id: str, sent_at: int | None, next_try_at: int | None) -> Notification:
        return Notification(
            id=id,
            channel="webhook",
            recipient="https://hook.example",
            kind="k",
            target="t",
            created_at=NOW,
            attempts=1,
            sent_at=sent_at,
            next_try_at=next_try_at,
        )

    with store.changing() as changing:
        for id in ("sent", "given up", "waiting"):
            changing.add_notification(done(id, None, NOW))
        changing.update_notification(done("sent", NOW, None))
        changing.update_notification(done("given up", None, None))
        assert changing.forget_notifications(NOW) == 0
        assert changing.forget_notifications(NOW + 1) == 2
        assert [each.id for each in changing.notifications_about("t")] == ["waiting"]


def refused(number: int, client_ref: str | None = "c-acme-robot") -> StoredRefusal:
    return StoredRefusal(
        request_id=f"q{number}",
        at=NOW + number,
        issuer_id="i-acme",
        client_ref=client_ref,
        cause="wrong_secret",
        reason="nul \0 and half \ud800",
        user_agent="x" * 1000,
    )


def test_the_latest_refusals_are_kept_one_by_one(store: Store) -> None:
    usage = UsageFlusher(store, interval=3600)
    for number in range(3):
        usage.record_refusal(refused(number))
    usage.close()

    with store.reading() as reading:
        one = reading.refusal("q1")
        assert one is not None
        assert (one.at, one.reason, len(one.user_agent)) == (NOW + 1, "nul  and half ?", 200)
        assert [each.request_id for each in reading.refusals("c-acme-robot")] == ["q2", "q1", "q0"]
        assert len(reading.refusals("c-acme-robot", since=NOW + 2)) == 1
    assert forget_old(store, "refusals", NOW + 2) == 2


def test_a_flood_of_refusals_is_kept_in_part_and_known_clients_first(store: Store) -> None:
    usage = UsageFlusher(store, interval=3600)
    usage._allowed = -36_000 + 5
    for number in range(100):
        usage.record_refusal(refused(number, None if number < 90 else "c-acme-robot"))
    usage.flush()
    usage.record_refusal(refused(100))
    usage.close()

    with store.reading() as reading:
        kept = {f"q{number}" for number in range(101) if reading.refusal(f"q{number}")}
    assert kept >= {"q90", "q94"}
    assert not kept & {"q0", "q50", "q95"}


def test_usage_is_forgotten_when_it_is_old(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchword.storage.forgetting.BATCH", 3)
    usage = UsageFlusher(store, interval=3600)
    for number in range(10):
        usage.record(TokenOutcome(f"i-{number}", NOW, "issued", f"c{number % 2}", "s"))
    usage.record(TokenOutcome("i-acme", NOW + 7200, "issued", "c1", "s"))
    usage.close()

    assert forget_old(store, "usage by the minute", NOW + 60) == 10
    assert forget_old(store, "usage by the hour", NOW + 3600) == 2
    with store.reading() as reading:
        assert [count.at for count in reading.usage(0, NOW + 9999)] == [NOW + 7200]
        assert [count.at for count in reading.usage(0, NOW + 9999, client_ref="c1")] == [NOW + 7200]
