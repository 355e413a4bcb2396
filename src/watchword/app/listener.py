"""One bound socket and the connections accepted from it, from start to graceful stop."""

import asyncio
import contextlib
import socket
import ssl
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import cast

from uvicorn.config import Config
from uvicorn.server import ServerState

from watchword.app.asgi import Application
from watchword.app.limits import DEFAULT, Limits
from watchword.app.protocol import BoundedProtocol, InOwnWords

# How long connections in use have for one more request, whose answer tells them to close: closing
# them ourselves could cross a request on its way.
_LAST_REQUEST_SECONDS = 0.5
_HANDSHAKE_SECONDS = 10.0


class Listener:
    """Serves `app` on `listening`; `start`, then `stop` once."""

    def __init__(
        self,
        app: Application,
        listening: socket.socket,
        *,
        tls: ssl.SSLContext | None = None,
        limits: Limits = DEFAULT,
        count_refusal: Callable[[int], None] = lambda status: None,
        in_own_words: InOwnWords = lambda request, refused: None,
    ) -> None:
        self._listening = listening
        self._tls = tls
        self._limits = limits
        self._count_refusal = count_refusal
        self._in_own_words = in_own_words
        self._config = Config(
            app,
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
        )
        self._config.load()
        self._state = ServerState()
        self._server: asyncio.Server | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Accept connections from now on."""
        loop = asyncio.get_running_loop()
        self._set_date()
        create = (
            loop.create_unix_server
            if self._listening.family == socket.AF_UNIX
            else loop.create_server
        )
        self._server = await create(
            self._connection,
            sock=self._listening,
            ssl=self._tls,
            ssl_handshake_timeout=_HANDSHAKE_SECONDS if self._tls else None,
            backlog=2048,
        )
        self._ticking = asyncio.create_task(self._tick())

    async def stop(self, within: float) -> None:
        """Accept no more, let requests in flight finish, and cut off after `within` seconds."""
        if self._server is not None:
            self._server.close()
        for connection in self._connections():
            connection.announce_end()
        await self._until_quiet(min(within, _LAST_REQUEST_SECONDS))
        for connection in self._connections():
            connection.shutdown()
        await self._until_quiet(within)
        for connection in self._connections():
            connection.transport.abort()
        for task in list(self._state.tasks):
            task.cancel()
        if self._ticking is not None:
            self._ticking.cancel()

    def _connection(self) -> BoundedProtocol:
        return BoundedProtocol(
            self._config,
            self._state,
            {},
            limits=self._limits,
            count_refusal=self._count_refusal,
            in_own_words=self._in_own_words,
        )

    def _connections(self) -> list[BoundedProtocol]:
        return [cast("BoundedProtocol", each) for each in self._state.connections]

    async def _until_quiet(self, within: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                while self._state.connections or self._state.tasks:  # noqa: ASYNC110 - uvicorn's sets
                    await asyncio.sleep(0.01)

    async def _tick(self) -> None:
        """The Date header, and connections whose deadline has passed."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(self._limits.tick_seconds)
            self._set_date()
            now = loop.time()
            for connection in self._connections():
                connection.expire(now)

    def _set_date(self) -> None:
        date = formatdate(time.time(), usegmt=True).encode()
        self._state.default_headers = [(b"date", date)]
