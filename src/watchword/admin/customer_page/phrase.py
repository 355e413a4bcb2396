"""Small pieces of sentences."""

from collections.abc import Sequence

from watchword.admin.customer_page.block import Code, Line

_UNITS = ((365 * 86_400, "year"), (86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def spoken_duration(seconds: int) -> str:
    """ "30 minutes", "1 hour", "90 seconds": the largest unit that says it exactly."""
    for size, unit in _UNITS:
        if seconds % size == 0 and seconds >= size:
            return _counted(seconds // size, unit)
    return "0 seconds"


def _counted(count: int, unit: str) -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


def listed(words: Sequence[str], last: str = "or") -> Line:
    """Words of the wire as a list: `a`, `b` or `c`."""
    pieces: list[str | Code] = []
    for index, word in enumerate(words):
        if index:
            pieces.append(f" {last} " if index == len(words) - 1 else ", ")
        pieces.append(Code(word))
    return tuple(pieces)


def capital(text: str) -> str:
    """A text that begins a sentence."""
    return f"{text[:1].upper()}{text[1:]}"
