"""Loading dialects: shipped ones by name, anybody's from text. Nothing of a file is executed."""

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from watchword.dialect.compile import Compiled
from watchword.dialect.dialect import Dialect
from watchword.dialect.fault import DialectError, Fault, FaultFound, nearest
from watchword.dialect.shape import to_model
from watchword.dialect.toml_lines import Lines

MAX_BYTES = 32 * 1024
_MAX_DOTS = 30
_MAX_TABLES = 200
_MAX_BRACKETS = 100
_LONGEST_NUMBER = re.compile(r"[0-9]{4000}")
_SURROGATE = re.compile("[\ud800-\udfff]")
_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)\Z")


def names() -> tuple[str, ...]:
    """The names of the shipped dialects."""
    folder = resources.files("watchword.dialect") / "files"
    found = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def source(name: str) -> str:
    """The text of a shipped dialect's file. Raises DialectError with the nearest name."""
    if name not in names():
        hint = nearest(name, names())
        fault = Fault(path="", line=0, message=f"there is no dialect {name[:60]!r}", hint=hint)
        raise DialectError((fault,), "dialect")
    file = resources.files("watchword.dialect") / "files" / f"{name}.toml"
    return file.read_text("utf-8")


@cache
def load(name: str) -> Dialect:
    """A shipped dialect by its name. Raises DialectError with the nearest name."""
    return parse(source(name), f"{name}.toml")


def parse(text: str, source: str = "dialect") -> Dialect:
    """A dialect from the text of its file; `source` names the file in faults.

    Raises DialectError with every fault that could be found at once.
    """
    # Some editors put a byte order mark before the first line; it says nothing.
    text = text.removeprefix("\ufeff")
    parsed = _parsed(text)
    if isinstance(parsed, Fault):
        raise DialectError((parsed,), source)
    lines = Lines(text)
    file, faults = to_model(parsed, lines)
    if file is None:
        raise DialectError(tuple(faults), source)
    try:
        return Dialect(file, Compiled(file))
    except FaultFound as found:
        line = lines.line_near(found.path, found.near)
        fault = Fault(path=found.path, line=line, message=found.message, hint=found.hint)
        raise DialectError((fault,), source) from None


def decoded(octets: bytes, source: str = "dialect") -> str:
    """The text of a file's octets. Raises DialectError for too many, or what is not UTF-8.

    A reader need not read more than one octet beyond MAX_BYTES.
    """
    fault = _too_large() if len(octets) > MAX_BYTES else None
    try:
        if fault is None:
            return octets.decode()
    except UnicodeDecodeError as wrong:
        line = octets.count(b"\n", 0, wrong.start) + 1
        hint = "save the file as UTF-8"
        fault = Fault(path="", line=line, message="this is not UTF-8", hint=hint)
    raise DialectError((fault,), source)


def faults_of(text: str, source: str = "dialect") -> tuple[Fault, ...]:
    """The faults of a file's text; none if it is a dialect."""
    try:
        parse(text, source)
    except DialectError as error:
        return error.faults
    return ()


def _parsed(text: str) -> dict[str, Any] | Fault:
    if len(text) > MAX_BYTES:
        return _too_large()
    surrogate = _SURROGATE.search(text)
    if surrogate:
        line = text.count("\n", 0, surrogate.start()) + 1
        return Fault(path="", line=line, message="half of a surrogate pair, which is no character")
    if sum(line.lstrip().startswith("[") for line in text.splitlines()) > _MAX_TABLES:
        return Fault(path="", line=0, message=f"more than {_MAX_TABLES} tables")
    # A key of many parts costs the parser time by their square.
    if any(part.count(".") > _MAX_DOTS for line in text.splitlines() for part in line.split("=")):
        return Fault(path="", line=0, message="tables or lists nested too deeply")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        return _not_toml(str(wrong), text)


def _too_large() -> Fault:
    return Fault(path="", line=0, message=f"the file is larger than {MAX_BYTES // 1024} KiB")


def _not_toml(told: str, text: str) -> Fault:
    """What `tomllib` told of a text, with the line that it names; the last one for the end."""
    at = _POSITION.search(told)
    if at is None:
        return _too_much(text)
    line = int(at[1]) if at[1] else max(1, len(text.splitlines()))
    told = told[: at.start()]
    # A text that goes on below its line, or is never closed.
    is_open = "Illegal character '\\n'" in told or "Unterminated string" in told
    hint = "a text of several lines stands between ''' and '''" if is_open else ""
    return Fault(path="", line=line, message=f"not TOML: {told}", hint=hint)


def _too_much(text: str) -> Fault:
    """The fault that the parser has stopped at without a word on where."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.count("[") + line.count("{") > _MAX_BRACKETS:
            return Fault(path="", line=number, message="tables or lists nested too deeply")
        if _LONGEST_NUMBER.search(line):
            return Fault(path="", line=number, message="a number of thousands of digits")
    return Fault(path="", line=0, message="the file is not TOML")
