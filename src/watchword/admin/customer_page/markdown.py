"""Blocks as Markdown (CommonMark with GitHub's tables)."""

import re
from collections.abc import Iterable

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

# What could begin a construct of Markdown's or HTML's in the middle of a line.
_SPECIAL = re.compile(r"[\\`*_\[\]<>|&#~]")
# What could begin one at the beginning of a line.
_AT_START = re.compile(r"^(\s*)([-+=]|\d+[.)])")


def to_markdown(title: str, blocks: Iterable[Block]) -> str:
    """The page's text."""
    parts = [f"# {_escaped(title)}", *map(_block, blocks)]
    return "\n\n".join(parts) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {_escaped(block.text)}"
        case Paragraph():
            return _AT_START.sub(r"\1\\\2", _line(block.line))
        case Items():
            marks = (f"{n}." if block.ordered else "-" for n in range(1, len(block.lines) + 1))
            lines = map(_line, block.lines)
            return "\n".join(f"{mark} {line}" for mark, line in zip(marks, lines, strict=True))
        case Table():
            return _table(block)
        case Listing():
            fence = "`" * max(3, _longest_run(block.text) + 1)
            return f"{fence}{block.language}\n{block.text}\n{fence}"


def _table(table: Table) -> str:
    lines = [table.head, ("---",) * len(table.head)]
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in (*lines, *rows))


def _cell(line: Line) -> str:
    """A pipe ends a cell even inside code, unless it is escaped (GFM, 4.10)."""
    return "".join(
        _code(piece.text).replace("|", "\\|") if isinstance(piece, Code) else _escaped(piece)
        for piece in line
    )


def _line(line: Line) -> str:
    return "".join(
        _code(piece.text) if isinstance(piece, Code) else _escaped(piece) for piece in line
    )


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", " ".join(text.split("\n")))


def _code(text: str) -> str:
    """A code span, whose fence is longer than any run of backticks inside (CommonMark, 6.1)."""
    fence = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
