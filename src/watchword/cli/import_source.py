"""Where the lines of an import come from: a file, standard input, or a list."""

import contextlib
import hashlib
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from watchword.admin.import_file import Numbered, lines_of
from watchword.cli.failure import Refused

STANDARD_INPUT = "-"
# So much of standard input is held in memory where it has to be read twice.
MOST_HELD = 16 * 1024 * 1024


class Source(Protocol):
    """Lines that can be read more than once."""

    def lines(self) -> Iterator[Numbered]:
        """The lines from the first one on."""
        ...

    def facts(self) -> dict[str, str]:
        """What the event says about it; asked for when the lines have been read."""
        ...


class Listed:
    """Lines that are there already."""

    def __init__(self, lines: Sequence[Numbered], facts: dict[str, str] | None = None) -> None:
        self._lines = lines
        self._facts = facts or {}

    def lines(self) -> Iterator[Numbered]:
        return iter(self._lines)

    def facts(self) -> dict[str, str]:
        return self._facts


class Behind:
    """The lines of `source` from the one of number `first` on."""

    def __init__(self, source: Source, first: int) -> None:
        self._source = source
        self._first = first

    def lines(self) -> Iterator[Numbered]:
        return (line for line in self._source.lines() if line.number >= self._first)

    def facts(self) -> dict[str, str]:
        return self._source.facts()


class Read:
    """An open file whose octets are hashed as they are read."""

    def __init__(self, file: BinaryIO, name: str, format: str) -> None:
        self._file = file
        self._name = name
        self._format = format
        self._sha256 = hashlib.sha256()
        self._read = False

    def lines(self) -> Iterator[Numbered]:
        if self._read:
            self._file.seek(0)
            self._sha256 = hashlib.sha256()
        self._read = True
        return lines_of(self, self._format)

    def readline(self, limit: int) -> bytes:
        line = self._file.readline(limit)
        self._sha256.update(line)
        return line

    def facts(self) -> dict[str, str]:
        return {"file": self._name, "sha256": self._sha256.hexdigest()}


@contextlib.contextmanager
def opened(source: str, format: str, *, twice: bool) -> Iterator[Read]:
    """The file at the path `source`, or standard input. twice: whether it is read again."""
    if source == STANDARD_INPUT:
        yield Read(_held() if twice else sys.stdin.buffer, "standard input", format)
        return
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(Path(source).open("rb"))
        except OSError as error:
            why = f"{source} cannot be read: {error.strerror}"
            hint = "to import one secret of a client, give --secret-file"
            raise Refused(why, hint=hint, usage=True) from None
        yield Read(file, Path(source).name, format)


def _held() -> BinaryIO:
    octets = sys.stdin.buffer.read(MOST_HELD + 1)
    if len(octets) > MOST_HELD:
        raise Refused(
            f"standard input is larger than {MOST_HELD // 1024 // 1024} MiB",
            hint="with --server, name a file instead",
            usage=True,
        )
    return io.BytesIO(octets)
