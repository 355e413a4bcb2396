"""`watchword audit`: who changed what, when and from where."""

import csv
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import click

from watchword.cli.command import group, leaf
from watchword.cli.desk import Answer
from watchword.cli.failure import Refused
from watchword.cli.session import Session
from watchword.cli.types import duration
from watchword.core.event import Event

audit = group("audit", "The trail: every change and every refused attempt, chained.")
COLUMNS = {
    "seq": "seq",
    "at": "at",
    "actor": "actor",
    "action": "action",
    "name": "name",
    "outcome": "outcome",
    "what": "what",
}
_PAGE = 500
_FOLLOW_SECONDS = 0.5
_WHAT_LENGTH = 60
_FOLLOWED = 500


@leaf(audit, "tail", example="watchword audit tail --follow")
@click.option("-n", "--lines", type=click.IntRange(1, 500), default=20, help="How many; 20.")
@click.option("--issuer", metavar="NAME", help="Only what belongs to this issuer.")
@click.option("--follow", is_flag=True, help="Go on, until Ctrl-C.")
def tail(session: Session, lines: int, issuer: str | None, follow: bool) -> None:
    """Show the newest events, the last one at the end."""
    query = {"issuer": issuer, "newest_first": True, "limit": lines}
    found = session.desk.call("list_events", query=query)["items"][::-1]
    if not follow:
        shown = [{**each, "what": _what(each)} for each in found]
        session.out.many(shown, COLUMNS, empty="The trail is empty.")
        return
    _follow(session, issuer, found)


@leaf(audit, "export", example="watchword audit export --format csv > trail.csv")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", help="jsonl."
)
@click.option("--since", type=duration, help="Only the last so much time.")
@click.option("--issuer", metavar="NAME", help="Only what belongs to this issuer.")
def export(session: Session, form: str, since: int | None, issuer: str | None) -> None:
    """Write the trail to standard output, as JSON lines or CSV, the oldest event first."""
    from watchword.admin.view import instant

    earliest = instant(0 if since is None else session.now - since) or ""
    # RFC 3339 in UTC: texts in the order of the instants.
    events = (each for each in _all(session, issuer) if each["at"] >= earliest)
    if form == "csv" and not session.out.as_json:
        _export_csv(session, events)
        return
    for event in events:
        session.out.raw(json.dumps(event, ensure_ascii=False) + "\n")


@leaf(audit, "verify", example="watchword audit verify")
def verify(session: Session) -> None:
    """Verify the chain; exit code 1 names the first event that was tampered with.

    Compare the head with one that was kept elsewhere: a whole database that was put back to an
    earlier day looks right in itself.
    """
    report = session.desk.call("verify_trail")
    fault = {"seq": report["fault_seq"], "wrong": report["fault"]}
    told = {
        "ok": report["ok"],
        "events": report["events"],
        "dropped": report["dropped"],
        "head": {"seq": report["seq"], "chain": report["chain"]},
        "fault": None if report["ok"] else fault,
    }
    if session.out.as_json:
        session.out.one(told)
    if not report["ok"]:
        raise Refused(
            f"event {fault['seq']} of the trail: {_WRONG[fault['wrong']]}",
            hint=f"the {report['events']} events before it are right",
            code="trail_tampered",
        )
    session.out.text(f"The trail is whole: {report['events']} events{_dropped(report)}.")
    session.out.text(f"Head: {report['seq']} {report['chain']}")


@leaf(audit, "token", example="watchword audit token 5lItjrxh8AItv6QgfMTAVCAzj9T7piFPrGnJEK")
@click.argument("jti")
def token(session: Session, jti: str) -> None:
    """Find one token in the ledger, by its `jti`; only issuers with a ledger keep one."""
    session.out.one(session.desk.call("get_token", jti), f"Token {jti}")


_WRONG = {
    "changed": "it was changed",
    "removed": "it was removed",
    "put in": "it was put in",
    "cut off": "it and all that followed were cut off",
    "head": "the record of the trail's end was tampered with",
    "anchor": "the record of the days dropped before it was tampered with",
}


def _dropped(report: Answer) -> str:
    return f", after {report['dropped']} that were dropped" if report["dropped"] else ""


def _what(event: Answer) -> str:
    """The change in a few words: what differs, or why it was refused."""
    before, after = event["before"], event["after"]
    if event["outcome"] == "refused":
        text = str(event["detail"].get("message", ""))
    elif before is not None and after is not None:
        text = ", ".join(
            f"{name}: {_brief(before.get(name))} → {_brief(value)}" for name, value in after.items()
        )
    else:
        text = ", ".join(f"{name}={_brief(value)}" for name, value in event["detail"].items())
    return text if len(text) <= _WHAT_LENGTH else text[: _WHAT_LENGTH - 1] + "…"


def _brief(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _follow(session: Session, issuer: str | None, found: list[Answer]) -> None:
    """Print each event as it comes, until somebody interrupts."""
    seen = 0
    while True:
        for event in found:
            seen = max(seen, event["seq"])
            _print_line(session, event)
        time.sleep(_FOLLOW_SECONDS)
        query = {"issuer": issuer, "newest_first": True, "limit": _FOLLOWED}
        newest = session.desk.call("list_events", query=query)["items"]
        found = [event for event in reversed(newest) if event["seq"] > seen]


def _print_line(session: Session, event: Answer) -> None:
    if session.out.as_json:
        session.out.raw(json.dumps(event, ensure_ascii=False) + "\n")
    else:
        mark = " REFUSED" if event["outcome"] == "refused" else ""
        what = f"{event['action']} {event['name']}{mark}  {_what(event)}"
        session.out.text(f"{event['at']}  {event['actor']}  {what}")
    session.out.flush()


def _all(session: Session, issuer: str | None) -> Iterator[Answer]:
    cursor: str | None = None
    while True:
        query = {"issuer": issuer, "cursor": cursor, "limit": _PAGE}
        page = session.desk.call("list_events", query=query)
        yield from page["items"]
        cursor = page["next"]
        if cursor is None:
            return


def _export_csv(session: Session, events: Iterator[Answer]) -> None:
    names = list(Event.__struct_fields__)
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    for event in events:
        writer.writerow(
            {
                name: json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
                for name, value in event.items()
            }
        )
        session.out.raw(text.getvalue())
        text.seek(0)
        text.truncate()
    session.out.raw(text.getvalue())
