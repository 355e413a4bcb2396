"""Comparisons that take tens of milliseconds, kept out of everybody else's way.

Rules. They run in threads of their own, few at a time. Their queue is bounded: past it a guesser is
told to wait, and so is nobody whose secret succeeded recently, because a success is remembered in
memory under a key that only this process has. Secrets of our own format never come here.
"""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from hmac import digest

from watchword.core import secret_hash
from watchword.core.ports import SecretUpgrade
from watchword.core.secret import HMAC, Secret
from watchword.dialect.refusal import TooManyRequests

QUEUE = 64
THREADS = 1
REMEMBERED = 10_000
RETRY_AFTER = 1  # second


class SlowHashes:
    """process_key: random octets of this process. upgrade: is told of each first success."""

    def __init__(
        self, process_key: bytes, upgrade: SecretUpgrade, threads: int = THREADS, queue: int = QUEUE
    ) -> None:
        self._process_key = process_key
        self._upgrade = upgrade
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="slow-hash")
        self._room = queue
        self._succeeded: dict[bytes, None] = {}

    async def matching(self, value: str, secrets: Iterable[Secret]) -> list[Secret]:
        """Those slow-hashed secrets that `value` is the value of; the first match ends the search.

        Raises TooManyRequests when the queue is full.
        """
        slow = [secret for secret in secrets if secret.kind != HMAC]
        for secret in slow:
            if self._mark(secret, value) in self._succeeded:
                return [secret]
        for secret in slow:
            if await self._run(secret.kind, secret.verifier, value):
                self._remember(self._mark(secret, value))
                self._upgrade.first_success(secret, value)
                return [secret]
        return []

    async def pretend(self, kind: str, value: str) -> None:
        """Take the time of a wrong `value` for a secret of `kind`. Raises TooManyRequests."""
        if kind != HMAC:
            await self._run(kind, secret_hash.stand_in(kind), value)

    def close(self) -> None:
        """Let running comparisons end and start no other."""
        self._threads.shutdown(cancel_futures=True)

    async def _run(self, kind: str, encoded: bytes, value: str) -> bool:
        if self._room == 0:
            raise TooManyRequests(
                "Too many requests; try again shortly.",
                reason="the queue of slow hashes is full",
                retry_after=RETRY_AFTER,
            )
        self._room -= 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(
                self._threads, secret_hash.verify, kind, encoded, value
            )
        finally:
            self._room += 1

    def _mark(self, secret: Secret, value: str) -> bytes:
        text = b"\0".join((secret.id.encode(), secret.verifier, value.encode("utf-8")))
        return digest(self._process_key, text, "sha256")

    def _remember(self, mark: bytes) -> None:
        if len(self._succeeded) >= REMEMBERED:
            del self._succeeded[next(iter(self._succeeded))]
        self._succeeded[mark] = None
