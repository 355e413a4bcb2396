"""`watchword token get --cache`, for shell scripts, beside a program with the same file."""

import stat
import subprocess
import sys
from pathlib import Path

from tests.caller.token_server import numbered, serving
from watchword.caller import TokenSource


def token_get(url: str, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    (folder / "secret").write_text("s3cret-s3cret\n")
    command = [sys.executable, "-m", "watchword.cli", "token", "get", "--token-endpoint", url]
    options = ["--client-id", "me", "--secret-file", str(folder / "secret"), *more]
    return subprocess.run(
        [*command, *options, "--cache", str(folder / "cache")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_script_and_a_program_share_one_token(tmp_path: Path) -> None:
    with serving(numbered()) as server:
        first, second = (token_get(server.url, tmp_path) for _ in range(2))
        source = TokenSource(
            token_endpoint=server.url,
            client_id="me",
            client_secret="s3cret-s3cret",
            cache=tmp_path / "cache",
        )
        shared = source.token()

    assert (first.stdout, second.stdout, shared) == ("token-1\n", "token-1\n", "token-1")
    assert len(server.requests) == 1
    assert stat.S_IMODE((tmp_path / "cache").stat().st_mode) == 0o600


def test_a_cache_that_others_can_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("{}")
    (tmp_path / "cache").chmod(0o644)
    done = token_get("http://127.0.0.1:1/", tmp_path)

    assert done.returncode == 2
    assert "chmod 600" in done.stderr
