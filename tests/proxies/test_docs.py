"""The pages show what is shipped, which is what the tests run."""

import re
from pathlib import Path

import pytest

from tests.proxies.programs import EXAMPLES
from watchword.guard.forward import IDENTITY, read_rules

DOCS = EXAMPLES.parents[1] / "docs" / "proxies"
SHOWN = ("nginx", "caddyfile", "haproxy", "apache", "yaml", "toml")


def blocks(page: Path) -> list[tuple[str, str]]:
    """Each fenced block with its language."""
    found = re.findall(r"^```(\w+)\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return [(language, text) for language, text in found if language in SHOWN]


@pytest.mark.parametrize("page", sorted(DOCS.glob("*.md")), ids=lambda page: str(page.stem))
def test_a_page_shows_nothing_that_is_not_in_a_shipped_file(page: Path) -> None:
    shipped = [file.read_text("utf-8") for file in EXAMPLES.iterdir()]

    for language, text in blocks(page):
        if "[headers]" in text:
            assert read_rules(text, "the page").headers
        else:
            assert any(text in each for each in shipped), f"{language}: {text}"


def test_every_shipped_file_has_its_page() -> None:
    pages = "".join(page.read_text("utf-8") for page in DOCS.glob("*.md"))

    for file in EXAMPLES.iterdir():
        assert file.name in pages


def test_every_identity_header_is_told_and_stripped_by_every_file() -> None:
    overview = (DOCS / "README.md").read_text("utf-8")
    files = [file for file in EXAMPLES.iterdir() if file.name not in ("rules.toml", "haproxy.cfg")]

    for name in IDENTITY:
        assert f"`{name}`" in overview
        for file in files:
            assert name.lower() in file.read_text("utf-8").lower(), file.name
