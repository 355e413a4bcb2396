"""Files of clients to be imported, read as a stream: CSV with a heading, or JSON lines.

A fault in a line is that line's, and reading goes on behind it, so that one run finds them all.
"""

import csv
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from msgspec import Struct

from watchword.admin.errors import Invalid
from watchword.admin.import_line import COLUMNS, ImportLine, of_csv, of_json
from watchword.core.nearest import nearest

LONGEST_LINE = 64 * 1024  # octets
FORMATS = ("csv", "jsonl")


class Lines(Protocol):
    """A file that is read line by line, as binary files are."""

    def readline(self, limit: int, /) -> bytes:
        """The next line with its end, at most `limit` octets of it; b"" at the end."""
        ...


class Numbered(Struct, frozen=True):
    """Line `number` of a file: what it says, or why it cannot be read."""

    number: int
    said: ImportLine | Invalid


def format_of(name: str) -> str | None:
    """ "csv" or "jsonl" by a file's name, None where it does not tell."""
    ending = name.rpartition(".")[2].lower()
    return {"csv": "csv", "jsonl": "jsonl", "ndjson": "jsonl", "json": "jsonl"}.get(ending)


def lines_of(file: Lines, format: str) -> Iterator[Numbered]:
    """The lines of `file`. Raises Invalid for a heading that cannot be used."""
    return _csv(file) if format == "csv" else _jsonl(file)


def _jsonl(file: Lines) -> Iterator[Numbered]:
    for number, octets in enumerate(_bounded(file), start=1):
        if octets is None:
            yield Numbered(number, _too_long())
        elif octets.strip():
            yield Numbered(number, _said(of_json, octets))


def _csv(file: Lines) -> Iterator[Numbered]:
    texts = _Texts(_bounded(file))
    reader = csv.reader(texts, strict=True)
    heading = _heading(next(reader, []))
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Numbered(texts.number, Invalid(f"the line is not CSV: {error}"))
            continue
        if any(cells):
            yield Numbered(texts.number, _row(heading, cells, texts))


def _row(heading: Sequence[str], cells: Sequence[str], texts: "_Texts") -> ImportLine | Invalid:
    if texts.fault is not None:
        fault, texts.fault = texts.fault, None
        return fault
    if len(cells) != len(heading):
        return Invalid(f"the line has {len(cells)} cells, the heading {len(heading)}")
    return _said(of_csv, dict(zip(heading, cells, strict=True)))


class _Texts:
    """Lines as text, for the CSV reader: one that cannot be text is remembered as a fault."""

    def __init__(self, lines: Iterator[bytes | None]) -> None:
        self.number = 0
        self.fault: Invalid | None = None
        self._lines = lines

    def __iter__(self) -> "_Texts":
        return self

    def __next__(self) -> str:
        octets = next(self._lines)
        self.number += 1
        if octets is None:
            self.fault = _too_long()
            return "-\n"
        try:
            return octets.decode("utf-8-sig" if self.number == 1 else "utf-8")
        except UnicodeDecodeError:
            self.fault = Invalid("the line is not UTF-8")
            return "-\n"


def _bounded(file: Lines) -> Iterator[bytes | None]:
    """The lines of `file`; None for one that is too long to be read."""
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) <= LONGEST_LINE:
            yield line
            continue
        while not line.endswith(b"\n") and line:
            line = file.readline(LONGEST_LINE + 1)
        yield None


def _said(read: Callable[[Any], ImportLine], given: Any) -> ImportLine | Invalid:
    try:
        return read(given)
    except Invalid as fault:
        return fault


def _too_long() -> Invalid:
    return Invalid(f"the line is longer than {LONGEST_LINE} octets")


def _heading(cells: Sequence[str]) -> list[str]:
    names = [cell.strip() for cell in cells]
    for name in names:
        if name not in COLUMNS:
            meant = nearest(name, COLUMNS)
            raise Invalid(
                f"the heading has a column {name!r} that is not known",
                hint=f"did you mean {meant!r}?" if meant else f"known are: {', '.join(COLUMNS)}",
            )
    if "client_id" not in names or len(set(names)) != len(names):
        raise Invalid("the heading must name client_id, and each column once")
    return names
