"""The memory of clients: what it keeps, what it forgets, and what it must not keep."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.storage.things import a_client, a_customer, an_issuer, fill
from tests.support.patience import PATIENCE, until
from watchword.core.ports import NOT_IN_MEMORY
from watchword.core.record import ClientRecord
from watchword.storage import Change, ClientCache, Store, StoreUnavailable
from watchword.storage.reading import Reading


class SlowStore:
    """A store whose reads wait until they are let go. held: how many have read and wait."""

    url = "slow"

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads = 0
        self.held = 0
        self.let_go = threading.Event()
        self.fault: StoreUnavailable | None = None

    @contextmanager
    def reading(self, *, snapshot: bool = True) -> Iterator[Reading]:
        self.reads += 1
        if self.fault is not None:
            raise self.fault
        with self._store.reading(snapshot=snapshot) as reading:
            yield reading
        self.held += 1
        self.let_go.wait(PATIENCE)


@pytest.fixture
def slow(store: Store) -> SlowStore:
    fill(store)
    return SlowStore(store)


def cache_of(store: object, **more: int) -> ClientCache:
    return ClientCache(store, **more)  # type: ignore[arg-type]


def test_a_client_is_read_once_and_remembered(store: Store) -> None:
    fill(store)
    cache = ClientCache(store)

    before = cache.recall("i-acme", "robot")
    read = asyncio.run(cache.read("i-acme", "robot"))

    assert before is NOT_IN_MEMORY
    assert isinstance(read, ClientRecord)
    assert cache.recall("i-acme", "robot") is read
    cache.close()


def test_an_unknown_client_is_remembered_as_unknown(store: Store) -> None:
    fill(store)
    cache = ClientCache(store)

    assert asyncio.run(cache.read("i-acme", "nobody")) is None
    assert cache.recall("i-acme", "nobody") is None
    assert cache.recall("i-other", "nobody") is NOT_IN_MEMORY
    cache.close()


def test_a_flood_of_unknown_client_ids_evicts_nobody(store: Store) -> None:
    fill(store)
    cache = ClientCache(store, capacity=10, unknown_capacity=10)

    async def flood() -> None:
        await cache.read("i-acme", "robot")
        for number in range(50):
            await cache.read("i-acme", f"guess {number}")

    asyncio.run(flood())

    assert cache.recall("i-acme", "robot") is not NOT_IN_MEMORY
    assert cache.recall("i-acme", "guess 0") is NOT_IN_MEMORY
    assert cache.recall("i-acme", "guess 49") is None
    cache.close()


def test_the_memory_is_bounded(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        for number in range(20):
            changing.add_client(a_client(f"c{number}", customer_id="u-Roadrunner"))
    cache = ClientCache(store, capacity=5)

    async def read_all() -> None:
        for number in range(20):
            await cache.read("i-acme", f"c{number}")

    asyncio.run(read_all())

    assert len(cache) == 5
    assert cache.recall("i-acme", "c14") is NOT_IN_MEMORY
    assert cache.recall("i-acme", "c15") is not NOT_IN_MEMORY
    cache.close()


def test_what_changed_is_forgotten_and_nothing_else(store: Store) -> None:
    fill(store)
    with store.changing() as changing:
        changing.add_client(a_client("other"))
    cache = ClientCache(store)

    async def read_both() -> None:
        await cache.read("i-acme", "robot")
        await cache.read("i-acme", "other")

    for change in (
        Change(1, "client", "c-acme-robot"),
        Change(2, "customer", "u-Roadrunner"),
    ):
        asyncio.run(read_both())
        cache.drop([change, Change(3, "issuer", "i-acme"), Change(4, "customer", "nobody")])

        assert cache.recall("i-acme", "robot") is NOT_IN_MEMORY
        assert cache.recall("i-acme", "other") is not NOT_IN_MEMORY
    cache.close()


def test_a_new_client_is_no_longer_remembered_as_unknown(store: Store) -> None:
    fill(store)
    cache = ClientCache(store)
    asyncio.run(cache.read("i-acme", "new"))
    with store.changing() as changing:
        changing.add_client(a_client("new"))
        cache.drop([Change(1, "client", "c-acme-new")])

    assert cache.recall("i-acme", "new") is NOT_IN_MEMORY
    cache.close()


@pytest.mark.parametrize("kind", ["all", "clients"])
def test_everything_can_be_forgotten(store: Store, kind: str) -> None:
    fill(store)
    cache = ClientCache(store)
    asyncio.run(cache.read("i-acme", "robot"))
    asyncio.run(cache.read("i-acme", "nobody"))

    cache.drop_all() if kind == "all" else cache.drop([Change(1, "clients", "i-acme")])

    assert cache.recall("i-acme", "robot") is NOT_IN_MEMORY
    assert cache.recall("i-acme", "nobody") is NOT_IN_MEMORY
    assert len(cache) == 0
    cache.close()


def test_many_who_ask_at_once_share_one_read(slow: SlowStore) -> None:
    cache = cache_of(slow)

    async def ask() -> list[ClientRecord | None]:
        asking = [asyncio.ensure_future(cache.read("i-acme", "robot")) for _ in range(20)]
        await until(lambda: slow.held == 1)
        # One that gives up takes nothing from the others.
        asking[0].cancel()
        slow.let_go.set()
        return await asyncio.gather(*asking[1:])

    records = asyncio.run(ask())

    assert slow.reads == 1
    assert all(record is records[0] is not None for record in records)
    cache.close()


def test_a_read_that_began_before_a_change_is_not_kept(slow: SlowStore) -> None:
    cache = cache_of(slow)

    async def ask() -> tuple[ClientRecord | None, ClientRecord | None]:
        before = asyncio.ensure_future(cache.read("i-acme", "robot"))
        await until(lambda: slow.held == 1)
        with slow._store.changing() as changing:
            changing.update_client(a_client(customer_id="u-Roadrunner", enabled=False))
        cache.drop([Change(1, "client", "c-acme-robot")])
        # Whoever asks now must not be given the old read.
        after = asyncio.ensure_future(cache.read("i-acme", "robot"))
        await until(lambda: slow.held == 2)
        kept_early = cache.recall("i-acme", "robot")
        slow.let_go.set()
        old = await before
        assert kept_early is NOT_IN_MEMORY
        return old, await after

    old, new = asyncio.run(ask())

    assert old is not None
    assert new is not None
    assert (old.client.enabled, new.client.enabled) == (True, False)
    assert cache.recall("i-acme", "robot") is new
    cache.close()


def test_a_database_that_is_away_is_not_asked_again_at_once(
    slow: SlowStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("watchword.storage.cache.AWAY_SECONDS", 1.5)
    cache = cache_of(slow)
    slow.fault = StoreUnavailable("gone")
    slow.let_go.set()

    async def ask() -> None:
        for client_id in ("robot", "robot", "other"):
            with pytest.raises(StoreUnavailable):
                await cache.read("i-acme", client_id)
        slow.fault = None
        await asyncio.sleep(1.6)
        await cache.read("i-acme", "robot")

    asyncio.run(ask())

    assert slow.reads == 2
    assert isinstance(cache.recall("i-acme", "robot"), ClientRecord)
    cache.close()


def test_a_secret_without_client_id_finds_its_client(store: Store) -> None:
    fill(store)
    cache = ClientCache(store)

    found = asyncio.run(cache.read_by_verifiers("i-acme", [(1, (1).to_bytes(32))]))

    assert found is not None
    assert found.client == a_client(customer_id="u-Roadrunner")
    cache.close()


def test_names_that_no_database_can_hold_are_unknown(store: Store) -> None:
    with store.changing() as changing:
        changing.add_issuer(an_issuer())
        changing.add_customer(a_customer())
    cache = ClientCache(store)

    for name in ("nul\0", "\ud800", "x" * 100_000):
        assert asyncio.run(cache.read("i-acme", name)) is None
    cache.close()
