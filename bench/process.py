"""A server under test: started on a core of its own, weighed, and stopped."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
_TICKS = os.sysconf("SC_CLK_TCK")
# What a server says once it takes connections: "listens on 8080", or a URL.
_LISTENS = re.compile(r"listens on (\d+)|serves http://127\.0\.0\.1:(\d+)")
START_SECONDS = 30
# Idle is a moment (seconds) of which no more than this share of one core was worked.
_MOMENT, _IDLE = 0.1, 0.15


def cores() -> tuple[int, int]:
    """(the server's core, the load's core); the same one twice where there is but one."""
    available = sorted(os.sched_getaffinity(0))
    return available[0], available[-1]


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Run the block, and what it starts, on `core`."""
    affinity = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, affinity)


def pin_load() -> None:
    """Keep this process off the server's core."""
    os.sched_setaffinity(0, {cores()[1]})


@dataclass
class Server:
    """A running server and its children. Use as a context manager."""

    name: str
    process: subprocess.Popen[bytes]
    port: int
    output: IO[bytes]

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.output.close()

    def cpu_seconds(self) -> float:
        """User and system time of the process and all its descendants so far."""
        return sum(_cpu_ticks(pid) for pid in family(self.process.pid)) / _TICKS

    def resident_mib(self) -> dict[int, float]:
        """Resident set of each process of it, by pid."""
        return {pid: _resident(pid) for pid in family(self.process.pid)}


def start(
    name: str, command: Sequence[str], *, environment: Mapping[str, str] | None = None
) -> Server:
    """Start a server on the server's core; its output, logs too, goes to a file.

    It must say "listens on PORT" or "serves URL" once it takes connections.
    """
    output = tempfile.TemporaryFile()  # noqa: SIM115 - the server closes it
    with on_core(cores()[0]):  # which children keep
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=server_environment(environment or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    return Server(name, process, _await_port(name, process, output), output)


def server_environment(more: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with `more`, as a server on somebody's machine has it.

    Such a server's modules were compiled when it was installed, or by its first start. Where this
    variable forbids that, each start would compile them all again: more than half of its time.
    """
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **more}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def busy_seconds() -> float:
    """Time that all cores together have spent working since the machine started."""
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    idle = fields[3] + fields[4]
    return (sum(fields[:8]) - idle) / _TICKS


def await_quiet(patience: float) -> None:
    """Return once the machine has been idle for a moment, or after `patience` seconds."""
    give_up_at = time.monotonic() + patience
    while time.monotonic() < give_up_at:
        before = busy_seconds()
        time.sleep(_MOMENT)
        if busy_seconds() - before <= _IDLE * _MOMENT:
            return


def python(*arguments: str) -> list[str]:
    """The command that runs this interpreter with `arguments`."""
    return [sys.executable, *arguments]


def _await_port(name: str, process: subprocess.Popen[bytes], output: IO[bytes]) -> int:
    give_up_at = time.monotonic() + START_SECONDS
    while True:
        said = os.pread(output.fileno(), 65536, 0).decode("utf-8", "replace")
        if match := _LISTENS.search(said):
            return int(match[1] or match[2])
        if process.poll() is not None or time.monotonic() > give_up_at:
            process.kill()
            raise RuntimeError(f"{name} did not start:\n{said[-2000:]}")
        time.sleep(0.005)


def family(pid: int) -> list[int]:
    """`pid` and all its descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _stat(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found


def _cpu_ticks(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[11]) + int(fields[12]) if fields else 0


def _stat(pid: int) -> list[str]:
    """Fields of /proc/PID/stat from the third (state) on; empty for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
