"""A diagnosis as people read it: what is wrong first, then what was changed and counted."""

from typing import Any

from watchword.admin import view
from watchword.admin.diagnosis import Diagnosis, Finding
from watchword.cli.output import from_now, instant_for_people
from watchword.cli.session import Session

_MARKS = {"fault": "✗", "warning": "!", "fine": "✓"}
_EVENTS = {"at": "at", "actor": "actor", "action": "action", "name": "name"}


def show_diagnosis(session: Session, found: Diagnosis) -> None:
    """Print it."""
    if session.out.as_json:
        session.out.one(_as_json(found))
        return
    session.out.title(f"Client {found.client.client_id}")
    for finding in found.findings:
        session.out.text(f"  {_MARKS[finding.severity]} {finding.text}{_since(session, finding)}")
        if finding.advice:
            session.out.text(f"    {finding.advice}")
    session.out.text()
    session.out.text(f"  Tokens in this time: {found.issued}. {_last_token(session, found)}")
    if found.events:
        session.out.text()
        session.out.title("Changed lately")
        session.out.many([view.event(each) for each in found.events], _EVENTS)


def _since(session: Session, finding: Finding) -> str:
    if finding.at is None:
        return ""
    at = str(view.instant(finding.at))
    return f", {instant_for_people(at)} ({from_now(at, session.now)})"


def _last_token(session: Session, found: Diagnosis) -> str:
    if found.last_issued_at is None:
        return "It has never got one."
    return f"It got its last one {from_now(str(view.instant(found.last_issued_at)), session.now)}."


def _as_json(found: Diagnosis) -> dict[str, Any]:
    return {
        "client_id": found.client.client_id,
        "findings": [
            {
                "severity": each.severity,
                "text": each.text,
                "at": view.instant(each.at),
                "advice": each.advice,
            }
            for each in found.findings
        ],
        "refusals": [
            {
                "cause": each.cause,
                "count": each.count,
                "first_hour": view.instant(each.first_hour),
                "last_hour": view.instant(each.last_hour),
            }
            for each in found.refusals
        ],
        "issued": found.issued,
        "last_issued_at": view.instant(found.last_issued_at),
        "events": [view.event(each) for each in found.events],
    }
