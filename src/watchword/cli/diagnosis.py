"""A diagnosis as people read it: what is wrong first, then what was changed and counted."""

from watchword.cli.desk import Answer
from watchword.cli.output import from_now, instant_for_people
from watchword.cli.session import Session
from watchword.core.duration import format_duration

_MARKS = {"fault": "✗", "warning": "!", "fine": "✓"}
_STYLES = {"fault": "red", "warning": "yellow", "fine": "green"}
_DAYS_AS_HOURS = 2 * 86_400
_EVENTS = {"at": "at", "actor": "actor", "action": "action", "name": "name"}


def show_diagnosis(session: Session, found: Answer, since: int) -> None:
    """Print it. since: how far back it looked, seconds."""
    if session.out.as_json:
        session.out.one({**found, "client_id": found["client"]["client_id"]})
        return
    session.out.title(f"Client {found['client']['client_id']}")
    for finding in found["findings"]:
        severity = finding["severity"]
        when = _since(session, finding["at"])
        session.out.title(f"  {_MARKS[severity]} {finding['text']}{when}", _STYLES[severity])
        if finding["advice"]:
            session.out.text(f"    {finding['advice']}")
    session.out.text()
    hours = since <= _DAYS_AS_HOURS and since % 3600 == 0
    time = f"in the last {f'{since // 3600}h' if hours else format_duration(since)}"
    session.out.text(f"  Tokens {time}: {found['issued']}. {_last_token(session, found)}")
    if found["events"]:
        session.out.text()
        session.out.title("Changed lately")
        session.out.many(found["events"], _EVENTS)


def _since(session: Session, at: str | None) -> str:
    return "" if at is None else f", {instant_for_people(at)} ({from_now(at, session.now)})"


def _last_token(session: Session, found: Answer) -> str:
    at = found["last_issued_at"]
    return f"It got its last one {from_now(at, session.now)}." if at else "It has never got one."
