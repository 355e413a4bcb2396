"""What a server does from time to time: it forgets what is old, and tells the log the trail's head.

The head in the log is what a whole database put back to an earlier day is noticed by. Every worker
of every server does this; whoever comes second finds nothing left to do.
"""

import asyncio
from collections.abc import Callable

from watchword.admin.estate import Estate
from watchword.admin.retention import forget
from watchword.app.logs import log
from watchword.core.event import Context
from watchword.core.retention import Retention
from watchword.storage import StorageError

FIRST_AFTER = 60.0
EVERY = 3600.0
_DAY = 86_400


class Upkeep:
    """One worker's part. clock: epoch seconds. every, first_after: seconds."""

    def __init__(
        self,
        estate: Estate,
        clock: Callable[[], float],
        *,
        retention: Retention | None = None,
        first_after: float = FIRST_AFTER,
        every: float = EVERY,
    ) -> None:
        self._estate = estate
        self._clock = clock
        self._retention = retention or Retention()
        self._first_after = first_after
        self._every = every
        self._told_on = -1

    async def run(self) -> None:
        """Do it again and again, until cancelled."""
        await asyncio.sleep(self._first_after)
        while True:
            await asyncio.to_thread(self.once)
            await asyncio.sleep(self._every)

    def once(self) -> None:
        """Do it now. A database that is away is for the next time."""
        try:
            self._forget()
            self._tell_head()
        except StorageError as fault:
            log.warning("upkeep.failed", reason=str(fault))

    def _forget(self) -> None:
        now = int(self._clock())
        context = Context(actor="server", source="server", now=now)
        done = forget(self._estate, context, self._retention)
        if done.events or done.ledger_days:
            log.info("retention.dropped", events=done.events, ledger_days=done.ledger_days)

    def _tell_head(self) -> None:
        day = int(self._clock()) // _DAY
        if day == self._told_on:
            return
        store = self._estate.store
        head = store.trail_head()
        with store.changing() as changing:
            first = changing.first_to_tell(day)
        if first:
            log.info("trail.head", seq=head.seq, chain=head.chain.hex())
        self._told_on = day
