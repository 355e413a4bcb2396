"""A `watchword demo` as a process of its own, on a free port, ended by its process id."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests.support.token import shared_key
from tests.support.wire import Answer, Door, by_host, by_path

WATCHWORD = str(Path(sys.executable).with_name("watchword"))
_PATIENCE = 60.0


class DemoClient(NamedTuple):
    """A client of demo.json."""

    client_id: str
    client_secret: str
    scopes: tuple[str, ...]


class Demo(NamedTuple):
    """A running demo. data: its DATA folder. known: demo.json, read."""

    process: subprocess.Popen[bytes]
    data: Path
    known: dict[str, Any]
    output: Path
    log: Path

    @property
    def port(self) -> int:
        return int(self.known["base_url"].rsplit(":", 1)[1])

    def door(self, vendor: str, way: str = "path") -> Door:
        """way: "path" for `/kamoa/...`, "host" for `kamoa.localhost`."""
        url = f"http://127.0.0.1:{self.port}/{vendor}"
        return by_host(url) if way == "host" else by_path(url)

    def client(self, vendor: str, number: int = 0) -> DemoClient:
        found = self.known["issuers"][vendor]["clients"][number]
        return DemoClient(found["client_id"], found["client_secret"], tuple(found["scopes"]))

    def shared_key(self, vendor: str) -> bytes:
        """The HS256 key with which the demo's sample API verifies this vendor's tokens."""
        return shared_key(self.data / "sample-api" / f"{vendor}.jwks.json")

    def settled(self, ask: Callable[[], Answer], status: int) -> Answer:
        """The answer once it has `status`.

        What a command changes is known within a second; how long it takes is tested elsewhere, so
        a busy machine is forgiven.
        """
        deadline = time.monotonic() + 10
        answer = ask()
        while answer.status != status and time.monotonic() < deadline:
            time.sleep(0.05)
            answer = ask()
        return answer

    @contextmanager
    def disabled(self, kind: str, *name: str) -> Iterator[None]:
        """Disable an issuer, customer or client for the length of the block."""
        self.command(kind, "disable", *name)
        try:
            yield
        finally:
            self.command(kind, "enable", *name)

    def command(self, *arguments: str) -> Any:
        """What a `watchword` command with --json prints, on this demo's data."""
        return command(self.data, *arguments)


def command(data: Path, *arguments: str) -> Any:
    """Run `watchword ... --json --data DATA`; fails the test where it exits with an error."""
    done = subprocess.run(
        [WATCHWORD, *arguments, "--json", "--data", str(data)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"watchword {' '.join(arguments)}: {done.stderr}"
    return json.loads(done.stdout) if done.stdout.strip() else None


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def await_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once `url`/readyz answers 200; fails the test if the process ends or stays mute."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server ended with {process.returncode}:\n{log.read_text()}")
        try:
            with urlopen(f"{url}/readyz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.05)
    pytest.fail(f"the server was not ready after {_PATIENCE:g} s:\n{log.read_text()}")


def end(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM, and SIGKILL where that is not enough."""
    process.terminate()
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def running_demo(
    folder: Path, *options: str, port: int | None = None, environ: dict[str, str] | None = None
) -> Iterator[Demo]:
    """Run `watchword demo` with its data in `folder`/data; ends it with the block."""
    data, output, log = folder / "data", folder / "stdout", folder / "stderr"
    url = f"http://127.0.0.1:{port or free_port()}"
    arguments = [WATCHWORD, "demo", "--listen", url.removeprefix("http://"), "--data", str(data)]
    with output.open("wb") as out, log.open("ab") as err:
        process = subprocess.Popen(
            [*arguments, *options],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env={**os.environ, **(environ or {})},
        )
    try:
        await_ready(url, process, log)
        known = json.loads((data / "demo.json").read_text())
        yield Demo(process, data, known, output, log)
    finally:
        end(process)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo that all tests share: look, ask for tokens, change nothing."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="module")
def own_demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of this module's own, for tests that disable, expire and revoke."""
    with running_demo(tmp_path_factory.mktemp("own-demo")) as running:
        yield running
