"""`watchword issuer page`: printed, written, in the vendor's words, refused if they are wrong."""

from pathlib import Path

import pytest

from tests.cli.program import Program

WORDS = 'client_secret = "API Key"\n[scopes]\nread = "Sees all"\n'


def test_the_page_is_printed_as_markdown(prepared: Program) -> None:
    said = prepared.ok("issuer", "page", "acme").out

    assert said.startswith("# ")
    assert "https://api.example.com/oauth/token" in said


def test_the_page_is_written_in_the_vendors_words(prepared: Program, tmp_path: Path) -> None:
    (tmp_path / "words.toml").write_text(WORDS)
    command = ("issuer", "page", "acme", "--words", "words.toml", "--format", "html")

    for _ in range(2):
        said = prepared.json(*command, "-o", "page.html")

    page = (tmp_path / "page.html").read_text()
    assert said == {"issuer": "acme", "format": "html", "file": "page.html"}
    assert "API Key" in page
    assert "Sees all" in page


def test_json_has_the_page_as_a_text(prepared: Program) -> None:
    said = prepared.json("issuer", "page", "acme")

    assert said["text"] == prepared.ok("issuer", "page", "acme").out


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ('contct = "x"', 1, "contct"),
        ('api = "javascript:alert(1)"', 1, "$.api"),
        ("contact = 5", 1, "$.contact"),
        ("contact", 2, "is not TOML"),
        (None, 2, "cannot be read"),
    ],
)
def test_words_that_cannot_be_are_refused(
    prepared: Program, tmp_path: Path, words: str | None, code: int, told: str
) -> None:
    if words is not None:
        (tmp_path / "words.toml").write_text(words)
    outcome = prepared.run("issuer", "page", "acme", "--words", "words.toml")

    assert outcome.code == code
    assert told in outcome.err


def test_a_place_that_cannot_be_written_is_refused(prepared: Program) -> None:
    outcome = prepared.run("issuer", "page", "acme", "-o", "nowhere/page.md")

    assert outcome.code == 1
    assert "cannot be written" in outcome.err
