"""An import to a remote server, in as many requests as it takes.

First all lines are checked there, and nothing is stored: so all faults are known, and with one of
them nothing is imported, as on the data folder. Then they are stored, a request each, all or
nothing; lines of one client stand together in one request. If that ends half-way, because
somebody made such a client in between or the server went away, it is told which lines are in, and
`--from-line` goes on behind them.
"""

import hashlib
import secrets
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import UNSET, Struct

from watchword.admin.errors import Invalid
from watchword.admin.import_check import ImportOptions, reason
from watchword.admin.import_file import Numbered
from watchword.admin.import_line import ImportLine
from watchword.admin.secret_import import ImportReport, LineResult, Progress
from watchword.caller.errors import CallerError
from watchword.cli.desk import Answer, Desk
from watchword.cli.failure import REFUSED, UNREACHABLE, Failure, Refused, failure_of
from watchword.cli.import_source import Source

BATCH_LINES = 1000
BATCH_OCTETS = 512 * 1024
# What a line has that says nothing.
_LEFT_OPEN = {**msgspec.structs.asdict(ImportLine(client_id="")), "client_id": None}


_CHANGED = Failure("file_changed", "the file was changed while it was imported", "", REFUSED)


class Batch(Struct, frozen=True, kw_only=True):
    """Lines of one request. said: what is sent of those that can be read, and their numbers."""

    lines: tuple[Numbered, ...]
    numbers: tuple[int, ...]
    said: tuple[dict[str, Any], ...]
    digest: bytes

    @property
    def first(self) -> int:
        return self.lines[0].number

    @property
    def last(self) -> int:
        return self.lines[-1].number


class ImportAfar:
    """One import at `desk` into `issuer`."""

    def __init__(
        self,
        desk: Desk,
        issuer: str,
        source: Source,
        options: ImportOptions,
        *,
        tell: Callable[[LineResult], None],
        progress: Callable[[Progress], None],
    ) -> None:
        self._desk, self._issuer, self._source, self._options = desk, issuer, source, options
        self._tell, self._progress = tell, progress
        self._digests: list[bytes] = []

    def run(self, *, dry_run: bool) -> ImportReport:
        """Check, and unless a line is at fault or it is a `dry_run`, store."""
        checked = self._check()
        report = checked.report(self._issuer, done=False)
        if dry_run or report.faults or not report.lines:
            return report
        return self._store(report.lines)

    def _check(self) -> "_Sum":
        found = _Sum()
        with _Seen(forced=self._options.force) as seen:
            for batch in batches_of(self._source.lines()):
                self._digests.append(batch.digest)
                results, answer = self._checked(batch, seen)
                found.add(results, answer)
                for result in results:
                    self._tell(result)
                self._progress(Progress("checked", found.lines))
        return found

    def _checked(self, batch: Batch, seen: "_Seen") -> tuple[list[LineResult], Answer | None]:
        """What becomes of each line of the batch, in order; and what the server said of it."""
        results = {
            each.number: LineResult(line=each.number, client_id=None, fault=reason(each.said))
            for each in batch.lines
            if isinstance(each.said, Invalid)
        }
        answer = None
        if batch.said:
            answer = self._desk.call("plan_import", self._issuer, body=self._body(batch))
            for number, told in zip(batch.numbers, answer["results"], strict=True):
                results[number] = LineResult(**{**told, "line": number})
        faults = seen.faults_in(batch)
        told_in_order = [results[each.number] for each in batch.lines]
        return [faults.get(each.line, each) for each in told_in_order], answer

    def _store(self, of: int) -> ImportReport:
        done = _Sum()
        source = self._source.facts()
        for number, batch in enumerate(batches_of(self._source.lines())):
            if self._digests[number : number + 1] != [batch.digest]:
                raise _stopped(batch, _CHANGED, done)
            part = {"part": f"lines {batch.first} to {batch.last}"} if source else {}
            body = self._body(batch) | {"source": {**source, **part}}
            try:
                answer = self._desk.call(
                    "import_clients", self._issuer, body=body, key=secrets.token_hex(16)
                )
            except (Refused, CallerError) as error:
                if not done.lines:
                    raise
                raise _stopped(batch, failure_of(error), done) from None
            done.add([], answer)
            self._progress(Progress("stored", done.lines, of))
        return done.report(self._issuer, done=True)

    def _body(self, batch: Batch) -> Answer:
        options = msgspec.structs.asdict(self._options)
        return {"lines": batch.said, **options}


class _Sum:
    """What all requests did together."""

    def __init__(self) -> None:
        self.lines = 0
        self._clients = self._secrets = self._faults = 0
        self._kinds: Counter[str] = Counter()
        self._customers: set[str] = set()
        self._scopes: dict[str, None] = {}
        self._issuer = ""

    def add(self, results: list[LineResult], answer: Answer | None) -> None:
        """What a request did; `results` where its lines were checked."""
        self._faults += sum(each.fault is not None for each in results)
        said = answer or {"lines": 0, "clients": 0, "secrets": 0, "kinds": {}}
        self.lines += len(results) or said["lines"]
        self._clients += said["clients"]
        self._secrets += said["secrets"]
        self._kinds.update(said["kinds"])
        self._customers.update(said.get("customers_added", ()))
        self._scopes.update(dict.fromkeys(said.get("scopes_added", ())))
        self._issuer = said.get("issuer", self._issuer)

    def report(self, issuer: str, *, done: bool) -> ImportReport:
        return ImportReport(
            issuer=self._issuer or issuer,
            done=done,
            lines=self.lines,
            clients=self._clients,
            secrets=self._secrets,
            faults=self._faults,
            kinds=dict(self._kinds.most_common()),
            customers_added=len(self._customers),
            scopes_added=tuple(self._scopes),
        )


class _Seen:
    """The client_ids of earlier requests, on disk, because there may be a million."""

    def __init__(self, *, forced: bool) -> None:
        self._forced = forced
        # An unnamed database is a file that only this connection knows, and gone with it.
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute(
            "CREATE TABLE seen (lower TEXT PRIMARY KEY, client_id TEXT, number INTEGER)"
            " WITHOUT ROWID"
        )
        self._database.execute("BEGIN")

    def __enter__(self) -> "_Seen":
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def faults_in(self, batch: Batch) -> dict[int, LineResult]:
        """Lines at fault because of a line of another request, by their numbers."""
        found = {}
        for number, said in zip(batch.numbers, batch.said, strict=True):
            client_id = said["client_id"]
            fault = self._fault(client_id, batch.first)
            if fault is not None:
                found[number] = LineResult(line=number, client_id=client_id, fault=fault)
        for number, said in zip(batch.numbers, batch.said, strict=True):
            row = (said["client_id"].lower(), said["client_id"], number)
            self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", row)
        return found

    def _fault(self, client_id: str, first: int) -> str | None:
        row = self._database.execute(
            "SELECT client_id, number FROM seen WHERE lower = ? AND number < ?",
            (client_id.lower(), first),
        ).fetchone()
        if row is None:
            return None
        if row[0] == client_id:
            return (
                f"line {row[1]} names this client too, and is too far away for one request"
                " (let lines of one client stand together: sort the file by client_id)"
            )
        if self._forced:
            return None
        return f"the client_id differs from {row[0]!r} only in case (--force takes both)"


def batches_of(lines: Iterator[Numbered]) -> Iterator[Batch]:
    """The lines in batches that one request takes; consecutive lines of a client stay together."""
    batch: list[Numbered] = []
    octets = 0
    for line in lines:
        size = len(msgspec.json.encode(line.said)) if isinstance(line.said, ImportLine) else 0
        full = len(batch) >= BATCH_LINES or octets + size > BATCH_OCTETS
        if batch and full and not _is_same_client(batch[-1], line):
            yield _batch(batch)
            batch, octets = [], 0
        batch.append(line)
        octets += size
    if batch:
        yield _batch(batch)


def _batch(lines: list[Numbered]) -> Batch:
    said = {each.number: _said(each.said) for each in lines if isinstance(each.said, ImportLine)}
    return Batch(
        lines=tuple(lines),
        numbers=tuple(said),
        said=tuple(said.values()),
        digest=hashlib.sha256(
            msgspec.json.encode(list(said.values()), order="deterministic")
        ).digest(),
    )


def _is_same_client(one: Numbered, other: Numbered) -> bool:
    first, second = one.said, other.said
    return (
        isinstance(first, ImportLine)
        and isinstance(second, ImportLine)
        and first.client_id == second.client_id
    )


def _said(line: ImportLine) -> dict[str, Any]:
    """What a line says, without what it leaves open."""
    said = msgspec.structs.asdict(line)
    return {name: value for name, value in said.items() if value != _LEFT_OPEN.get(name, UNSET)}


def _stopped(batch: Batch, why: Failure, done: _Sum) -> Refused:
    """What to say when it ends between two requests."""
    return Refused(
        f"{why.message}; the {done.lines} lines before line {batch.first} are imported",
        hint=f"go on behind them: --from-line {batch.first}",
        code="import_stopped",
        unreachable=why.exit_code == UNREACHABLE,
    )
