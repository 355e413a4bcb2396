"""How a worker learns of changes that other processes made, within a second.

Rules. The watcher looks at the change list whenever the back end's pulse says that something may
have changed, and tells `on_changes` what it found. It says None, "forget everything", where the
list cannot tell: it is too far behind, or the version went anywhere but forward (a backup was
put back: the row last seen is gone or is another one). Commits of its own process reach it at
once, and are not told again.

While the database is away nothing can be learnt: what is in memory may be used for `stale_grace`
seconds after the last good look, then everything is forgotten. A worker that slept (a paused
machine) must not answer from memory before it has looked: `is_current` says so, `look` looks.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from watchword.storage.errors import StorageError, StoreUnavailable
from watchword.storage.reading import CHANGES_AT_ONCE, Reading
from watchword.storage.records import Change
from watchword.storage.store import Store

OnChanges = Callable[[Sequence[Change] | None], None]

STALE_GRACE = 60
# A look that is older than this must be repeated before memory is believed.
CURRENT_SECONDS = 0.8
# How long anybody waits for a look.
LOOK_SECONDS = 0.5
# How long to leave a database alone that was away when we looked.
_RETRY_SECONDS = 0.5

_log = logging.getLogger(__name__)


class _News(NamedTuple):
    """Changes, None where the list cannot tell them, and where the list is now."""

    changes: list[Change] | None
    newest: Change | None


class Watcher:
    """Follows the change list of a store on one event loop.

    on_changes: called on the event loop with new changes, or with None for "forget everything".
    stale_grace: seconds. clock: a monotonic one.
    """

    def __init__(
        self,
        store: Store,
        on_changes: OnChanges,
        *,
        stale_grace: float = STALE_GRACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._on_changes = on_changes
        self._stale_grace = stale_grace
        self._clock = clock
        self._seen: Change | None = None
        self._looked_at = clock()
        self._failed_at: float | None = None
        self._forgot = False
        self._behind = True
        self._looking: asyncio.Task[None] | None = None
        # Its own: whatever else waits in threads must not keep it from looking.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="watcher")
        self._watching: asyncio.Task[None] | None = None
        self._unsubscribe: Callable[[], None] = lambda: None

    async def start(self) -> None:
        """Begin where the change list is now: call this before anything is put into memory.

        Raises StoreUnavailable.
        """
        loop = asyncio.get_running_loop()
        began = self._clock()
        self._seen = (await self._read(None)).newest
        self._looked_at = began
        self._unsubscribe = self._store.subscribe(
            lambda changes: loop.call_soon_threadsafe(self._hear, changes)
        )
        self._watching = asyncio.create_task(self._watch())

    async def close(self) -> None:
        """Stop watching."""
        self._unsubscribe()
        for task in (self._watching, self._looking):
            if task is not None:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        self._thread.shutdown(wait=False, cancel_futures=True)

    @property
    def is_away(self) -> bool:
        """Whether the database could not be reached when last asked."""
        return self._failed_at is not None

    def is_current(self, now: float) -> bool:
        """Whether memory may be believed at `now` (of the same clock) without a look.

        While the database is away it may, as long as the grace lasts.
        """
        age = now - self._looked_at
        if self._failed_at is None:
            return age <= CURRENT_SECONDS
        return age <= self._stale_grace

    async def look(self) -> None:
        """Look at the change list now, unless the database was away a moment ago.

        Returns when `on_changes` was told, or the database has not answered for LOOK_SECONDS.
        Never raises: after a failed look memory is empty if the grace is over.
        """
        self._behind = True
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        done, _ = await asyncio.wait({self._looking}, timeout=LOOK_SECONDS)
        if not done:
            self._failed(StoreUnavailable(f"{self._store.url} does not answer"))

    async def _watch(self) -> None:
        pulse = self._store.pulse()
        try:
            while True:
                try:
                    if await pulse.wait() or self._behind:
                        await self.look()
                    else:
                        self._succeeded(self._clock())
                except StorageError as fault:
                    self._failed(fault)
                    await asyncio.sleep(_RETRY_SECONDS)
        finally:
            await pulse.close()

    async def _look(self) -> None:
        if self._failed_at is not None and self._clock() - self._failed_at < _RETRY_SECONDS:
            self._forget_if_too_old()
            return
        try:
            await self._follow()
        except StorageError as fault:
            self._failed(fault)

    async def _follow(self) -> None:
        while True:
            began, seen = self._clock(), self._seen
            news = await self._read(seen)
            # Otherwise own commits were heard meanwhile, and others may stand between them.
            if seen is self._seen:
                break
        self._behind = False
        self._succeeded(began)
        self._seen = news.newest
        if news.changes is None or news.changes:
            self._on_changes(news.changes)

    async def _read(self, seen: Change | None) -> _News:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, _news_since, self._store, seen)

    def _hear(self, changes: Sequence[Change]) -> None:
        """Changes that this process has just made."""
        expected = self._seen.version + 1 if self._seen else 1
        if changes[0].version == expected:
            self._seen = changes[-1]
        self._on_changes(changes)

    def _succeeded(self, at: float) -> None:
        if self._failed_at is not None:
            _log.info("the database %s is back", self._store.url)
        self._failed_at = None
        self._forgot = False
        self._looked_at = at

    def _failed(self, fault: StorageError) -> None:
        if self._failed_at is None:
            _log.warning("the database is away; known clients are served: %s", fault)
        self._behind = True
        self._failed_at = self._clock()
        self._forget_if_too_old()

    def _forget_if_too_old(self) -> None:
        if not self._forgot and self._clock() - self._looked_at > self._stale_grace:
            _log.error("the database has been away for longer than the grace; memory is emptied")
            self._forgot = True
            self._on_changes(None)


def _newest(reading: Reading) -> Change | None:
    newest = reading.changes_since(reading.version() - 1, limit=1)
    return newest[0] if newest else None


def _news_since(store: Store, seen: Change | None) -> _News:
    with store.reading() as reading:
        # The row last seen is read once more: it must still be the same one.
        since = seen.version - 1 if seen else 0
        found = reading.changes_since(since, limit=CHANGES_AT_ONCE)
        if len(found) == CHANGES_AT_ONCE or (seen and found[:1] != [seen]):
            return _News(None, _newest(reading))
    changes = found[1:] if seen else found
    return _News(changes, changes[-1] if changes else seen)
