"""`/healthz`: the process answers. `/readyz`: it can issue tokens now."""

import asyncio
import time
from collections.abc import Callable

from watchword.app.asgi import Header, Receive, Scope, Send, send_answer

_CHECK_SECONDS = 1.0
_PATIENCE_SECONDS = 2.0
_HEADERS: list[Header] = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class Health:
    """check: raises if the store cannot be asked; called in a thread, at most once a second."""

    def __init__(self, check: Callable[[], object]) -> None:
        self.serving = False
        self._check = check
        self._checked_at = -_CHECK_SECONDS
        self._store_answers = False
        self._lock = asyncio.Lock()

    async def healthz(self, scope: Scope, receive: Receive, send: Send) -> None:
        """200 as long as the process runs."""
        await send_answer(send, 200, _HEADERS, b'{"status":"ok"}')

    async def readyz(self, scope: Scope, receive: Receive, send: Send) -> None:
        """200 while issuers are served and the store answers, else 503 with the reason."""
        if not self.serving:
            await send_answer(send, 503, _HEADERS, b'{"status":"not serving"}')
        elif await self._is_store_there():
            await send_answer(send, 200, _HEADERS, b'{"status":"ready"}')
        else:
            await send_answer(send, 503, _HEADERS, b'{"status":"the store does not answer"}')

    async def _is_store_there(self) -> bool:
        async with self._lock:
            if time.monotonic() - self._checked_at >= _CHECK_SECONDS:
                self._store_answers = await self._ask_store()
                self._checked_at = time.monotonic()
        return self._store_answers

    async def _ask_store(self) -> bool:
        try:
            await asyncio.wait_for(asyncio.to_thread(self._check), _PATIENCE_SECONDS)
        except Exception:  # noqa: BLE001 - whatever it is, the store did not answer
            return False
        return True
