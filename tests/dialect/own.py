"""The dialects of our own devising in `files/`, one or more for each row of the design's table."""

from functools import cache
from pathlib import Path

from watchword.dialect import parse

FILES = Path(__file__).parent / "files"
OWN = tuple(sorted(path.stem for path in FILES.glob("*.toml")))


def text(name):
    """The text of one of them."""
    return (FILES / f"{name}.toml").read_text("utf-8")


@cache
def own(name):
    """One of them, loaded."""
    return parse(text(name), f"{name}.toml")
