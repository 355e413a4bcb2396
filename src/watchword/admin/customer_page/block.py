"""A page as blocks, which know neither Markdown nor HTML. Texts stand in them as they are."""

import re
from typing import Literal

from msgspec import Struct

Language = Literal["sh", "python", "js", "json", "http", "text"]


class Code(Struct, frozen=True):
    """A text of the wire, inside a sentence."""

    text: str


Line = tuple[str | Code, ...]
_PIECE = re.compile(r"\{(\w+)\}|`([^`]+)`")


def say(template: str, **values: str | Code) -> Line:
    """A sentence: `{name}` is a value, whatever it holds; what stands between backticks is code."""
    pieces: list[str | Code] = []
    end = 0
    for match in _PIECE.finditer(template):
        pieces.append(template[end : match.start()])
        pieces.append(values[match[1]] if match[1] else Code(match[2]))
        end = match.end()
    pieces.append(template[end:])
    return tuple(piece for piece in pieces if piece != "")


def joined(lines: list[Line], between: str) -> Line:
    """Sentences as one."""
    pieces: list[str | Code] = []
    for line in lines:
        pieces += [between, *line] if pieces else line
    return tuple(pieces)


class Heading(Struct, frozen=True):
    """Of a section, or of a part of one: level 2 or 3."""

    text: str
    level: Literal[2, 3] = 2


class Paragraph(Struct, frozen=True):
    line: Line


class Items(Struct, frozen=True):
    """A list; `ordered` ones are steps."""

    lines: tuple[Line, ...]
    ordered: bool = False


class Table(Struct, frozen=True):
    head: tuple[str, ...]
    rows: tuple[tuple[Line, ...], ...]


class Listing(Struct, frozen=True):
    """Something to copy, or an answer, as it is."""

    language: Language
    text: str


Block = Heading | Paragraph | Items | Table | Listing
