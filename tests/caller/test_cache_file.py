"""A token that processes share."""

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.caller.token_server import Reply, Request, numbered, serving, token_reply
from tests.support.patience import PATIENCE
from watchword.caller import TokenSource
from watchword.caller.cache_file import CachedToken, CacheFile
from watchword.caller.errors import UnsafeCache
from watchword.caller.exchange import Presentation

TOKEN = CachedToken(
    access_token="t", obtained_at=1000, expires_at=4600, presentation=Presentation()
)


def a_source(url: str, cache: Path, **options: Any) -> TokenSource:
    return TokenSource(
        token_endpoint=url, client_id="me", client_secret="s", cache=cache, **options
    )


def test_what_is_written_is_read(tmp_path: Path) -> None:
    CacheFile(tmp_path / "c").write("key", TOKEN, 2000)

    assert CacheFile(tmp_path / "c").read("key") == TOKEN
    assert CacheFile(tmp_path / "c").read("other") is None


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        CacheFile(tmp_path / "c").write("key", TOKEN, 2000)
    finally:
        os.umask(old)

    assert stat.S_IMODE((tmp_path / "c").stat().st_mode) == 0o600


def test_tokens_that_have_ended_are_dropped(tmp_path: Path) -> None:
    cache = CacheFile(tmp_path / "c")
    cache.write("old", TOKEN, 2000)
    cache.write("new", TOKEN, 5000)

    assert cache.read("old") is None
    assert cache.read("new") == TOKEN


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o604])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    (tmp_path / "c").write_text("{}")
    (tmp_path / "c").chmod(mode)

    with pytest.raises(UnsafeCache, match="chmod 600"):
        CacheFile(tmp_path / "c")


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("{}")
    (tmp_path / "c").symlink_to(tmp_path / "target")

    with pytest.raises(OSError, match="symbolic"):
        CacheFile(tmp_path / "c").read("key")


@pytest.mark.parametrize("content", [b"", b"rubbish", b"[]", b'{"key": 1}', b'{"key": {}}'])
def test_an_unreadable_file_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "c").write_bytes(content)
    (tmp_path / "c").chmod(0o600)

    assert CacheFile(tmp_path / "c").read("key") is None


def test_two_sources_send_one_request(tmp_path: Path) -> None:
    with serving(numbered()) as server:
        tokens = [a_source(server.url, tmp_path / "c").token() for _ in range(3)]

    assert tokens == ["token-1"] * 3
    assert len(server.requests) == 1


def test_another_scope_is_another_token(tmp_path: Path) -> None:
    with serving(numbered()) as server:
        one = a_source(server.url, tmp_path / "c", scope="a").token()
        two = a_source(server.url, tmp_path / "c", scope="b").token()

    assert one != two


def test_a_rejected_token_is_not_brought_back_by_the_cache(tmp_path: Path) -> None:
    with serving(numbered()) as server:
        source = a_source(server.url, tmp_path / "c")
        source.rejected(source.token())

        assert source.token() == "token-2"
        assert a_source(server.url, tmp_path / "c").token() == "token-2"


def test_a_token_near_its_end_is_renewed_for_all(tmp_path: Path) -> None:
    with serving(numbered(expires_in=3600)) as server:
        a_source(server.url, tmp_path / "c").token()
        content = json.loads((tmp_path / "c").read_text())
        (entry,) = content.values()
        entry["obtained_at"] -= 3400
        entry["expires_at"] -= 3400
        (tmp_path / "c").write_text(json.dumps(content))

        assert a_source(server.url, tmp_path / "c").token() == "token-2"


def test_a_cache_that_cannot_be_written_costs_nobody_the_token(tmp_path: Path) -> None:
    seen: list[Any] = []
    folder = tmp_path / "folder"
    folder.mkdir()
    with serving(numbered()) as server:
        source = a_source(server.url, folder / "c", observe=seen.append)
        folder.rmdir()
        token = source.token()

    assert token == "token-1"
    assert "CacheTrouble" in [type(event).__name__ for event in seen]


@pytest.mark.parametrize("kind", ["folder", "link", "below a file"])
def test_a_cache_that_is_no_file_is_said_in_the_log_with_its_path_and_done_without(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "c"
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.write_text("{}")
        path = path / "below"
    with serving(numbered()) as server:
        token = a_source(server.url, path).token()

    assert token == "token-1"
    assert str(path) in caplog.text


def test_many_processes_that_start_at_once_send_one_request(tmp_path: Path) -> None:
    program = (
        "import sys; from watchword.caller import TokenSource; "
        "print(TokenSource(token_endpoint=sys.argv[1], client_id='me', client_secret='s',"
        " cache=sys.argv[2]).token())"
    )
    with serving(numbered(delay=0.3)) as server:
        command = [sys.executable, "-c", program, server.url, str(tmp_path / "c")]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(5)]
        tokens = [process.communicate(timeout=2 * PATIENCE)[0].strip() for process in running]

    assert tokens == ["token-1"] * 5
    assert len(server.requests) == 1


def test_a_forked_child_is_not_left_waiting_for_its_parents_renewal(tmp_path: Path) -> None:
    program = """
import os, sys, threading
from watchword.caller import TokenSource
account = {'token_endpoint': sys.argv[1], 'client_id': 'me', 'client_secret': 's'}
source = TokenSource(**account, timeout=50, request_timeout=50)
threading.Thread(target=source.token).start()
sys.stdin.readline()  # until the renewal is under way
if os.fork() == 0:
    os._exit(0 if source.token() else 1)
print(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    under_way, of_the_child = threading.Event(), threading.Event()

    def answer(request: Request) -> Reply:
        under_way.set()
        if len(server.requests) > 1:
            of_the_child.set()
        of_the_child.wait(PATIENCE)
        return token_reply("t")

    with serving(answer) as server:
        command = [sys.executable, "-c", program, server.url]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, **pipes) as process:
            under_way.wait(PATIENCE)
            exit_of_the_child, _ = process.communicate("now\n", 2 * PATIENCE)

    assert exit_of_the_child.strip() == "0"
    assert len(server.requests) == 2
