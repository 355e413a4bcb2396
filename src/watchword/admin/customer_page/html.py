"""Blocks as one HTML file: no script, no second file, and a policy that forbids all but its style.

It can be put on any web server, or opened from a folder. On a narrow screen each row of a table
becomes a card, its headings beside the values.
"""

import base64
import hashlib
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files

from watchword.admin.customer_page.block import (
    Block,
    Code,
    Heading,
    Items,
    Line,
    Listing,
    Paragraph,
    Table,
)

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{hash}'; \
base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
_SHORT, _LONG = 24, 60


def to_html(title: str, blocks: Iterable[Block]) -> str:
    """The page's text."""
    style = _style()
    return _PAGE.format(
        hash=_hash(style),
        title=escape(title),
        style=style,
        body="\n".join(map(_block, blocks)),
    )


@cache
def _style() -> str:
    return (files("watchword.admin.customer_page") / "page.css").read_text("utf-8")


def _hash(text: str) -> str:
    """A source expression of the policy (CSP 3, 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"<h{block.level}>{escape(block.text)}</h{block.level}>"
        case Paragraph():
            return f"<p>{_line(block.line)}</p>"
        case Items():
            name = "ol" if block.ordered else "ul"
            lines = "\n".join(f"<li>{_line(line)}</li>" for line in block.lines)
            return f"<{name}>\n{lines}\n</{name}>"
        case Table():
            return _table(block)
        case Listing():
            return f'<pre tabindex="0"><code>{escape(block.text)}</code></pre>'


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in table.head)
    rows = "\n".join(_row(table.head, row) for row in table.rows)
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"


def _row(head: tuple[str, ...], row: tuple[Line, ...]) -> str:
    cells = (_cell(label, cell) for label, cell in zip(head, row, strict=True))
    return f"<tr>{''.join(cells)}</tr>"


def _cell(label: str, cell: Line) -> str:
    is_long = len(cell) == 1 and isinstance(cell[0], Code) and len(cell[0].text) > _LONG
    name = ' class="long"' if is_long else ""
    return f'<td{name} data-label="{escape(label)}"><div>{_line(cell)}</div></td>'


def _line(line: Line) -> str:
    return "".join(_code(each.text) if isinstance(each, Code) else escape(each) for each in line)


def _code(text: str) -> str:
    """A text of the wire; one that fits any screen stays on one line."""
    name = ' class="name"' if len(text) <= _SHORT else ""
    return f"<code{name}>{escape(text)}</code>"
