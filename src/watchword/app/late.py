"""An application that is imported and made by the first request for it.

A server that nobody asks for it starts sooner, and smaller, without. That first request waits for
the import, and those behind it in the same process with it.
"""

from collections.abc import Callable

from watchword.app.asgi import Application, Receive, Scope, Send


class Late:
    """What `make` makes. make: imports what it needs."""

    def __init__(self, make: Callable[[], Application]) -> None:
        self._make = make
        self._made: Application | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on one request."""
        if self._made is None:
            self._made = self._make()
        await self._made(scope, receive, send)
