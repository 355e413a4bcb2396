"""The end of a renewal, for which threads and tasks wait side by side."""

import asyncio
import contextlib
import threading


class Settlement:
    """Unsettled when made; settled once, which wakes all who wait."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._waiting: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    def settle(self) -> None:
        """Wake everybody."""
        self._event.set()
        with self._lock:
            waiting, self._waiting = self._waiting, []
        for loop, event in waiting:
            # A loop that has been closed has nobody left who waits.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(event.set)

    def wait(self, seconds: float) -> None:
        """Block this thread until settled, or so many seconds."""
        self._event.wait(max(0.0, seconds))

    async def wait_async(self, seconds: float) -> None:
        """Suspend this task until settled, or so many seconds."""
        event = asyncio.Event()
        with self._lock:
            if self._event.is_set():
                return
            self._waiting.append((asyncio.get_running_loop(), event))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), max(0.0, seconds))
