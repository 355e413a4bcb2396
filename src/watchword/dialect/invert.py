"""Answer templates turned round: where in an answer a value stands, and what it stood for.

A value can be found if it is the whole of a JSON member, a header or a text, or stands in one
between literals that tell where it ends, and if each of its filters can be undone.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from watchword.dialect.body_leaf import Way, leaves
from watchword.dialect.json_text import InvalidJson, loads
from watchword.dialect.slot import Pieces, Slot
from watchword.dialect.template import Body, Text


class Received(NamedTuple):
    """An answer as received: `value` is its parsed JSON, None if it is none."""

    status: int
    headers: dict[str, str]
    text: str
    value: object


def received(status: int, headers: dict[str, str], body: bytes) -> Received:
    """An answer, its body parsed as far as it can be."""
    try:
        value = loads(body)
    except InvalidJson:
        value = None
    lowered = {name.lower(): text for name, text in headers.items()}
    return Received(status, lowered, body.decode("utf-8", "replace"), value)


class Finder(NamedTuple):
    """Finds one placeholder's value: `fetch` gets the text or value around it.

    pieces: the text that it stands in, empty if it is the whole; position: its own among them.
    """

    slot: Slot
    fetch: Callable[[Received], object]
    pieces: Pieces
    position: int

    def find(self, answer: Received) -> Any:
        """What the placeholder stood for; None if it is not there or cannot be read."""
        around = self.fetch(answer)
        if self.pieces:
            found = lay_over(self.pieces, around) if isinstance(around, str) else None
            around = found.get(self.position) if found else None
        if around is None or isinstance(around, bool):
            return None
        try:
            return self.slot.undo(around)
        except (ValueError, TypeError, AttributeError, OverflowError):
            return None


def body_finders(body: Body) -> list[Finder]:
    """Finders for every placeholder of a body that can be found."""
    if not body.is_json:
        return list(_finders(body.pieces, _whole_text))
    found: list[Finder] = []
    for leaf in leaves(body.tree):
        if isinstance(leaf.value, Text):
            found += _finders(tuple(leaf.value), _at(leaf.way))
    return found


def header_finders(name: str, pieces: Pieces) -> list[Finder]:
    """Finders for the placeholders of a header."""
    lowered = name.lower()
    return list(_finders(pieces, lambda answer: answer.headers.get(lowered)))


def _whole_text(answer: Received) -> object:
    return answer.text.strip()


def _at(way: Way) -> Callable[[Received], object]:
    return lambda answer: value_at(answer.value, way)


def value_at(value: object, way: Way) -> object:
    """What stands at a way of names and indices, None if nothing does."""
    for step in way:
        if isinstance(step, str) and isinstance(value, dict):
            value = value.get(step)
        elif isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        else:
            return None
    return value


def _finders(pieces: Pieces, fetch: Callable[[Received], object]) -> Iterator[Finder]:
    for index, piece in enumerate(pieces):
        if not isinstance(piece, Slot) or not piece.invertible:
            continue
        if len(pieces) == 1:
            yield Finder(piece, fetch, (), 0)
        elif not _touches(pieces, index):
            yield Finder(piece, fetch, pieces, index)


def _touches(pieces: Pieces, index: int) -> bool:
    """Whether another placeholder stands directly beside this one."""
    beside = [pieces[i] for i in (index - 1, index + 1) if 0 <= i < len(pieces)]
    return any(isinstance(piece, Slot) for piece in beside)


def lay_over(pieces: Pieces, text: str) -> dict[int, str] | None:
    """What each placeholder of a text would stand for, by its index; None if the text differs.

    Each literal is taken where it comes first, so that the time is linear in the text.
    """
    found: dict[int, str] = {}
    position, free = 0, -1
    for index, piece in enumerate(pieces):
        if isinstance(piece, Slot):
            free = index
            continue
        last = index == len(pieces) - 1
        start = text.rfind(piece) if last and free >= 0 else text.find(piece, position)
        if start < position or (free < 0 and start != position):
            return None
        if last and start + len(piece) != len(text):
            return None
        if free >= 0:
            found[free] = text[position:start]
        position, free = start + len(piece), -1
    if free >= 0:
        found[free] = text[position:]
    elif position != len(text):
        return None
    return found
