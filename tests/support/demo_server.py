"""A `watchword demo` as a process of its own, on a free port, ended by its process id."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.support.patience import eventually
from tests.support.process import await_answer, end, free_port, get
from tests.support.token import shared_key
from tests.support.wire import Answer, Door, by_host, by_path

WATCHWORD = str(Path(sys.executable).with_name("watchword"))


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
        answers: list[Answer] = []

        def as_expected() -> bool:
            answers.append(ask())
            return answers[-1].status == status

        eventually(as_expected)
        return answers[-1]

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
        await_answer(lambda: get(f"{url}/readyz"), process, log)
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
