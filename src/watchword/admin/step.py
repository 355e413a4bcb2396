"""What applying files does, step by step, as people and programs read it.

One step an event, but for those that follow from another one by themselves. Steps name things as
people do, and but for keys they hold nothing that is drawn or told by the clock when the change is
made, so that two runs that do the same say the same: `digest` tells whether they do.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from watchword.admin import view
from watchword.core.event import Event
from watchword.storage import Reading

Mark = Literal["+", "~", "-"]
Settings = dict[str, Any]
_MARKS: Mapping[str, Mark] = {"create": "+", "issue": "+", "delete": "-", "disable": "-"}
_CONSEQUENCES = frozenset({"pepper.create", "key.create", "secret.issue", "secret.revoke"})
_TOLD_ALREADY = frozenset({"name", "client_id", "dialect_text"})
_OF_THE_CLOCK = frozenset({"created_at", "deleted_at"})


class Step(Struct, frozen=True, kw_only=True):
    """mark: `+` made, `~` changed, `-` ended. name: as people write it, "acme/ACME01".

    changes: what differs, a line each. before, after: the settings that differ, before None where
    the thing is new.
    """

    mark: Mark
    action: str
    kind: str
    name: str
    changes: tuple[str, ...]
    before: Settings | None
    after: Settings | None


def steps_of(events: Iterable[Event], reading: Reading) -> tuple[Step, ...]:
    """The steps of `events`. reading: what is there now that they have happened."""
    names = _Names(reading)
    return tuple(_step(event, names) for event in events if event.action not in _CONSEQUENCES)


def digest(steps: Iterable[Step], new_secrets: Iterable[tuple[str, str]]) -> str:
    """A short name of what was shown: the same for the same steps and new secrets.

    new_secrets: issuer and client_id of those that get one.
    """
    told = [[_certain(step) for step in steps], list(new_secrets)]
    text = msgspec.json.encode(told, order="deterministic")
    return hashlib.sha256(text).hexdigest()


class _Names:
    """Names of issuers and customers by their ids."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._issuers = {issuer.id: issuer.name for issuer in reading.issuers()}
        self._customers: dict[str, str] = {}

    def issuer(self, id: str | None) -> str:
        return self._issuers.get(id or "", "")

    def customer(self, id: str) -> str:
        if id not in self._customers:
            found = self._reading.customer(id)
            self._customers[id] = found.name if found else id
        return self._customers[id]


def _step(event: Event, names: _Names) -> Step:
    verb = event.action.rpartition(".")[2]
    owner = names.issuer(event.issuer_id)
    below = owner and event.kind not in ("issuer", "customer")
    shown = view.event(event)
    before, after = _named(shown["before"], names), _named(shown["after"], names)
    return Step(
        mark=_MARKS.get(verb, "~"),
        action=event.action,
        kind=event.kind,
        name=f"{owner}/{event.name}" if below else event.name,
        changes=tuple(_changes(before, after or {})),
        before=before,
        after=after,
    )


def _named(settings: Settings | None, names: _Names) -> Settings | None:
    """The settings that somebody chose, with the customer's name where its id stood."""
    if settings is None:
        return None
    chosen = {name: value for name, value in settings.items() if name not in _OF_THE_CLOCK}
    if "customer_id" in chosen:
        id = chosen.pop("customer_id")
        chosen["customer"] = names.customer(id) if id else None
    return chosen


def _changes(before: Settings | None, after: Settings) -> list[str]:
    """What differs, a line each; of something new, the settings that say something."""
    if before is None:
        told = {name: value for name, value in after.items() if value not in (None, "", [], {})}
        return [
            f"{name} = {_text(value)}" for name, value in told.items() if name not in _TOLD_ALREADY
        ]
    return [f"{name}: {_text(before.get(name))} → {_text(value)}" for name, value in after.items()]


def _certain(step: Step) -> Settings:
    """What of a step is the same in each run: a key's name and its instants are not."""
    if step.kind == "key":
        return {"action": step.action}
    return {name: value for name, value in asdict(step).items() if name != "changes"}


def _text(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if "\n" not in text else f"({len(text.splitlines())} lines)"
