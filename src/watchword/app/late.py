"""An application that is imported and made by the first request for it.

A server that nobody asks for it starts sooner, and smaller, without. The import runs in a thread:
only those who ask for this application wait for it.
"""

import asyncio
from collections.abc import Callable

from watchword.app.asgi import Application, Receive, Scope, Send


class Late:
    """What `make` makes. make: imports what it needs; called once, in a thread."""

    def __init__(self, make: Callable[[], Application]) -> None:
        self._make = make
        self._made: Application | None = None
        self._making = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request."""
        application = self._made or await self._make_once()
        await application(scope, receive, send)

    async def _make_once(self) -> Application:
        async with self._making:
            if self._made is None:
                self._made = await asyncio.to_thread(self._make)
        return self._made
