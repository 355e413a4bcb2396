"""Several workers: one sockets' worth of connections, restarts, and one end for all."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.running import (
    Running,
    World,
    context,
    get,
    raw_client,
    running,
    token_request,
)
from tests.support.patience import PATIENCE, wait_until, within
from watchword.admin.issuer import NewIssuer, create_issuer


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def server(world: World) -> Iterator[Running]:
    with running(world, workers=2) as started:
        yield started


def test_all_workers_answer(world: World, server: Running) -> None:
    assert len(server.worker_pids()) == 2
    answers = [server.ask(token_request(world.secret)) for _ in range(20)]

    assert {status for status, _, _ in answers} == {200}


def test_metrics_add_up_over_all_workers(tmp_path: Path) -> None:
    world = World(tmp_path)

    def issued(server: Running) -> int:
        page = server.ask_admin("/metrics")[2].decode()
        lines = [line for line in page.splitlines() if 'outcome="issued"' in line]
        return sum(int(float(line.rpartition(" ")[2])) for line in lines)

    with running(world, workers=2) as server:
        for _ in range(10):
            server.ask(token_request(world.secret))

        wait_until(lambda: {issued(server) for _ in range(5)} == {10})


def test_a_killed_worker_is_replaced_while_the_other_one_answers(
    world: World, server: Running
) -> None:
    before = server.worker_pids()
    os.kill(before[0], signal.SIGKILL)

    assert server.ask(get("/healthz"))[0] == 200
    wait_until(lambda: len(set(server.worker_pids()) - set(before)) == 1)
    wait_until(lambda: len(server.lines("worker.ready")) == 3)
    assert server.lines("worker.died")[0]["code"] == -signal.SIGKILL
    assert server.ask(token_request(world.secret))[0] == 200


def test_every_worker_knows_a_change_within_a_second(world: World, server: Running) -> None:
    create_issuer(world.estate, context(), NewIssuer(name="late", url="http://auth.test/late"))

    def known_to_all() -> bool:
        answers = {server.ask(get("/late/.well-known/jwks.json"))[0] for _ in range(10)}
        return answers == {200}

    assert within(1, known_to_all)


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_the_server_with_0(
    tmp_path: Path, workers: int, number: signal.Signals
) -> None:
    # With nothing in flight it does not wait until the time for that is over.
    with running(World(tmp_path), workers=workers, stop_within=2 * int(PATIENCE)) as server:
        assert server.stop(number) == 0
        assert len(server.lines("server.stopped")) == 1
        assert server.lines("worker.died") == []
        assert "Fatal" not in server.log


@pytest.mark.parametrize("workers", [1, 2])
def test_no_request_is_lost_when_the_server_stops_under_load(tmp_path: Path, workers: int) -> None:
    world = World(tmp_path)
    statuses: list[int] = []
    ended: list[bool] = []

    def load(server: Running) -> None:
        request = token_request(world.secret)
        with raw_client(server.public) as client:
            while True:
                client.send(request)
                status, headers, body = client.answer()
                assert json.loads(body)["access_token"]
                statuses.append(status)
                if headers.get("connection") == "close":
                    ended.append(True)
                    return

    with running(world, workers=workers) as server:
        threads = [threading.Thread(target=load, args=(server,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(statuses) > 20)

        assert server.stop() == 0
        for thread in threads:
            thread.join(PATIENCE)
    assert len(statuses) > 20
    assert set(statuses) == {200}
    assert len(ended) == len(threads)


def test_workers_stop_when_their_parent_is_killed(tmp_path: Path) -> None:
    with running(World(tmp_path), workers=2) as server:
        pids = server.worker_pids()
        server.process.kill()
        server.process.wait()

        wait_until(lambda: not any(Path(f"/proc/{pid}/cmdline").exists() for pid in pids))


def test_a_server_that_no_worker_can_start_ends_with_the_workers_code(tmp_path: Path) -> None:
    world = World(tmp_path)
    with pytest.raises(AssertionError, match="cannot be imported"):
        Running(world.settings(workers=2, sample_api="nowhere:app"), tmp_path / "log")


def test_usage_is_stored_when_the_server_stops(tmp_path: Path) -> None:
    world = World(tmp_path)
    with running(world) as server:
        server.ask(token_request(world.secret))
        server.stop()

    with world.estate.store.reading() as reading:
        issuer = reading.issuers()[0]
        client = reading.client_named(issuer.id, "acme")
        assert client
        secret = reading.secrets(client.id)[0]
        assert reading.last_use([secret.id])[secret.id].address == "127.0.0.1"
