"""Several workers on the same sockets: started, restarted when they die, stopped together.

Rules. The parent binds the sockets and never accepts; the workers inherit them, so that a
connection finds a worker while any lives. A worker that dies is replaced, at once the first time,
then after pauses that double up to ten seconds; one that has run for a minute has a clean record. A
worker that ends before it was ever ready, at the first start, ends the server: what it could not do
the next one cannot. SIGTERM and SIGINT stop all gracefully; SIGHUP goes to all where there is a
certificate to be read again, and stops all where there is none.
"""

import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from watchword.app import garbage
from watchword.app.logs import log
from watchword.app.process import DONE, REFUSED, child_environment, encode_settings, on_hang_up
from watchword.app.settings import ServeSettings
from watchword.app.sockets import Sockets

_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 10.0
_CLEAN_AFTER_SECONDS = 60
# Beyond the time that requests in flight have: closing the store, the last counters.
_KILL_MARGIN_SECONDS = 5


def supervise(settings: ServeSettings, sockets: Sockets, ready: Callable[[], None]) -> int:
    """Run `settings.workers` workers until SIGTERM or SIGINT; the exit code.

    ready: called once all workers accept connections.
    """
    with (
        tempfile.TemporaryDirectory(prefix="watchword-") as board,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_Supervisor(settings, sockets, Path(board), ready).run())


class _Supervisor:
    def __init__(
        self, settings: ServeSettings, sockets: Sockets, board: Path, ready: Callable[[], None]
    ) -> None:
        self._settings = settings
        self._sockets = sockets
        self._board = board
        self._ready = ready
        self._stopping = asyncio.Event()
        self._not_ready = settings.workers
        self._started = False
        self._exit_code = DONE
        self._children: set[asyncio.subprocess.Process] = set()

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        on_hang_up(
            loop,
            self._settings,
            reload=lambda: self._tell(signal.SIGHUP),
            stop=self._stopping.set,
        )
        keepers = [asyncio.create_task(self._keep()) for _ in range(self._settings.workers)]
        await self._stopping.wait()
        # Ours too, or connections would wait at a socket that nobody accepts from.
        self._sockets.close()
        self._tell(signal.SIGTERM)
        within = self._settings.stop_within + _KILL_MARGIN_SECONDS
        await asyncio.wait(keepers, timeout=within)
        self._tell(signal.SIGKILL)
        await asyncio.gather(*keepers)
        return self._exit_code

    async def _keep(self) -> None:
        """Keep one worker running."""
        pause = _FIRST_PAUSE
        while not self._stopping.is_set():
            began = time.monotonic()
            code = await self._run_one()
            if self._stopping.is_set():
                if code != DONE:
                    log.error("worker.died", code=code)
                return
            if not self._started:
                self._give_up(code)
                return
            log.error("worker.died", code=code, restarts_in=pause)
            if time.monotonic() - began > _CLEAN_AFTER_SECONDS:
                pause = _FIRST_PAUSE
            await self._sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _run_one(self) -> int:
        descriptors = [listening.fileno() for listening in self._sockets.listening]
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "watchword.app.process", *map(str, descriptors)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            pass_fds=descriptors,
            env=child_environment(self._board),
        )
        self._children.add(child)
        if self._stopping.is_set():
            child.terminate()
        try:
            await self._introduce(child)
            return await child.wait()
        finally:
            self._children.discard(child)

    async def _introduce(self, child: asyncio.subprocess.Process) -> None:
        """Hand down the settings, and wait until the child is ready or dead."""
        if child.stdin is None or child.stdout is None:
            return
        child.stdin.write(encode_settings(self._settings))
        if await child.stdout.readline() != b"ready\n":
            return
        log.info("worker.ready", pid=child.pid)
        self._not_ready -= 1
        if self._not_ready == 0:
            self._started = True
            garbage.settle()
            self._ready()

    def _give_up(self, code: int) -> None:
        self._exit_code = code if code > 0 else REFUSED
        self._stopping.set()

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    def _tell(self, number: signal.Signals) -> None:
        for child in list(self._children):
            if child.returncode is None:
                child.send_signal(number)
