"""The shapes of what is answered about imports."""

from msgspec import Struct

from watchword.admin.secret_import import Import, LineResult
from watchword.app.administration.answer import Answer


class ImportLineAnswer(Struct, frozen=True, kw_only=True):
    """What became of a line, or would. line: its place in the request, from 1 on.

    kept_as: how its secret is kept. fault: why it cannot be imported, null if it can.
    """

    line: int
    client_id: str | None
    kept_as: str | None
    fault: str | None


class ImportAnswer(Answer, frozen=True, kw_only=True):
    """What an import did, or would do. done: whether anything was stored.

    kinds: secrets by how they are kept. results: a line each; null in the answer to a repetition.
    """

    issuer: str
    done: bool
    lines: int
    clients: int
    secrets: int
    faults: int
    kinds: dict[str, int]
    customers_added: tuple[str, ...]
    scopes_added: tuple[str, ...]
    results: tuple[ImportLineAnswer, ...] | None


def import_line(result: LineResult) -> ImportLineAnswer:
    return ImportLineAnswer(
        line=result.line, client_id=result.client_id, kept_as=result.kept_as, fault=result.fault
    )


def import_answer(task: Import, results: list[LineResult], *, done: bool) -> ImportAnswer:
    report = task.report(done=done)
    return ImportAnswer(
        issuer=report.issuer,
        done=report.done,
        lines=report.lines,
        clients=report.clients,
        secrets=report.secrets,
        faults=report.faults,
        kinds=report.kinds,
        customers_added=task.customers,
        scopes_added=report.scopes_added,
        results=tuple(map(import_line, results)),
    )
