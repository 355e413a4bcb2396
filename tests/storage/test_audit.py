"""The trail's chain: whoever can write the database cannot rewrite history unseen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update

from tests.storage.things import CHAIN_KEY, NOW, an_event
from watchword.storage import (
    StorageError,
    Store,
    TrailFault,
    meta,
    open_store,
    schema,
    verify_chain,
)

EVENT = schema.event


@pytest.fixture
def trail(store: Store) -> Store:
    """A store with ten events."""
    for number in range(5):
        with store.changing() as changing:
            changing.append(an_event(target=f"t{number}", before={"n": number}, issuer_id="i"))
            changing.append(an_event("client.edit", name="Zoë", detail={"π": 3.5}))
    return store


def tamper(store: Store, *statements: Any) -> None:
    with store.backend.writing(durable=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_an_untouched_trail_is_right(trail: Store) -> None:
    report = verify_chain(trail)

    assert (report.events, report.head.seq, report.fault) == (10, 10, None)
    assert report.head == trail.trail_head()


def test_one_is_the_first_to_tell_the_head_each_day(trail: Store) -> None:
    first = []
    for day in (7, 7, 8, 8):
        with trail.changing() as changing:
            first.append(changing.first_to_tell(day))

    assert first == [True, False, True, False]
    assert verify_chain(trail).fault is None


def test_an_empty_trail_is_right(store: Store) -> None:
    report = verify_chain(store)

    assert (report.events, report.fault) == (0, None)


@pytest.mark.parametrize(
    "column", [column.name for column in EVENT.c if column.name not in ("seq", "chain")]
)
def test_a_changed_column_is_named(trail: Store, column: str) -> None:
    value: Any = 1 if column == "at" else '{"n":9}'
    tamper(trail, update(EVENT).where(EVENT.c.seq == 4).values({column: value}))

    assert verify_chain(trail).fault == TrailFault(seq=4, wrong="changed")


def test_a_changed_chain_value_is_named(trail: Store) -> None:
    tamper(trail, update(EVENT).where(EVENT.c.seq == 4).values(chain=bytes(32)))

    assert verify_chain(trail).fault == TrailFault(seq=4, wrong="changed")


def test_two_rows_that_changed_places_are_named(trail: Store) -> None:
    def number(seq: int, new: int) -> Any:
        return update(EVENT).where(EVENT.c.seq == seq).values(seq=new)

    tamper(trail, number(4, 99), number(5, 4), number(99, 5))

    assert verify_chain(trail).fault == TrailFault(seq=4, wrong="changed")


@pytest.mark.parametrize("seq", [1, 6])
def test_a_removed_row_is_named(trail: Store, seq: int) -> None:
    tamper(trail, delete(EVENT).where(EVENT.c.seq == seq))

    assert verify_chain(trail).fault == TrailFault(seq=seq, wrong="removed")


def test_a_removed_row_is_named_though_the_others_moved_up(trail: Store) -> None:
    tamper(trail, delete(EVENT).where(EVENT.c.seq == 6))
    for seq in range(7, 11):
        tamper(trail, update(EVENT).where(EVENT.c.seq == seq).values(seq=seq - 1))

    assert verify_chain(trail).fault == TrailFault(seq=6, wrong="changed")


@pytest.mark.parametrize("seq", [0, 11, -5])
def test_a_row_that_was_put_in_is_named(trail: Store, seq: int) -> None:
    with trail.reading() as reading:
        row = reading.connection.execute(select(EVENT).where(EVENT.c.seq == 3)).mappings().one()
    tamper(trail, insert(EVENT).values({**row, "seq": seq}))

    fault = verify_chain(trail).fault

    assert fault == TrailFault(seq=seq, wrong="put in")


def test_a_cut_off_end_is_named(trail: Store) -> None:
    tamper(trail, delete(EVENT).where(EVENT.c.seq > 7))

    assert verify_chain(trail).fault == TrailFault(seq=8, wrong="cut off")


def cut_and_lower(store: Store) -> None:
    head = schema.meta.c.name == meta.TRAIL
    tamper(
        store,
        delete(EVENT).where(EVENT.c.seq > 7),
        update(schema.meta).where(head).values(number=7),
    )


def cut_and_forge(store: Store) -> None:
    with store.reading() as reading:
        (event,) = reading.events(after=6, limit=1)
    cut_and_lower(store)
    head = update(schema.meta).where(schema.meta.c.name == meta.TRAIL)
    tamper(store, head.values(octets=event.chain + bytes(32)))


@pytest.mark.parametrize("forge", [cut_and_lower, cut_and_forge])
def test_an_end_cut_off_with_a_forged_head_is_noticed(
    trail: Store, forge: Callable[[Store], None]
) -> None:
    forge(trail)

    with pytest.raises(StorageError, match="verify the trail"):
        trail.trail_head()
    assert verify_chain(trail).fault == TrailFault(seq=7, wrong="head")


def test_a_removed_head_is_noticed(trail: Store) -> None:
    tamper(trail, delete(schema.meta).where(schema.meta.c.name == meta.TRAIL))

    with pytest.raises(StorageError, match="removed the 'trail' record"):
        trail.trail_head()
    with pytest.raises(StorageError, match="removed"), trail.changing() as changing:
        changing.append(an_event())
    assert verify_chain(trail).fault == TrailFault(seq=10, wrong="head")


def test_a_removed_key_is_noticed_when_the_database_is_opened(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/w.db"
    store = open_store(url, chain_key=CHAIN_KEY)
    tamper(store, delete(schema.meta).where(schema.meta.c.name == meta.TRAIL_KEY))
    store.close()

    with pytest.raises(StorageError, match="lost its sealed key"):
        open_store(url, chain_key=CHAIN_KEY)


def test_a_long_trail_is_verified_in_batches(trail: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchword.storage.audit._BATCH", 3)
    tamper(trail, delete(EVENT).where(EVENT.c.seq == 9))

    report = verify_chain(trail)

    assert (report.events, report.fault) == (8, TrailFault(seq=9, wrong="removed"))


DAY = 86_400


@pytest.fixture
def long_trail(store: Store) -> Store:
    """A store with three events on each of four days."""
    for day in range(4):
        with store.changing() as changing:
            for _ in range(3):
                changing.append(an_event(at=NOW + day * DAY))
    return store


def test_dropped_days_leave_anchors_from_which_the_chain_goes_on(long_trail: Store) -> None:
    for before in (NOW + DAY, NOW + DAY, NOW + 3 * DAY):
        with long_trail.changing() as changing:
            changing.drop_events(before)
            changing.append(an_event(at=NOW + 9 * DAY))

    report = verify_chain(long_trail)

    assert (report.dropped, report.events, report.fault) == (9, 6, None)
    with long_trail.reading() as reading:
        assert [event.seq for event in reading.events()] == list(range(10, 16))


def test_everything_can_be_dropped_and_the_chain_goes_on(long_trail: Store) -> None:
    with long_trail.changing() as changing:
        dropped = changing.drop_events(NOW + 99 * DAY)
    with long_trail.changing() as changing:
        changing.append(an_event())

    report = verify_chain(long_trail)

    assert (dropped, report.dropped, report.events, report.fault) == (12, 12, 1, None)


def test_an_older_event_behind_a_newer_one_is_not_dropped(store: Store) -> None:
    with store.changing() as changing:
        for at in (NOW, NOW + DAY, NOW):
            changing.append(an_event(at=at))
        dropped = changing.drop_events(NOW + DAY)

    assert dropped == 1
    assert verify_chain(store).events == 2


ANCHOR = schema.trail_anchor


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            update(ANCHOR).where(ANCHOR.c.seq == 6).values(events=1),
            TrailFault(seq=6, wrong="anchor"),
        ),
        (
            update(ANCHOR).where(ANCHOR.c.seq == 6).values(chain=b"x"),
            TrailFault(seq=6, wrong="anchor"),
        ),
        (delete(ANCHOR).where(ANCHOR.c.seq == 3), TrailFault(seq=6, wrong="anchor")),
        (delete(ANCHOR).where(ANCHOR.c.seq == 6), TrailFault(seq=4, wrong="removed")),
        (delete(ANCHOR), TrailFault(seq=1, wrong="removed")),
        (delete(EVENT).where(EVENT.c.seq == 7), TrailFault(seq=7, wrong="removed")),
    ],
)
def test_tampering_with_what_retention_left_is_noticed(
    long_trail: Store, statement: Any, fault: TrailFault
) -> None:
    with long_trail.changing() as changing:
        changing.drop_events(NOW + 2 * DAY)
    tamper(long_trail, statement)

    assert verify_chain(long_trail).fault == fault
