"""`watchword serve` as a process of its own, in a folder of its own."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.support.patience import PATIENCE, eventually
from tests.support.process import free_port


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
        return self.process.wait(PATIENCE)


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
    def ready() -> bool:
        return "Ctrl-C stops it." in server.said or server.process.poll() is not None

    assert eventually(ready), server.said
    assert server.process.poll() is None, server.said
    return server
