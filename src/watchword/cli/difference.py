"""A plan as people read it: `+` made, `~` changed, `-` ended, and what differs."""

import json
from typing import Any

from watchword.admin import view
from watchword.admin.apply import Applied
from watchword.cli.session import Session
from watchword.core.event import Event

_MARKS = {"create": "+", "issue": "+", "delete": "-", "disable": "-"}
# What follows from another step by itself.
_CONSEQUENCES = frozenset({"pepper.create", "key.create", "secret.issue", "secret.revoke"})
_STYLES = {"+": "green", "~": "yellow", "-": "red"}
Step = dict[str, Any]


def steps_of(session: Session, applied: Applied) -> list[Step]:
    """One step an event, but for those that follow from another one."""
    names = _issuer_names(session, applied)
    return [_step(event, names) for event in applied.events if event.action not in _CONSEQUENCES]


def show_difference(session: Session, applied: Applied) -> None:
    """Print the steps."""
    steps = steps_of(session, applied)
    if session.out.as_json:
        session.out.one({"steps": steps, "applied": False})
        return
    if not steps:
        session.out.text("Everything is as the files say.")
        return
    for step in steps:
        session.out.title(f"{step['mark']} {step['kind']} {step['name']}", _STYLES[step["mark"]])
        for line in step["changes"]:
            session.out.text(f"    {line}")
    counts = {mark: sum(step["mark"] == mark for step in steps) for mark in _STYLES}
    session.out.text(
        f"\n{counts['+']} to make, {counts['~']} to change, {counts['-']} to end; "
        f"new secrets: {len(applied.secrets)}."
    )


def _step(event: Event, names: dict[str, str]) -> Step:
    verb = event.action.rpartition(".")[2]
    owner = names.get(event.issuer_id or "", "")
    below = owner and event.kind not in ("issuer", "customer")
    return {
        "mark": _MARKS.get(verb, "~"),
        "action": event.action,
        "kind": event.kind,
        "name": f"{owner}/{event.name}" if below else event.name,
        "changes": _changes(event),
    }


def _changes(event: Event) -> list[str]:
    """What differs, a line each; of something new, the settings that say something."""
    shown = view.event(event)
    before, after = shown["before"], shown["after"] or {}
    if before is None:
        told = {name: value for name, value in after.items() if value not in (None, "", [], {})}
        return [
            f"{name} = {_text(value)}" for name, value in told.items() if name not in _TOLD_ALREADY
        ]
    return [f"{name}: {_text(before.get(name))} → {_text(value)}" for name, value in after.items()]


_TOLD_ALREADY = frozenset({"name", "client_id", "created_at", "customer_id", "dialect_text"})


def _issuer_names(session: Session, applied: Applied) -> dict[str, str]:
    with session.estate.store.reading() as reading:
        names = {issuer.id: issuer.name for issuer in reading.issuers()}
    made = {event.target: event.name for event in applied.events if event.kind == "issuer"}
    return {**made, **names}


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if "\n" not in text else f"({len(text.splitlines())} lines)"
