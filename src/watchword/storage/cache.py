"""Clients in memory, so that the token path asks the database only for those it has not met.

Rules. What `drop` names is forgotten. A read that began before a drop is answered to those who
waited for it, but is not kept: it may tell of the time before the change. Whoever asks after the
drop gets a read of their own. Unknown client_ids have a small memory of their own, so that a
flood of them evicts nobody. Both memories are bounded; the oldest entry makes room. After a read
that found the database away, others fail at once for a moment, instead of queueing up behind it.

Everything here belongs to the event loop's thread; the watcher brings news of other threads there.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from watchword.core.ports import NOT_IN_MEMORY, Memory
from watchword.core.record import ClientRecord
from watchword.storage.errors import StoreUnavailable
from watchword.storage.reading import Reading
from watchword.storage.records import Change
from watchword.storage.store import Store

CAPACITY = 100_000
UNKNOWN_CAPACITY = 10_000
_READERS = 4
# Longer than any client_id: what cannot be one is not worth remembering.
_LONGEST = 255
AWAY_SECONDS = 0.25

Key = tuple[str, str]
Answer = TypeVar("Answer")


class ClientCache:
    """The clients of a store, remembered: core's ClientDirectory.

    capacity, unknown_capacity: how many known clients and unknown client_ids are remembered.
    """

    def __init__(
        self, store: Store, capacity: int = CAPACITY, unknown_capacity: int = UNKNOWN_CAPACITY
    ) -> None:
        self._store = store
        self._capacity = capacity
        self._unknown_capacity = unknown_capacity
        self._known: OrderedDict[Key, ClientRecord] = OrderedDict()
        self._unknown: OrderedDict[Key, None] = OrderedDict()
        self._keys: dict[str, Key] = {}
        self._of_customer: dict[str, set[Key]] = {}
        self._reads: dict[Key, asyncio.Task[ClientRecord | None]] = {}
        self._drops = 0
        self._away_until = 0.0
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="client-read")

    def __len__(self) -> int:
        """How many known clients are in memory."""
        return len(self._known)

    def recall(self, issuer_id: str, client_id: str) -> ClientRecord | Memory | None:
        """What is in memory: a client, None for one known not to exist, or NOT_IN_MEMORY."""
        record = self._known.get((issuer_id, client_id))
        if record is not None:
            return record
        return self._unknown.get((issuer_id, client_id), NOT_IN_MEMORY)

    async def read(self, issuer_id: str, client_id: str) -> ClientRecord | None:
        """The client as the store has it; one read for all who ask at the same time.

        Raises StoreUnavailable.
        """
        key = (issuer_id, client_id)
        task = self._reads.get(key)
        if task is None:
            task = self._reads[key] = asyncio.ensure_future(self._read_and_keep(key))
            task.add_done_callback(lambda done: self._forget_read(key, done))
        # One who gives up must not take the read away from the others.
        return await asyncio.shield(task)

    async def read_by_verifiers(
        self, issuer_id: str, verifiers: Sequence[tuple[int, bytes]]
    ) -> ClientRecord | None:
        """The client one of whose secrets has one of (pepper id, verifier); never remembered.

        Raises StoreUnavailable.
        """

        def look_up(reading: Reading) -> ClientRecord | None:
            found = reading.client_record_by_verifiers(issuer_id, verifiers)
            return found[0] if found else None

        return await self._in_thread(look_up)

    def drop(self, changes: Iterable[Change]) -> None:
        """Forget what `changes` name."""
        self._drops += 1
        self._reads.clear()
        for change in changes:
            if change.kind == "client":
                self._drop_client(change.id)
            elif change.kind == "customer":
                for key in self._of_customer.pop(change.id, ()):
                    self._keys.pop(self._known.pop(key).client.id)
            elif change.kind == "clients":
                self.drop_all()

    def drop_all(self) -> None:
        """Forget everything."""
        self._drops += 1
        self._reads.clear()
        self._known.clear()
        self._unknown.clear()
        self._keys.clear()
        self._of_customer.clear()

    def close(self) -> None:
        """End the threads that read."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _read_and_keep(self, key: Key) -> ClientRecord | None:
        drops = self._drops

        record = await self._in_thread(lambda reading: reading.client_record(*key))
        if drops == self._drops:
            self._keep(key, record)
        return record

    async def _in_thread(self, look_up: Callable[[Reading], Answer]) -> Answer:
        def read() -> Answer:
            if time.monotonic() < self._away_until:
                raise StoreUnavailable(f"the database {self._store.url} was away a moment ago")
            try:
                with self._store.reading(snapshot=False) as reading:
                    return look_up(reading)
            except StoreUnavailable:
                self._away_until = time.monotonic() + AWAY_SECONDS
                raise

        return await asyncio.get_running_loop().run_in_executor(self._threads, read)

    def _forget_read(self, key: Key, done: "asyncio.Task[ClientRecord | None]") -> None:
        if self._reads.get(key) is done:
            del self._reads[key]
        if not done.cancelled():
            # Those who waited have it; where nobody waits any more nobody needs to know.
            done.exception()

    def _keep(self, key: Key, record: ClientRecord | None) -> None:
        if record is None:
            self._keep_unknown(key)
            return
        client = record.client
        if client.id in self._keys:
            self._drop_client(client.id)
        if len(self._known) >= self._capacity:
            self._evict()
        self._unknown.pop(key, None)
        self._known[key] = record
        self._keys[client.id] = key
        if client.customer_id is not None:
            self._of_customer.setdefault(client.customer_id, set()).add(key)

    def _keep_unknown(self, key: Key) -> None:
        if len(key[1]) > _LONGEST:
            return
        if len(self._unknown) >= self._unknown_capacity:
            self._unknown.popitem(last=False)
        self._unknown[key] = None

    def _evict(self) -> None:
        _, record = self._known.popitem(last=False)
        self._unlist(record)

    def _drop_client(self, id: str) -> None:
        key = self._keys.get(id)
        if key is not None:
            self._unlist(self._known.pop(key))
        else:
            # It may be new, and its client_id remembered as unknown.
            self._unknown.clear()

    def _unlist(self, record: ClientRecord) -> None:
        """Forget what leads to a record that has just left the memory."""
        client = record.client
        key = self._keys.pop(client.id)
        if client.customer_id is not None:
            of_customer = self._of_customer[client.customer_id]
            of_customer.discard(key)
            if not of_customer:
                del self._of_customer[client.customer_id]
