"""The pages about dialects are made of the code, or run."""

import re
from pathlib import Path

import pytest

from tests.cli.program import Program
from tests.dialect.wire import SOURCES, answer, as_wire, post
from watchword.cli.dialect_page import page
from watchword.dialect import faults_of, names, parse
from watchword.dialect.draft import draft_from_curl
from watchword.dialect.model import DialectFile
from watchword.dialect.public import PublicDialect
from watchword.dialect.reference import reference

DOCS = Path(__file__).parents[2] / "docs" / "dialects"
GUIDE = (DOCS / "guide.md").read_text("utf-8")


def blocks(kind):
    """The code blocks of the guide of one kind."""
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)


def test_the_reference_is_that_of_the_code():
    """`python -m watchword.dialect.reference > docs/dialects/reference.md` brings it up to date."""
    assert (DOCS / "reference.md").read_text("utf-8") == reference()


def test_the_reference_tells_every_key_of_the_file():
    for name in DialectFile.__struct_fields__:
        assert f"| `{name}` |" in reference()


@pytest.mark.parametrize("name", names())
def test_each_shipped_dialect_has_its_page(name):
    """`python -m watchword.cli.dialect_page docs/dialects` brings them up to date."""
    assert (DOCS / f"{name}.md").read_text("utf-8") == page(name)


def test_the_guide_s_file_has_no_fault_and_speaks_as_its_page_says():
    tideline = parse(blocks("toml")[0], "tideline.toml")

    sent = as_wire(PublicDialect(tideline).token_request("harbour-7", "tl-4f1c09d2"))
    assert tideline.read(sent).fields == {"version": "3"}
    minted = tideline.write_token(answer(client_id="harbour-7"), sent, SOURCES)
    assert minted.status == 201
    assert b'"until":"2026-11-21T09:00:00Z"' in minted.body
    assert tideline.presentation.header == "x-session"


def test_the_guide_s_recording_makes_a_draft_that_loads():
    recording, fault = blocks("text")
    draft = parse(draft_from_curl(recording))

    assert "tl-4f1c09d2" not in draft_from_curl(recording)
    assert draft.write_token(answer(client_id="h"), post(), SOURCES).status == 201
    broken = blocks("toml")[0].replace("{access_token}", "{acess_token}")
    assert f"tideline.toml: {faults_of(broken)[0]}" == fault.strip()


def test_the_guide_s_commands_run(tmp_path):
    program = Program(tmp_path)
    (tmp_path / "recorded.txt").write_text(blocks("text")[0])
    (tmp_path / "tideline.toml").write_text(blocks("toml")[0])

    for block in blocks("sh"):
        for line in block.replace("\\\n", " ").strip().splitlines():
            words = line.split(" > ")[0].split()[1:]
            # The vendor's own server is not there; another test replays a file against one.
            if words[:2] != ["dialect", "test"]:
                program.ok(*words)
    assert "issuer" in GUIDE
