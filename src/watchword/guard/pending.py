"""Waiting for a fetch that runs in a thread: by blocking, or by awaiting. Nothing else differs.

A decision that needs something which is being fetched is written once, as a generator that yields a
`Pending` and goes on when it has been waited for. `run` drives it in a thread, `run_async` in an
event loop, which is never blocked.
"""

import concurrent.futures
from collections.abc import Generator
from typing import TypeVar

from msgspec import Struct

Result = TypeVar("Result")


class Pending(Struct, frozen=True, kw_only=True):
    """done: ends when the fetch has; its result is None always. timeout: seconds to wait for it."""

    done: concurrent.futures.Future[None]
    timeout: float


Steps = Generator[Pending, None, Result]


def run(steps: Steps[Result]) -> Result:
    """Drives `steps` to its result, blocking this thread while it waits."""
    while True:
        try:
            pending = next(steps)
        except StopIteration as end:
            blocked: Result = end.value
            return blocked
        concurrent.futures.wait((pending.done,), pending.timeout)


async def run_async(steps: Steps[Result]) -> Result:
    """Drives `steps` to its result, awaiting where `run` blocks."""
    while True:
        try:
            pending = next(steps)
        except StopIteration as end:
            awaited: Result = end.value
            return awaited
        # Here and not above: threads alone need no event loop, and it is slow to import.
        import asyncio

        # asyncio.wait cancels nothing: whoever gives up leaves the fetch to the others.
        await asyncio.wait((asyncio.wrap_future(pending.done),), timeout=pending.timeout)
