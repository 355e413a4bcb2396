"""Waiting for a fetch that runs in a thread: by blocking, or by awaiting. Nothing else differs.

A decision that needs something which is being fetched answers with a `Pending`. Whoever asked waits
for it in his own way, and asks again, once.
"""

import concurrent.futures

from msgspec import Struct


class Pending(Struct, frozen=True, kw_only=True):
    """done: ends when the fetch has; its result is None always. timeout: seconds to wait for it."""

    done: concurrent.futures.Future[None]
    timeout: float

    def wait(self) -> None:
        """Blocks this thread until the fetch is done, or `timeout` is over."""
        concurrent.futures.wait((self.done,), self.timeout)

    async def wait_async(self) -> None:
        """The same without blocking the event loop."""
        # Here and not above: threads alone need no event loop, and it is slow to import.
        import asyncio

        # asyncio.wait cancels nothing: whoever gives up leaves the fetch to the others.
        await asyncio.wait((asyncio.wrap_future(self.done),), timeout=self.timeout)
