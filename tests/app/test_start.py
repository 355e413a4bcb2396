"""What `watchword serve` does before its first token, and what it leaves for later."""

import asyncio
import contextlib
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.asgi_calls import call, scope_of
from tests.app.running import World, raw_client, token_request
from tests.support.patience import PATIENCE, wait_until
from watchword.app.address import Address
from watchword.app.asgi import Application, Message, Receive, Scope, Send, send_answer
from watchword.app.late import Late

# Administration, proxies, e-mail, migrations, other engines, slow hashes, the ORM.
NOT_FOR_A_TOKEN = {
    "watchword.app.administration.application",
    "watchword.app.notify.delivery",
    "watchword.app.verify",
    "watchword.guard",
    "watchword.storage.postgresql",
    "alembic",
    "argon2",
    "http.client",
    "psycopg",
    "rich",
    "smtplib",
    "sqlalchemy.ext",
    "sqlalchemy.orm",
    "starlette",
}
ONLY_FOR_SERVING = {"watchword.app.worker", "watchword.oauth.token", "httptools", "uvicorn"}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("data"))


@contextlib.contextmanager
def started(world: World, *options: str) -> Iterator[Path]:
    """`watchword serve` once it has answered its first request with a token.

    Its standard error back, where Python has said what that process imported.
    """
    said = world.data / "imports.log"
    with said.open("wb") as err:
        process = subprocess.Popen(
            [
                *(sys.executable, "-X", "importtime", "-m", "watchword.cli", "serve"),
                *("--data", str(world.data), "--listen", "127.0.0.1:0", "--admin-listen", "off"),
                *options,
            ],
            stderr=err,
        )
    try:
        wait_until(lambda: process.poll() is not None or "Ctrl-C" in said.read_text())
        [port] = re.findall(r"serves http://127\.0\.0\.1:(\d+)", said.read_text())
        with raw_client(Address(host="127.0.0.1", port=int(port))) as client:
            client.send(token_request(world.secret))
            assert client.status() == 200
        yield said
    finally:
        process.terminate()
        process.wait(PATIENCE)


def imported(said: Path) -> set[str]:
    return set(re.findall(r"^import time: .* ([\w.]+)$", said.read_text(), re.MULTILINE))


def test_the_first_token_is_there_without_what_no_token_needs(world: World) -> None:
    with started(world) as said:
        modules = imported(said)

    assert "watchword.app.worker" in modules
    assert modules & NOT_FOR_A_TOKEN == set()


def test_a_supervisor_does_without_what_its_workers_serve_with(world: World) -> None:
    with started(world, "--workers", "2") as said:
        modules = imported(said)

    assert "watchword.app.supervisor" in modules
    assert modules & (NOT_FOR_A_TOKEN | ONLY_FOR_SERVING) == set()


def test_garbage_is_not_looked_for_before_a_server_has_started(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import gc\n"
        "from watchword.app import garbage\n"
        "garbage.put_off()\n"
        "print(gc.isenabled())\n"
        "garbage.settle()\n"
        "print(gc.isenabled(), gc.get_freeze_count() > 1000, gc.get_threshold()[0] > 700)\n"
    )

    said = subprocess.run([sys.executable, program], capture_output=True, text=True, check=True)

    assert said.stdout.split() == ["False", "True", "True", "True"]


def test_a_late_application_is_made_once_by_its_first_request() -> None:
    made = []

    async def hello(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send_answer(send, 200, [], b"hello")

    def make() -> Application:
        made.append("hello")
        return hello

    late = Late(make)

    assert made == []
    assert [call(late, scope_of()).body for _ in range(2)] == [b"hello", b"hello"]
    assert made == ["hello"]


def test_while_a_late_application_is_made_the_loop_goes_on_and_it_is_made_once() -> None:
    free, made = threading.Event(), []

    async def nothing(_scope: Scope, _receive: Receive, _send: Send) -> None:
        pass

    async def ask(application: Application) -> None:
        async def silence(*_: object) -> Message:
            return {}

        await application(scope_of(), silence, silence)

    def make() -> Application:
        # Only a loop that goes on sets it.
        made.append(free.wait(PATIENCE))
        return nothing

    async def requests() -> None:
        late = Late(make)
        asked = [asyncio.create_task(ask(late)) for _ in range(3)]
        await asyncio.sleep(0)
        free.set()
        await asyncio.gather(*asked)

    asyncio.run(requests())

    assert made == [True]
