"""A gap is told, and with CI=true it is a failure."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_TEST = """
def test_asks_a_web_server(nginx):
    assert nginx

def test_asks_nobody():
    assert 1
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "conftest.py").write_text((_ROOT / "tests/conftest.py").read_text())
    (tmp_path / "test_it.py").write_text(_TEST)
    return tmp_path


def run(project: Path, *options: str, ci: str) -> subprocess.CompletedProcess[str]:
    # Nothing of the machine's programs is found: neither in PATH nor where Debian's servers are.
    hide = "import tests.support.left_out as it; it._PATH = '/nonexistent'; "
    call = f"{hide}import sys, pytest; sys.exit(pytest.main({[str(project), *options]!r}))"
    return subprocess.run(
        [sys.executable, "-c", call],
        cwd=project,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(_ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_missing_program_leaves_its_tests_out_and_says_so(project: Path) -> None:
    outcome = run(project, ci="")

    assert outcome.returncode == 0
    assert "1 passed, 1 deselected" in outcome.stdout
    assert "left out for want of nginx (nginx-light): 1 test" in outcome.stdout


def test_a_missing_program_is_a_failure_in_ci(project: Path) -> None:
    outcome = run(project, ci="true")

    assert outcome.returncode == 1
    assert "nginx is missing: install nginx-light" in outcome.stdout
