"""The vendors' own pages: their code samples word for word, and the rows of their tables.

The files under `pages/` are excerpts of the four vendors' public documentation. Only the Python
sample differs from its page: the page has lost its indentation.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

_PAGES = Path(__file__).parent / "pages"
_COVERED: dict[tuple[str, str], str] = {}

Test = TypeVar("Test", bound=Callable[..., None])


def sample(vendor: str, name: str, replacements: dict[str, str]) -> str:
    """A code sample with host and credentials replaced. Each replacement has to be in it."""
    text = (_PAGES / vendor / name).read_text()
    for old, new in replacements.items():
        assert old in text, f"{vendor}/{name} does not say {old!r}"
        text = text.replace(old, new)
    return text


def rows(vendor: str) -> list[str]:
    """The rows of the page's tables of parameters, statuses and errors, one a line."""
    return (_PAGES / vendor / "rows.txt").read_text().splitlines()


def row(vendor: str, text: str) -> Callable[[Test], Test]:
    """Name the row that a test proves, by its whole text."""
    assert text in rows(vendor), f"the page of {vendor} has no row {text!r}"

    def note(test: Test) -> Test:
        _COVERED[vendor, text] = test.__name__
        return test

    return note


def covered(vendor: str) -> set[str]:
    """The rows that tests imported so far have named."""
    return {text for name, text in _COVERED if name == vendor}
