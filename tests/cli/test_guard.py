"""`watchword guard serve`: what it refuses to start with, and what it needs to be installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import Program

SERVE = ("guard", "serve", "--issuer", "http://127.0.0.1:1")


def test_a_rules_file_with_a_fault_is_refused_with_the_nearest_word(program: Program) -> None:
    (program.folder / "rules.toml").write_text('[[rule]]\npath = "/a"\nmethod = ["GET"]\n')
    outcome = program.run(*SERVE, "--rules", "rules.toml", "--json")

    assert outcome.code == 2
    assert outcome.error["error"] == "invalid_rules"
    assert (
        "rules.toml, line 3: there is no key 'method'; did you mean 'methods'?"
        in (outcome.error["message"])
    )


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--rules", "none.toml"), "no_file", "none.toml cannot be read"),
        (("--shared-key-file", "none"), "no_file", "none cannot be read"),
        (("--listen", "0.0.0.0:8090"), "invalid_setting", "in the clear"),
        (("--listen", "8090"), "invalid_setting", "is no address"),
        (("--jwks-uri", "http://a", "--issuer", "http://b"), "usage", "--jwks-uri is for one"),
        (("--budget", "0"), "usage", "--budget"),
        (("--issuer", "nourl"), "invalid_guard", "the issuer is not a URL"),
        (("--issuer", "http://auth.example"), "invalid_guard", "https is needed"),
        (("--audience", ""), "invalid_guard", "audience is empty"),
        (("--jwks-uri", "http://auth.example/jwks"), "invalid_guard", "https is needed"),
    ],
)
def test_what_cannot_work_is_refused_before_it_listens(
    options: tuple[str, ...], code: str, told: str, program: Program
) -> None:
    outcome = program.run(*SERVE, *options, "--json")

    assert outcome.code == 2
    assert outcome.error["error"] == code
    assert told in outcome.error["message"]


def test_an_unknown_dialect_is_refused_with_the_nearest_one(program: Program) -> None:
    outcome = program.run(*SERVE, "--dialect", "kamoo", "--json")

    assert (outcome.code, outcome.error["hint"]) == (1, "did you mean 'kamoa'?")


_WITHOUT = """
import sys
for name in {missing!r}:
    sys.modules[name] = None
sys.argv[1:] = {arguments!r}
from watchword.cli.main import main
main()
"""
_SERVERS = ("sqlalchemy", "alembic", "psycopg", "starlette", "argon2", "bcrypt")


def without(
    missing: tuple[str, ...], *arguments: str, cwd: Path
) -> "subprocess.CompletedProcess[str]":
    """Run `watchword` as if `missing` were not installed."""
    program = _WITHOUT.format(missing=missing, arguments=list(arguments))
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=500,
        cwd=cwd,
        check=False,
    )


@pytest.mark.parametrize("missing", ["uvicorn", "httptools", "uvloop", "click"])
def test_a_missing_part_is_told_with_the_small_extra_that_brings_it(
    missing: str, tmp_path: Path
) -> None:
    done = without((missing,), *SERVE, cwd=tmp_path)

    assert done.returncode == 2
    assert 'pip install "watchword[guard-server]"' in done.stderr


def test_nothing_of_the_servers_is_needed(tmp_path: Path) -> None:
    missing = (*_SERVERS, "rich", "prometheus_client")
    # It comes as far as binding its address, for which all is loaded.
    done = without(missing, *SERVE, "--listen", "192.0.2.1:9", "--private-network", cwd=tmp_path)

    assert done.returncode == 2
    assert "cannot listen at 192.0.2.1:9" in done.stderr
