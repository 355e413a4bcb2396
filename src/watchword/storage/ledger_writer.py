"""The ledger's writer: every token on disk before it leaves.

Rules. Entries that wait are written together: while one commit waits for the disk, the next ones
gather, so that its cost is shared by all who came meanwhile. An entry whose commit is not
confirmed may still be there; an entry that is confirmed always is.
"""

import asyncio
import threading
from collections import deque
from typing import NamedTuple

from watchword.core.access_token import LedgerEntry
from watchword.storage.errors import StorageError, StoreUnavailable
from watchword.storage.ledger import write_entries
from watchword.storage.store import Store

MOST_WAITING = 20_000
_MOST_AT_ONCE = 5_000


class _Waiting(NamedTuple):
    entry: LedgerEntry
    future: "asyncio.Future[None]"


class LedgerWriter:
    """Writes entries for the token path of one event loop: core's Ledger."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_Waiting] = deque()
        self._days: set[int] = set()
        self._wake = threading.Event()
        self._closing = False
        self._thread: threading.Thread | None = None

    async def commit(self, entry: LedgerEntry) -> None:
        """Return once `entry` is on disk. Raises StoreUnavailable."""
        if self._closing or len(self._waiting) >= MOST_WAITING:
            raise StoreUnavailable("the ledger takes no more entries now")
        future = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(entry, future))
        if self._thread is None:
            # Most servers keep no ledger.
            self._thread = threading.Thread(target=self._run, name="ledger", daemon=True)
            self._thread.start()
        self._wake.set()
        await future

    def close(self) -> None:
        """Write what waits, and stop."""
        self._closing = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._closing or self._waiting:
            self._wake.wait()
            self._wake.clear()
            while self._waiting:
                self._write_together()

    def _write_together(self) -> None:
        count = min(len(self._waiting), _MOST_AT_ONCE)
        batch = [self._waiting.popleft() for _ in range(count)]
        fault: StorageError | None = None
        try:
            write_entries(self._store.backend, [each.entry for each in batch], self._days)
        except StorageError as raised:
            fault = raised
            self._days.clear()
        except Exception as raised:  # noqa: BLE001 - whoever waits must hear of it in any case
            fault = StoreUnavailable(f"the ledger could not be written: {type(raised).__name__}")
        _settle_on_loop(batch, fault)


def _settle_on_loop(batch: list[_Waiting], fault: StorageError | None) -> None:
    try:
        batch[0].future.get_loop().call_soon_threadsafe(_settle, batch, fault)
    except RuntimeError:
        # The loop has ended, and nobody waits any more.
        return


def _settle(batch: list[_Waiting], fault: StorageError | None) -> None:
    for each in batch:
        if each.future.done():
            continue
        if fault is None:
            each.future.set_result(None)
        else:
            each.future.set_exception(fault)
