"""Issuers of all dialects at hand, their pages, and pages taken apart."""

import html
import re
from typing import Any

from tests.dialect.own import OWN
from tests.dialect.own import text as own_text
from watchword.admin.customer_page.page import customer_page
from watchword.admin.customer_page.words import PageFormat, PageWords
from watchword.core.issuer import Issuer
from watchword.dialect import names

SHIPPED = tuple(names())
ALL = (*SHIPPED, *OWN)
SCOPES = ("read", "write")


def issuer_of(name: str, **settings: Any) -> Issuer:
    """An issuer that speaks a shipped dialect, or one of ours under tests/dialect."""
    own = {"dialect_text": own_text(name)} if name in OWN else {}
    values = {
        "id": "issuer01",
        "name": name,
        "url": "https://api.example.com",
        "dialect": name,
        "scopes": SCOPES,
        "created_at": 0,
        **own,
        **settings,
    }
    return Issuer(**values)


def page_of(name: str, words: PageWords | None = None, **settings: Any) -> str:
    """The page in Markdown."""
    return customer_page(issuer_of(name, **settings), words or PageWords())


def html_of(name: str, words: PageWords | None = None, **settings: Any) -> str:
    """The page in HTML."""
    shape: PageFormat = "html"
    return customer_page(issuer_of(name, **settings), words or PageWords(), shape)


def listings(page: str, language: str) -> list[str]:
    """The fenced blocks of a language, in the page's order."""
    return re.findall(rf"^```{language}\n(.*?)\n```$", page, re.DOTALL | re.MULTILINE)


def rows(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, its cells as they stand there."""
    section = page.split(f"## {heading}\n", 1)[1]
    table = next(part for part in section.strip().split("\n\n") if part.startswith("| "))
    cells = [re.split(r"(?<!\\)\|", line)[1:-1] for line in table.splitlines()[2:]]
    return [[cell.strip().replace("\\|", "|") for cell in row] for row in cells]


def code(cell: str) -> str:
    """What stands in the cell's code span."""
    fence, text = re.fullmatch(r"(`+) ?(.*?) ?\1", cell, re.DOTALL).groups()  # type: ignore[union-attr]
    assert fence
    return str(text)


def visible_text(page: str) -> str:
    """What a reader of the HTML sees, without the space between."""
    body = page.split("<main>", 1)[1]
    return squeezed(html.unescape(re.sub(r"<[^>]+>", "", body)))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)
