"""docs/cli.md is what the commands themselves say."""

from pathlib import Path

from watchword.cli.reference import reference
from watchword.cli.root import GROUPS

_PAGE = Path(__file__).parents[2] / "docs" / "cli.md"


def test_the_reference_is_that_of_the_commands() -> None:
    """`python -m watchword.cli.reference > docs/cli.md` brings the page up to date."""
    assert _PAGE.read_text("utf-8") == reference()


def test_the_reference_has_a_section_for_each_group() -> None:
    page = reference()

    for name in GROUPS:
        assert f"\n## watchword {name}\n" in page
