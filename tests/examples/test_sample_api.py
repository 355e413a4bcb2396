"""The example runs by itself, as its first lines say, beside a demo."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.demo_server import Demo
from tests.support.process import await_answer, end, free_port
from tests.support.wire import Door, basic, by_path

ROOT = Path(__file__).parents[2]
LINK = ROOT / "src" / "watchword" / "cli" / "demo" / "sample_api.py"


@pytest.fixture
def alone(demo: Demo, tmp_path: Path) -> Iterator[Door]:
    """The sample API in a process of its own; a door to Kashimi's part of it."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "--app-dir", "examples", "sample_api:app"]
    environ = {**os.environ, "SAMPLE_API": str(demo.data / "sample-api")}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd=ROOT, env=environ, stdout=log, stderr=log
        )
    door = by_path(f"http://127.0.0.1:{port}/kashimi")
    try:
        await_answer(lambda: door.get("/payments"), process)
        yield door
    finally:
        end(process)


def test_it_takes_the_demos_tokens_and_refuses_without(alone: Door, demo: Demo) -> None:
    client = demo.client("kashimi")
    answer = demo.door("kashimi").post_form(
        "/api/v1/auth/token",
        {"grant_type": "client_credentials", "scope": "payments:read"},
        basic(client.client_id, client.client_secret),
    )
    authorization = f"Bearer {answer.json['access_token']}"

    assert alone.get("/payments", authorization).json["payments"]
    assert alone.get("/providers", authorization).status == 403
    assert alone.get("/payments").status == 401


def test_what_it_does_not_have_is_a_problem(demo: Demo) -> None:
    door = demo.door("kashimi")

    answers = [door.get("/no-such-path"), door.post_json("/providers", {})]

    assert [answer.status for answer in answers] == [404, 405]
    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["status"] == answer.status


def test_the_package_has_no_copy_of_its_own() -> None:
    assert LINK.resolve() == ROOT / "examples" / "sample_api.py"
