"""Imports: clients with the secrets that their customers have already, many at once.

One request is all or nothing. Its lines are checked, and their secrets hashed, before the
transaction; whoever has more lines than one request takes sends several.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from watchword.admin.import_check import ImportOptions
from watchword.admin.import_file import Numbered
from watchword.admin.import_line import ImportLine
from watchword.admin.secret_import import Import, LineResult, LinesAtFault, checked_import
from watchword.app.administration import customer_bounds
from watchword.app.administration.import_answer import ImportAnswer, import_answer
from watchword.app.administration.operation import Call, Forbidden, Operation
from watchword.storage import Reading

MOST_LINES = 5000
Fact = Annotated[str, Meta(max_length=200)]


class ImportSource(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the lines come from, for the trail. file: its name. sha256: of the whole of it.

    part: which lines of it. system: from which they were taken.
    """

    file: Fact = ""
    sha256: Fact = ""
    part: Fact = ""
    system: Fact = ""


class ImportRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """lines: clients with a secret each; further secrets of a client are further lines.

    add_scopes, add_customers: make those that are missing. to_existing: give secrets to clients
    that are there already. weak: take secrets below 12 characters. force: take client_ids that
    differ only in case. lifetime: of secrets that say none, seconds, null for never.
    """

    lines: Annotated[list[ImportLine], Meta(min_length=1, max_length=MOST_LINES)]
    add_scopes: bool = False
    add_customers: bool = False
    to_existing: bool = False
    weak: bool = False
    force: bool = False
    lifetime: int | UnsetType | None = UNSET
    source: ImportSource = ImportSource()


def plan(call: Call) -> ImportAnswer:
    with _checked(call) as (task, results):
        return import_answer(task, results, done=False)


def run(call: Call) -> ImportAnswer:
    with begin(call) as finish:
        return finish(call)


@contextmanager
def begin(call: Call) -> Iterator[Callable[[Call], ImportAnswer]]:
    """The lines checked; what is left is to store them. Raises LinesAtFault."""
    with _checked(call) as (task, results):
        faults = [each for each in results if each.fault is not None]
        if faults:
            raise LinesAtFault(faults, task.lines)
        yield lambda within: _store(within, task, results)


def _store(call: Call, task: Import, results: list[LineResult]) -> ImportAnswer:
    source: ImportSource = call.body.source
    told = {name: text for name in source.__struct_fields__ if (text := getattr(source, name))}
    task.store(call.estate, lambda: told)
    return import_answer(task, results, done=True)


@contextmanager
def _checked(call: Call) -> Iterator[tuple[Import, list[LineResult]]]:
    asked: ImportRequest = call.body
    with call.estate.store.reading() as reading:
        issuer = call.require_not_built_in(call.issuer(reading))
        _require_customers_seen(call, reading)
    results: list[LineResult] = []
    lines = (Numbered(number, line) for number, line in enumerate(asked.lines, start=1))
    options = ImportOptions(
        **{name: getattr(asked, name) for name in ImportOptions.__struct_fields__}
    )
    with checked_import(
        call.estate, call.context, issuer.id, lines, options=options, tell=results.append
    ) as task:
        if task.report(done=False).scopes_added and "issuers:write" not in call.caller.permissions:
            raise Forbidden("only an owner adds scopes to an issuer")
        yield task, results


def _require_customers_seen(call: Call, reading: Reading) -> None:
    """Raise OutOfBounds for a line that gives a client to a customer that lives elsewhere."""
    if not call.caller.bounds:
        return
    for name in {line.customer for line in call.body.lines if line.customer is not None}:
        known = reading.customer_named(name)
        if known is not None:
            customer_bounds.require_seen(call.caller, reading, known, name)


OPERATIONS = (
    Operation(
        name="plan_import",
        action="client.import",
        method="POST",
        path="/issuers/{issuer_id}/imports/plan",
        permission="clients:write",
        summary="Check lines of an import, and store nothing",
        run=plan,
        body=ImportRequest,
        answer=ImportAnswer,
        large=True,
    ),
    Operation(
        name="import_clients",
        action="client.import",
        method="POST",
        path="/issuers/{issuer_id}/imports",
        permission="clients:write",
        summary="Take over clients with the secrets that they have, all of them or none",
        run=run,
        prepared=begin,
        body=ImportRequest,
        answer=ImportAnswer,
        status=201,
        repeatable=True,
        large=True,
    ),
)
