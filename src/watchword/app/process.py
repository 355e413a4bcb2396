"""A worker as a process: the event loop, the signals, and what a parent process hands down.

Started by the supervisor as `python -m watchword.app.process FD [FD]`, with the listening sockets
inherited and the settings as one line of JSON on standard input. It answers "ready" on standard
output, and stops when standard input ends: its parent is gone then.
"""

import asyncio
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from watchword.app import garbage, logs
from watchword.app.logs import log
from watchword.app.settings import InvalidSettings, ServeSettings
from watchword.app.sockets import Sockets

DONE, REFUSED, UNREACHABLE = 0, 1, 3
_BOARD_VARIABLE = "WATCHWORD_BOARD"


def run_worker(
    settings: ServeSettings,
    sockets: Sockets,
    ready: Callable[[], None],
    until: Callable[[Callable[[], None]], None] = lambda stop: None,
) -> None:
    """Serve until SIGTERM or SIGINT. Raises InvalidSettings, StorageError.

    ready: called once connections are accepted. until: given what stops the worker, which it may
    call from any thread.
    """
    # The process of a supervisor, which serves nothing itself, does without.
    from watchword.app.worker import Worker

    async def main() -> None:
        worker = Worker(settings, sockets)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, worker.stop)
        on_hang_up(loop, settings, reload=worker.reload_tls, stop=worker.stop)
        until(lambda: _call(loop, worker.stop))
        await worker.run(ready)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())


def on_hang_up(
    loop: asyncio.AbstractEventLoop,
    settings: ServeSettings,
    *,
    reload: Callable[[], None],
    stop: Callable[[], None],
) -> None:
    """SIGHUP lets the certificate be read again; without one it ends the server.

    So a closed terminal leaves nothing behind, unless `nohup` said that it should.
    """
    if settings.tls_cert is not None:
        loop.add_signal_handler(signal.SIGHUP, reload)
    elif signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop)


def encode_settings(settings: ServeSettings) -> bytes:
    """One line of JSON for a child's standard input."""
    return msgspec.json.encode(settings, enc_hook=str) + b"\n"


def decode_settings(line: bytes) -> ServeSettings:
    """What `encode_settings` wrote."""
    return msgspec.json.decode(line, type=ServeSettings, dec_hook=_path)


def child_environment(board: Path) -> dict[str, str]:
    """The environment of a worker: the parent's, and where tallies are left."""
    return {**os.environ, _BOARD_VARIABLE: str(board)}


def main(descriptors: list[str]) -> int:
    """The life of a worker process; returns its exit code."""
    garbage.put_off()
    from watchword.storage import StorageError, StoreUnavailable

    settings = decode_settings(sys.stdin.buffer.readline())
    logs.configure(settings.log_format, settings.log_level)
    public, *admin = (socket.socket(fileno=int(number)) for number in descriptors)
    board = os.environ.get(_BOARD_VARIABLE)
    sockets = Sockets(
        public=public, admin=admin[0] if admin else None, board=Path(board) if board else None
    )
    try:
        run_worker(settings, sockets, _say_ready, _when_parent_is_gone)
    except StoreUnavailable as fault:
        log.error("worker.failed", reason=str(fault))
        return UNREACHABLE
    except (StorageError, InvalidSettings) as fault:
        log.error("worker.failed", reason=str(fault))
        return REFUSED
    return DONE


def _say_ready() -> None:
    print("ready", flush=True)  # noqa: T201 - the parent reads it


def _when_parent_is_gone(stop: Callable[[], None]) -> None:
    def wait() -> None:
        # Not by way of `sys.stdin`: its lock, held while Python ends, would abort the process.
        while os.read(stdin, 1024):
            pass
        stop()

    stdin = sys.stdin.fileno()

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _call(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(stop)


def _path(type_: type, value: Any) -> Any:
    return Path(value) if type_ is Path else value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
