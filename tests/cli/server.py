"""`watchword serve` as a process of its own, in a folder of its own."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_PATIENCE = 60.0


@dataclass(frozen=True)
class Server:
    """A running server. said: what it has written to standard error until now."""

    process: subprocess.Popen[bytes]
    log: Path
    url: str
    admin_url: str

    @property
    def said(self) -> str:
        return self.log.read_text()

    def stop(self) -> int:
        """End it as Ctrl-C does; its exit code back."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(_PATIENCE)


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextlib.contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """`watchword serve` in `folder`, until the block ends."""
    port, admin_port = free_port(), free_port()
    log = folder / "server.log"
    with log.open("wb") as err:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "watchword.cli", "serve"),
                *("--listen", f"127.0.0.1:{port}", "--admin-listen", f"127.0.0.1:{admin_port}"),
            ],
            cwd=folder,
            stderr=err,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"]},
        )
    try:
        urls = (f"http://127.0.0.1:{port}", f"http://127.0.0.1:{admin_port}")
        yield _ready(Server(process, log, *urls))
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _ready(server: Server) -> Server:
    deadline = time.monotonic() + _PATIENCE
    while "Ctrl-C stops it." not in server.said:
        assert server.process.poll() is None, server.said
        assert time.monotonic() < deadline, server.said
        time.sleep(0.05)
    return server
