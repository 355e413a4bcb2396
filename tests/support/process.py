"""Programs as processes of their own: a port, the moment from which they answer, and their end."""

import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.patience import PATIENCE, eventually


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def await_answer(
    ask: Callable[[], object], process: "subprocess.Popen[bytes]", log: Path | None = None
) -> None:
    """Return once `ask` raises no OSError; fails the test if the process ends or stays mute."""

    def answered_or_ended() -> bool:
        try:
            ask()
        except OSError:
            return process.poll() is not None
        return True

    if not eventually(answered_or_ended) or process.poll() is not None:
        said = log.read_text() if log else ""
        pytest.fail(f"{process.args!r} ({process.poll()}) does not answer:\n{said}")


def get(url: str) -> None:
    """Raises an OSError unless the answer is a success."""
    with urlopen(url, timeout=PATIENCE):
        pass


def end(process: "subprocess.Popen[bytes]") -> None:
    """SIGTERM, and SIGKILL where that is not enough."""
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
