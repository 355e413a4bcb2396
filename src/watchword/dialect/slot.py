"""Texts with placeholders, read once: `Bearer {access_token}`, `{expires_at|ms|text}`."""

import re
from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import Any, NamedTuple

from watchword.dialect.fault import FaultFound, nearest
from watchword.dialect.filters import Applied, apply_filter
from watchword.dialect.placeholder import PLACEHOLDERS, Get, Kind, Where
from watchword.dialect.scene import Scene, Value

MAX_SLOTS = 64
MAX_FILTERS = 6
_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class Slot(NamedTuple):
    """One placeholder with its filters. `get` gives its value, None where it is absent."""

    name: str
    argument: str
    filters: tuple[tuple[str, str, Applied], ...]
    kind: Kind
    get: Get

    def undo(self, value: Any) -> Any:
        """What the placeholder stood for, from what is on the wire; ValueError if it cannot be."""
        where = self.zone
        for name, _, applied in reversed(self.filters):
            if applied.undo is None:
                raise ValueError(f"the filter {name!r} cannot be undone")
            value = applied.undo(value, where)
        return value

    @property
    def zone(self) -> tzinfo:
        """The zone of its texts."""
        return next((each.where for _, _, each in self.filters if each.where), UTC)

    @property
    def invertible(self) -> bool:
        """Whether `undo` can give its value."""
        return all(applied.undo is not None for _, _, applied in self.filters)


Pieces = tuple[str | Slot, ...]


def parse_pieces(text: str, where: Where, path: str) -> Pieces:
    """The literals and placeholders of a text. `{{` and `}}` are braces."""
    pieces: list[str | Slot] = []
    literal, end = "", 0
    for token in _TOKEN.finditer(text):
        literal += text[end : token.start()]
        end = token.end()
        if token[0] in ("{{", "}}"):
            literal += token[0][0]
            continue
        if token[1] is None:
            raise FaultFound(path, f"a lone {token[0]!r}", "a brace itself is written twice")
        if literal:
            pieces.append(literal)
        literal = ""
        pieces.append(parse_slot(token[1], where, path))
        if len(pieces) > 2 * MAX_SLOTS:
            raise FaultFound(path, f"more than {MAX_SLOTS} placeholders")
    literal += text[end:]
    return (*pieces, literal) if literal else tuple(pieces)


def parse_slot(text: str, where: Where, path: str) -> Slot:
    """The placeholder between two braces; FaultFound at `path` with the nearest right word."""
    head, *rest = text.split("|")
    name, _, argument = head.strip().partition(":")
    known = PLACEHOLDERS.get(name)
    here = [each for each, value in PLACEHOLDERS.items() if where in value.where]
    if known is None or where not in known.where:
        hint = nearest(name, here)
        raise FaultFound(path, _not_here(name, known is not None, where), hint, near=text)
    if argument and not known.argument:
        raise FaultFound(path, f"{{{name}}} takes no argument", near=text)
    try:
        get = known.make(argument)
        if len(rest) > MAX_FILTERS:
            raise ValueError(f"more than {MAX_FILTERS} filters")
        return _with_filters(name, argument, known.kind, get, rest)
    except ValueError as wrong:
        raise FaultFound(path, f"{{{text[:80]}}}: {wrong}", near=text) from None


def _not_here(name: str, known: bool, where: Where) -> str:
    if name in ("secret", "client_secret", "password"):
        return "the secret is no placeholder, and never will be"
    if known:
        return f"{{{name}}} cannot stand in a{'n' if where == 'answer' else ''} {where}"
    return f"there is no placeholder {{{name[:40]}}}"


def _with_filters(name: str, argument: str, kind: Kind, get: Get, texts: list[str]) -> Slot:
    filters = []
    for text in texts:
        filter_name, filter_argument, applied = apply_filter(text, kind)
        kind = applied.kind
        filters.append((filter_name, filter_argument, applied))
        if filter_name == "default":
            get = _with_default(get, filter_argument)
        else:
            get = _filtered(get, applied.apply)
    if kind == "moment":
        raise ValueError("zone must be followed by iso8601 or strftime")
    if kind == "instant":
        get = _whole(get)
    return Slot(name, argument, tuple(filters), kind, get)


def _filtered(get: Get, apply: Callable[[Any], Value]) -> Get:
    def filtered(scene: Scene) -> Value:
        value = get(scene)
        return None if value is None else apply(value)

    return filtered


def _with_default(get: Get, default: str) -> Get:
    def filled(scene: Scene) -> Value:
        value = get(scene)
        return default if value is None else value

    return filled


def _whole(get: Get) -> Get:
    def whole(scene: Scene) -> Value:
        value = get(scene)
        return int(value) if isinstance(value, float) else value

    return whole
