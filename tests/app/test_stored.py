"""What a running server leaves in its store: ledger, last uses, refusals."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import jwt
import pytest

from tests.app.running import Running, World, running, token_request
from tests.app.serving import raw_client
from tests.support.patience import PATIENCE, wait_until


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("data"), "rfc6749", ledger=True)


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Running]:
    with running(world) as started:
        yield started


def jti_of(body: bytes) -> str:
    token = json.loads(body)["access_token"]
    jti: str = jwt.decode(token, options={"verify_signature": False})["jti"]
    return jti


def test_a_token_is_in_the_ledger_before_it_leaves(world: World, server: Running) -> None:
    status, _, body = server.ask(token_request(world.secret))

    assert status == 200
    with world.estate.store.reading() as reading:
        entry = reading.ledger_entry(jti_of(body))
        client = reading.clients()[0]
    assert entry is not None
    assert (entry.client_ref, entry.address) == (client.id, "127.0.0.1")
    assert entry.expires_at - entry.issued_at == 3600


def test_the_last_use_of_a_secret_says_who_it_was(world: World, server: Running) -> None:
    server.ask(token_request(world.secret, headers=("User-Agent: robot/1.0",)))

    def used() -> bool:
        with world.estate.store.reading() as reading:
            (secret,) = reading.secrets(reading.clients()[0].id)
            return secret.id in reading.last_use([secret.id])

    wait_until(used)
    with world.estate.store.reading() as reading:
        (use,) = reading.last_use([reading.secrets(reading.clients()[0].id)[0].id]).values()
    assert use.address == "127.0.0.1"


def test_a_refusal_is_found_by_its_request_id(world: World, server: Running) -> None:
    request = token_request(world.secret[:-1] + "!", headers=("User-Agent: robot/2.0",))
    _, headers, _ = server.ask(request)
    request_id = headers["x-request-id"]

    def stored() -> bool:
        with world.estate.store.reading() as reading:
            return reading.refusal(request_id) is not None

    wait_until(stored)
    with world.estate.store.reading() as reading:
        refusal = reading.refusal(request_id)
        assert refusal is not None
        assert reading.refusals(reading.clients()[0].id) == [refusal]
    assert (refusal.cause, refusal.user_agent) == ("wrong_secret", "robot/2.0")
    assert world.secret not in refusal.reason


def test_every_token_received_before_a_kill_is_in_the_ledger(tmp_path: Path) -> None:
    world = World(tmp_path, "rfc6749", ledger=True)
    received: list[str] = []

    def ask() -> None:
        with raw_client(server.public) as client:
            while True:
                try:
                    client.send(token_request(world.secret))
                    received.append(jti_of(client.answer()[2]))
                except (OSError, EOFError, ValueError):
                    return

    with running(world) as server:
        asking = [threading.Thread(target=ask) for _ in range(8)]
        for thread in asking:
            thread.start()
        wait_until(lambda: len(received) > 200)
        os.kill(server.process.pid, signal.SIGKILL)
        for thread in asking:
            thread.join(PATIENCE)

    with world.estate.store.reading() as reading:
        missing = [jti for jti in received if reading.ledger_entry(jti) is None]
    assert len(received) > 20
    assert missing == []
