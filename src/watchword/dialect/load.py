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


def faults_of(text: str, source: str = "dialect") -> tuple[Fault, ...]:
    """The faults of a file's text; none if it is a dialect."""
    try:
        parse(text, source)
    except DialectError as error:
        return error.faults
    return ()


def _parsed(text: str) -> dict[str, Any] | Fault:
    if len(text) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024} KiB"
        return Fault(path="", line=0, message=message)
    if sum(line.lstrip().startswith("[") for line in text.splitlines()) > _MAX_TABLES:
        return Fault(path="", line=0, message=f"more than {_MAX_TABLES} tables")
    # A key of many parts costs the parser time by their square.
    if any(part.count(".") > _MAX_DOTS for line in text.splitlines() for part in line.split("=")):
        return Fault(path="", line=0, message="tables or lists nested too deeply")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as wrong:
        return _not_toml(str(wrong), text)


def _not_toml(told: str, text: str) -> Fault:
    """What `tomllib` told of a text, with the line that it names; the last one for the end."""
    at = _POSITION.search(told)
    if at is None:
        return Fault(path="", line=0, message="the file is not TOML")
    line = int(at[1]) if at[1] else max(1, len(text.splitlines()))
    hint = "a text of several lines stands between ''' and '''"
    return Fault(path="", line=line, message=f"not TOML: {told[: at.start()]}", hint=hint)
