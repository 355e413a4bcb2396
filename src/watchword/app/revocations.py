"""A client's revocation of its own token, stored with its event."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor

from watchword.admin.errors import ChangeRefused
from watchword.admin.estate import Estate
from watchword.admin.revocation import stop_token
from watchword.core.client import Client
from watchword.core.event import Context
from watchword.core.ports import Unavailable
from watchword.core.revocation import Revocation
from watchword.storage import StorageError


class StoredRevocations:
    """core's Revocations over the store. threads: where the store is written."""

    def __init__(self, estate: Estate, threads: Executor, clock: Callable[[], float]) -> None:
        self._estate = estate
        self._threads = threads
        self._clock = clock

    async def revoke(self, entry: Revocation, client: Client, request_id: str) -> None:
        """Return once `entry` is stored. Raises Unavailable."""
        context = Context(
            actor=client.client_id,
            source="self-service",
            now=int(self._clock()),
            request_id=request_id,
        )
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(
                self._threads, stop_token, self._estate, context, entry, client
            )
        except Unavailable:
            raise
        except (StorageError, ChangeRefused) as fault:
            raise Unavailable(str(fault)) from fault
