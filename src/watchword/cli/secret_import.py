"""`watchword secret import`: secrets that customers have already, one or a million."""

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, TextIO

import click
from msgspec import structs

from watchword.admin.import_check import ImportOptions
from watchword.admin.import_file import FORMATS, Numbered, format_of
from watchword.admin.import_line import ImportLine
from watchword.admin.secret_import import ImportReport, LineResult, Progress, import_clients
from watchword.cli.command import standalone
from watchword.cli.failure import Refused
from watchword.cli.import_source import Behind, Listed, Source, opened
from watchword.cli.secret_options import expiry, lifetime_of
from watchword.cli.session import Session
from watchword.cli.types import read_secret

Tell = Callable[[LineResult], None]
Told = Callable[[Progress], None]
# So many faults are shown one by one; --report FILE has them all.
FAULTS_SHOWN = 20
_FLAGS = (
    click.option("--dry-run", is_flag=True, help="Check everything, store nothing."),
    click.option(
        "--from-line", type=click.IntRange(min=1), default=1, help="Those before were imported."
    ),
    click.option("--report", type=click.Path(path_type=Path), help="A line for each line, JSON."),
    click.option("--to-existing", is_flag=True, help="Also give secrets to clients that exist."),
    click.option("--add-scopes", is_flag=True, help="Add scopes that the issuer lacks."),
    click.option("--add-customers", is_flag=True, help="Make customers that are missing."),
    click.option("--weak", is_flag=True, help="Though secrets are below 12 characters."),
    click.option("--force", is_flag=True, help="Though ids differ only in case."),
)


def import_flags(command: Any) -> Any:
    """The options of every import."""
    for option in reversed(_FLAGS):
        command = option(command)
    return expiry(command)


@standalone(
    "import",
    example="watchword secret import clients.csv --issuer default --dry-run\n"
    "watchword secret import ACME01 --issuer default --secret-file their-hash.txt --hash",
)
@click.argument("source", metavar="FILE|-|CLIENT_ID")
@click.option("--issuer", required=True, metavar="NAME", help="Whose clients they become.")
@click.option("--format", "format_", type=click.Choice(FORMATS), help="Where the name is silent.")
@click.option("--secret-file", metavar="FILE|-", help="One secret, for the client CLIENT_ID.")
@click.option("--hash", "hashed", is_flag=True, help="The secret file holds a hash.")
@import_flags
def import_(
    session: Session,
    source: str,
    issuer: str,
    format_: str | None,
    secret_file: str | None,
    hashed: bool,
    **flags: Any,
) -> None:
    """Take over secrets as they are, in clear or hashed: all of a file, or nothing of it.

    A line has client_id, secret or secret_hash, and may have name, customer, scopes, audiences,
    claims, attributes, lifetime, enabled, label and expires_at.
    """
    if secret_file is not None:
        value = read_secret(secret_file, "Secret")
        clear, hash_ = (None, value) if hashed else (value, None)
        line = ImportLine(client_id=source, secret=clear, secret_hash=hash_)
        run_import(session, issuer, Listed([Numbered(1, line)]), {**flags, "to_existing": True})
        return
    if hashed:
        raise Refused("--hash goes with --secret-file", usage=True)
    format_ = format_ or format_of(source)
    if format_ is None:
        raise Refused("say what the file is: --format csv or --format jsonl", usage=True)
    with opened(source, format_, twice=session.is_remote) as file:
        run_import(session, issuer, file, flags)


def run_import(
    session: Session,
    issuer: str,
    source: Source,
    flags: dict[str, Any],
    more: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Import, show how far it is and what came of it; Refused if a line is at fault.

    more: what the JSON says besides.
    """
    options = ImportOptions(
        lifetime=lifetime_of(flags["expires"]),
        **{name: flags[name] for name in ("add_scopes", "add_customers", "weak", "force")},
        to_existing=flags["to_existing"],
    )
    with _progress() as progress, _teller(flags["report"]) as teller:
        run = _import_afar if session.is_remote else _import_here
        wanted = Behind(source, flags["from_line"])
        report = run(session, issuer, wanted, options, flags["dry_run"], teller, progress)
    told = structs.asdict(report)
    if session.out.as_json:
        told |= {"first_faults": [structs.asdict(each) for each in teller.faults], **more}
    else:
        _show(session, teller.faults)
    session.out.one(told, _title(report, dry_run=flags["dry_run"]))
    if report.faults:
        raise Refused(
            f"nothing was imported: {report.faults} of {report.lines} lines are at fault",
            hint="--report FILE writes all of them",
            code="lines_at_fault",
        )


def _import_here(
    session: Session,
    issuer: str,
    source: Source,
    options: ImportOptions,
    dry_run: bool,
    tell: Tell,
    progress: Told,
) -> ImportReport:
    if not dry_run:
        _warn_of_waiting(session)
    return import_clients(
        session.estate,
        session.context,
        issuer,
        source.lines(),
        options=options,
        dry_run=dry_run,
        source=source.facts,
        tell=tell,
        progress=progress,
    )


def _warn_of_waiting(session: Session) -> None:
    """SQLite has one writer: a token of a ledger waits for the whole import, and then in vain."""
    store = session.estate.store
    if not store.one_writer:
        return
    with store.reading() as reading:
        waiting = [each.name for each in reading.issuers() if each.ledger and each.enabled]
    if waiting:
        session.out.note(
            f"while this is stored, issuers with a ledger may give no tokens: {', '.join(waiting)}"
            " (with --server, a thousand lines at a time, they go on)"
        )


def _import_afar(
    session: Session,
    issuer: str,
    source: Source,
    options: ImportOptions,
    dry_run: bool,
    tell: Tell,
    progress: Told,
) -> ImportReport:
    from watchword.cli.import_afar import ImportAfar

    afar = ImportAfar(session.desk, issuer, source, options, tell=tell, progress=progress)
    return afar.run(dry_run=dry_run)


class _Teller:
    """Gets the result of each line. faults: the first of them; `report` has every line."""

    def __init__(self, report: TextIO | None) -> None:
        self._report = report
        self.faults: list[LineResult] = []

    def __call__(self, result: LineResult) -> None:
        if self._report is not None:
            self._report.write(json.dumps(structs.asdict(result)) + "\n")
        if result.fault is not None and len(self.faults) < FAULTS_SHOWN:
            self.faults.append(result)


def _show(session: Session, faults: Sequence[LineResult]) -> None:
    for each in faults:
        who = f" ({each.client_id})" if each.client_id else ""
        session.out.note(f"line {each.line}{who}: {each.fault}")


@contextlib.contextmanager
def _teller(report: Path | None) -> Iterator[_Teller]:
    if report is None:
        yield _Teller(None)
        return
    with report.open("w", encoding="utf-8") as file:
        yield _Teller(file)


@contextlib.contextmanager
def _progress() -> Iterator[Told]:
    """A bar where a person looks, else nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bars:
        tasks = {stage: bars.add_task(stage, total=None) for stage in ("checked", "stored")}
        yield lambda seen: bars.update(tasks[seen.stage], completed=seen.done, total=seen.of)


def _title(report: ImportReport, *, dry_run: bool) -> str:
    if report.faults:
        return "Nothing was imported"
    return "Everything is right; nothing was stored" if dry_run else f"Imported to {report.issuer}"
