"""A place on disk for what is about to be stored, until all of it is known to be right.

Many clients are gathered here line by line, so that the store itself is locked only for as long as
it takes to copy them, and memory stays small whatever their number. They come out in the order of
their client_ids, which is the order that the store's indexes like best.
"""

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from msgspec import Struct

from watchword.core.client import Client
from watchword.core.secret import Secret

_SCHEMA = """
CREATE TABLE line (
    lower TEXT NOT NULL, client_id TEXT NOT NULL, number INTEGER NOT NULL,
    client BLOB, secret BLOB NOT NULL,
    PRIMARY KEY (lower, client_id, number)
) WITHOUT ROWID;
CREATE TABLE verifier (octets BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""
_CACHE_KIB = 32 * 1024


class StagedClient(Struct, frozen=True):
    """A client that is to be made, its secrets and the line that first named it.

    client: None where the client is in the store already and only gets secrets.
    """

    number: int
    client: Client | None
    secrets: tuple[Secret, ...]


class Staging:
    """Gathers lines. Use as a context manager: what it wrote is gone afterwards."""

    def __init__(self) -> None:
        # A folder that nobody else may enter.
        self._folder = tempfile.TemporaryDirectory(prefix="watchword-")
        self._database = sqlite3.connect(Path(self._folder.name) / "staging.db")
        self._database.isolation_level = None
        self._database.execute("PRAGMA journal_mode=OFF")
        self._database.execute("PRAGMA synchronous=OFF")
        self._database.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()
        self._folder.cleanup()

    def first_line(self, client_id: str) -> tuple[int, Client | None] | None:
        """The line that first named `client_id`, and the client as it said; None without one."""
        row = self._database.execute(
            "SELECT number, client FROM line WHERE lower = ? AND client_id = ? ORDER BY number",
            (client_id.lower(), client_id),
        ).fetchone()
        return (row[0], _client(row[1])) if row else None

    def count(self, client_id: str) -> int:
        """How many lines of `client_id` are staged."""
        row = self._database.execute(
            "SELECT count(*) FROM line WHERE lower = ? AND client_id = ?",
            (client_id.lower(), client_id),
        ).fetchone()
        return int(row[0])

    def look_alike(self, client_id: str) -> str | None:
        """A staged client_id that differs from `client_id` only in case."""
        row = self._database.execute(
            "SELECT client_id FROM line WHERE lower = ? AND client_id <> ?",
            (client_id.lower(), client_id),
        ).fetchone()
        return str(row[0]) if row else None

    def first_with(self, verifier: bytes, number: int) -> int:
        """The line that first had `verifier`; `number`, the line that has it now, if none had."""
        self._database.execute("INSERT OR IGNORE INTO verifier VALUES (?, ?)", (verifier, number))
        found = self._database.execute(
            "SELECT number FROM verifier WHERE octets = ?", (verifier,)
        ).fetchone()
        return int(found[0])

    def add(self, number: int, client_id: str, client: Client | None, secret: Secret) -> None:
        """Stage line `number`; `client` is None unless this line is to make it."""
        encode = msgspec.msgpack.encode
        body = encode(client) if client is not None else None
        self._database.execute(
            "INSERT INTO line VALUES (?, ?, ?, ?, ?)",
            (client_id.lower(), client_id, number, body, encode(secret)),
        )

    def clients(self) -> Iterator[StagedClient]:
        """All that was staged, in the order of client_ids."""
        cursor = self._database.execute(
            "SELECT client_id, number, client, secret FROM line ORDER BY lower, client_id, number"
        )
        lines: list[tuple[str, int, bytes | None, bytes]] = []
        for line in cursor:
            if lines and lines[0][0] != line[0]:
                yield _together(lines)
                lines = []
            lines.append(line)
        if lines:
            yield _together(lines)


def _together(lines: Sequence[tuple[str, int, bytes | None, bytes]]) -> StagedClient:
    _, number, client, _ = lines[0]
    return StagedClient(number, _client(client), tuple(_secrets(line[3] for line in lines)))


_decode_client = msgspec.msgpack.Decoder(Client).decode
_decode_secret = msgspec.msgpack.Decoder(Secret).decode


def _client(body: bytes | None) -> Client | None:
    return None if body is None else _decode_client(body)


def _secrets(bodies: Iterable[bytes]) -> Iterator[Secret]:
    return map(_decode_secret, bodies)
