"""`watchword trace`: one request, by the id that its answer carried."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import click

from watchword.cli.command import standalone
from watchword.cli.failure import Refused
from watchword.cli.output import View
from watchword.cli.session import Session

COLUMNS = {"at": "at", "where": "where", "what": "what", "facts": "facts"}
_DULL = frozenset({"at", "event", "level", "request_id", "count", "tokens"})


@standalone("trace", example="watchword trace 6f5ad08366-2 --log /var/log/watchword.log")
@click.argument("request_id")
@click.option("--log", "logs", multiple=True, metavar="FILE|-", help="The server's log (JSON).")
def trace(session: Session, request_id: str, logs: tuple[str, ...]) -> None:
    """Find what the trail and the server's log say about one request.

    Every answer carries the id in `x-request-id`. Refused token requests are in the database for a
    while, answered ones if the issuer keeps a ledger; the log has them all.
    """
    found = session.desk.call("trace_request", request_id)["items"]
    for log in logs:
        found += _in_log(log, request_id)
    if not found:
        raise Refused(
            f"nothing is known of the request {request_id}",
            hint="" if logs else "the server's log has all token requests: --log FILE",
            code="unknown_request",
        )
    found.sort(key=lambda each: str(each["at"]))
    session.out.many(found, COLUMNS)


def _in_log(path: str, request_id: str) -> list[View]:
    try:
        if path == "-":
            return list(_lines(sys.stdin, request_id))
        with open(path, encoding="utf-8", errors="replace") as file:
            return list(_lines(file, request_id))
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}", usage=True) from None


def _lines(lines: Iterable[str], request_id: str) -> Iterator[View]:
    for line in lines:
        if request_id in line:
            yield from _entries(line, request_id)


def _entries(line: str, request_id: str) -> Iterator[View]:
    """What one line of the log says about the request; tokens are logged in batches."""
    try:
        entry = json.loads(line)
    except ValueError:
        return
    if not isinstance(entry, dict):
        return
    batch = entry.get("tokens")
    for part in [entry, *(batch if isinstance(batch, list) else [])]:
        if isinstance(part, dict) and part.get("request_id") == request_id:
            yield _entry(entry, part)


def _entry(entry: dict[str, Any], part: dict[str, Any]) -> View:
    facts = {name: value for name, value in part.items() if name not in _DULL and value is not None}
    at = str(part.get("at", entry.get("at", "")))
    return {"at": at[:19] + "Z", "where": "log", "what": entry.get("event", ""), "facts": facts}
