"""How one process learns what another has changed."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from tests.storage.things import CHAIN_KEY, a_customer, fill
from tests.support.patience import PATIENCE, until, within_async
from watchword.storage import Change, Store, StoreUnavailable, Watcher, open_store, schema
from watchword.storage.meta import CHANGES

Told = list[Sequence[Change] | None]
GRACE = 1000.0


@pytest.fixture
def other(store: Store, database_url: str) -> Iterator[Store]:
    """The same database, opened once more, as another process would."""
    other = open_store(database_url, chain_key=CHAIN_KEY)
    yield other
    other.close()


def watching(
    store: Store,
    body: Callable[[Watcher, Told], Coroutine[None, None, None]],
    **options: Any,
) -> Told:
    """Run `body` beside a watcher of `store`; what the watcher told."""
    told: Told = []

    async def run() -> None:
        watcher = Watcher(store, told.append, **options)
        await watcher.start()
        try:
            await asyncio.sleep(0.15)
            await body(watcher, told)
        finally:
            await watcher.close()

    asyncio.run(run())
    return told


def add_customer(store: Store, name: str) -> None:
    with store.changing() as changing:
        changing.add_customer(a_customer(name))


def test_a_change_of_another_process_is_told_within_a_second(store: Store, other: Store) -> None:
    fill(store)

    async def body(watcher: Watcher, told: Told) -> None:
        for number in range(3):
            await asyncio.to_thread(add_customer, other, f"new {number}")
            assert await within_async(1, lambda number=number: len(told) == number + 1)

    told = watching(store, body)

    ids = [(change.kind, change.id) for changes in told if changes for change in changes]
    assert ids == [("customer", "u-new 0"), ("customer", "u-new 1"), ("customer", "u-new 2")]


def test_a_change_of_this_process_is_told_at_once_and_only_once(store: Store) -> None:
    async def body(watcher: Watcher, told: Told) -> None:
        await asyncio.to_thread(add_customer, store, "mine")
        assert len(told) == 1
        await asyncio.sleep(0.6)

    told = watching(store, body)

    assert [[change.id for change in changes or ()] for changes in told] == [["u-mine"]]


def test_changes_of_both_are_all_told(store: Store, other: Store) -> None:
    async def body(watcher: Watcher, told: Told) -> None:
        for number in range(10):
            await asyncio.gather(
                asyncio.to_thread(add_customer, store, f"mine {number}"),
                asyncio.to_thread(add_customer, other, f"theirs {number}"),
            )
        await until(lambda: len({c.id for changes in told for c in changes or ()}) == 20)

    told = watching(store, body)

    assert None not in told


def test_one_that_is_too_far_behind_forgets_everything(store: Store, other: Store) -> None:
    async def body(watcher: Watcher, told: Told) -> None:
        def many() -> None:
            with other.changing() as changing:
                for number in range(1500):
                    changing.add_customer(a_customer(f"{number}"))

        await asyncio.to_thread(many)
        await until(lambda: told)
        await asyncio.to_thread(add_customer, other, "next")
        await until(lambda: len(told) == 2)

    told = watching(store, body)

    assert told[0] is None
    assert told[1] is not None
    assert [change.id for change in told[1]] == ["u-next"]


def test_a_list_that_went_back_forgets_everything(store: Store, other: Store) -> None:
    fill(store)

    async def body(watcher: Watcher, told: Told) -> None:
        def restore_and_change_again() -> None:
            # As after a backup was put back: the same versions, other changes.
            with other.backend.writing(durable=True) as connection:
                connection.execute(delete(schema.change).where(schema.change.c.version > 3))
                meta = schema.meta
                connection.execute(update(meta).where(meta.c.name == CHANGES).values(number=3))
            for number in range(4):
                add_customer(other, f"again {number}")

        await asyncio.to_thread(restore_and_change_again)
        await until(lambda: told)

    told = watching(store, body)

    assert told[0] is None


def test_old_changes_are_pruned(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("watchword.storage.changing.CHANGES_KEPT", 3)
    for number in range(6):
        add_customer(store, f"{number}")

    with store.reading() as reading:
        assert [change.version for change in reading.changes_since(0)] == [4, 5, 6]


def test_a_worker_that_slept_is_not_current_until_it_has_looked(store: Store, other: Store) -> None:
    async def body(watcher: Watcher, told: Told) -> None:
        await until(lambda: watcher.is_current(time.monotonic()))
        assert not watcher.is_current(time.monotonic() + 30)
        await asyncio.to_thread(add_customer, other, "meanwhile")
        await watcher.look()
        assert told

    watching(store, body)


class BrokenStore:
    """A store that can be taken away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.url = "broken"
        self.away = False
        self.attempts = 0
        self.subscribe = store.subscribe
        self.pulse = store.pulse

    def reading(self, *, snapshot: bool = True) -> object:
        self.attempts += 1
        if self.away:
            raise StoreUnavailable("gone")
        return self._store.reading(snapshot=snapshot)


def test_after_the_grace_everything_is_forgotten_and_news_come_when_it_is_back(
    store: Store, other: Store
) -> None:
    broken, ahead = BrokenStore(store), [0.0]

    def clock() -> float:
        return time.monotonic() + ahead[0]

    async def body(watcher: Watcher, told: Told) -> None:
        broken.away = True
        await asyncio.to_thread(add_customer, other, "first")
        await until(lambda: watcher.is_away)
        assert (watcher.is_current(clock()), told) == (True, [])
        ahead[0] = 2 * GRACE
        await until(lambda: told)
        assert (watcher.is_current(clock()), told) == (False, [None])
        # Those who look meanwhile are not kept waiting, and do not each ask the database.
        attempts = broken.attempts
        for _ in range(50):
            await watcher.look()
        assert broken.attempts - attempts < 25
        broken.away = False
        await until(lambda: len(told) == 2)
        await until(lambda: watcher.is_current(clock()))

    told = watching(broken, body, stale_grace=GRACE, clock=clock)  # type: ignore[arg-type]

    assert told[1] is not None
    assert [change.id for change in told[1]] == ["u-first"]


def test_a_listening_connection_that_dies_is_replaced(
    postgresql_url: str,
) -> None:
    store = open_store(postgresql_url, chain_key=CHAIN_KEY)

    async def body(watcher: Watcher, told: Told) -> None:
        def kill_the_others() -> None:
            with store.backend.reading(snapshot=False) as connection:
                connection.execute(
                    text(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        " WHERE pid <> pg_backend_pid() AND datname = current_database()"
                    )
                )

        await asyncio.to_thread(kill_the_others)
        await asyncio.to_thread(add_customer, store, "after")
        await until(lambda: told)
        await until(lambda: watcher.is_current(time.monotonic()) and not watcher.is_away)

    told = watching(store, body)
    store.close()

    assert told[0] is not None


def test_a_path_may_hold_what_a_uri_may_not(tmp_path: Path) -> None:
    folder = tmp_path / "50% #1"
    folder.mkdir()
    store = open_store(f"sqlite:///{folder}/w.db", chain_key=CHAIN_KEY)

    async def body(watcher: Watcher, told: Told) -> None:
        assert not watcher.is_away
        await asyncio.to_thread(add_customer, store, "one")
        await until(lambda: told)

    told = watching(store, body)
    store.close()

    assert len(told) == 1


def test_threads_that_are_all_busy_do_not_keep_it_from_looking(store: Store, other: Store) -> None:
    async def body(watcher: Watcher, told: Told) -> None:
        # A thread of its own for the change, since all of the loop's are taken.
        with ThreadPoolExecutor(1) as thread:
            over = Event()
            busy = [asyncio.create_task(asyncio.to_thread(over.wait, PATIENCE)) for _ in range(40)]
            await asyncio.sleep(0.1)
            await asyncio.wrap_future(thread.submit(add_customer, other, "one"))
            told_in_time = await within_async(1, lambda: told)
            over.set()
            await asyncio.gather(*busy)
        assert told_in_time

    assert watching(store, body)[0] is not None
