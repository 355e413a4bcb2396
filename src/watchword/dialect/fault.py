"""What is wrong with a dialect file, told as a person would: file, line, key, what it may be."""

from difflib import get_close_matches

from msgspec import Struct


class Fault(Struct, frozen=True, kw_only=True):
    """One fault.

    path: the key ("request.grant.values"), "" for the file as a whole.
    line: 1-based, 0 where no line can be named.
    message: what is wrong.
    hint: what it may be, or the nearest right word; "" where there is nothing to add.
    """

    path: str
    line: int
    message: str
    hint: str = ""

    @property
    def place(self) -> str:
        """Where it is, to be read before the message: "line 4: answer.body: ", or nothing."""
        line = f"line {self.line}: " if self.line else ""
        return line + (f"{self.path}: " if self.path else "")

    def __str__(self) -> str:
        return f"{self.place}{self.message}" + (f" ({self.hint})" if self.hint else "")


class DialectError(ValueError):
    """A dialect that cannot be used: `faults` in the file's order."""

    def __init__(self, faults: tuple[Fault, ...], source: str) -> None:
        self.faults = faults
        self.source = source
        super().__init__("\n".join(f"{source}: {fault}" for fault in faults))


class FaultFound(ValueError):
    """One fault while something is compiled; the loader adds file and line.

    near: the words of the file that are at fault, where they may stand lines below their key.
    """

    def __init__(self, path: str, message: str, hint: str = "", near: str = "") -> None:
        super().__init__(message)
        self.near = near
        self.path = path
        self.message = message
        self.hint = hint


def nearest(word: str, known: list[str] | tuple[str, ...]) -> str:
    """A hint: the nearest of the known words, or all of them where none is near."""
    close = get_close_matches(word[:60], known, n=1, cutoff=0.6)
    if close:
        return f"did you mean {close[0]!r}?"
    return f"it may be: {', '.join(known)}" if known else ""
