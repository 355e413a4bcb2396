"""What README.md tells people to type is typed here."""

import re
import sys
from pathlib import Path

import pytest

from tests.docs.session import blocks, links, run_session

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PAGES = [README, *(ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md"))]


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    named = re.findall(r"^    make (\w+)", README.read_text(), re.MULTILINE)

    assert named == ["demo", "test"]
    assert all(f"\n{target}:" in makefile for target in named)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_link_leads_to_a_file(page: Path) -> None:
    assert [link for link in links(page) if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_front_pages_are_short(page: Path) -> None:
    assert 20 < len(page.read_text().splitlines()) < 120


def test_the_session_works_and_so_do_guard_and_caller(tmp_path: Path, bash: str, curl: str) -> None:
    guard, caller = blocks(README, "python")
    # The session has ended the first key, so the customer's program has the second one.
    second = "watchword secret issue ACME01 --issuer default --json > second.json"
    secret = 'import json; secret = json.load(open("second.json"))["client_secret"]'
    program = f"{sys.executable} - <<'END'\n{secret}\n{caller}\n{guard}\nEND"
    out = run_session(bash, tmp_path, [*blocks(README, "sh"), second, program])

    assert out.splitlines()[-1] == "ACME01 acme"
    assert "from June on" in out
