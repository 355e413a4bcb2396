"""Where a value of the request stands: `form:client_id`, `json:auth.key`, `header:X-Api-Key`.

form:NAME              a parameter of a form body
query:NAME             a parameter of the query
json:a.b.0             a member of a JSON body, by names and list indices between dots
json:/a.b/c~1d         the same as a JSON pointer (RFC 6901), for names that hold a dot
header:NAME            a header of any name
header:NAME SCHEME     what follows the scheme word in it ("header:Authorization ApiKey")
"""

import re
from typing import Literal

from msgspec import Struct

from watchword.dialect.fault import FaultFound, nearest

PlaceKind = Literal["form", "query", "json", "header"]
KINDS: tuple[PlaceKind, ...] = ("form", "query", "json", "header")
MAX_STEPS = 8

# RFC 9110, 5.6.2: token
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_PRINTABLE = re.compile(r"[\x21-\x7e]+\Z")


class Place(Struct, frozen=True):
    """A place, read from its text.

    name: how people on the wire call it ("clientId", "auth.key", "X-Api-Key").
    steps: the way to a JSON member; digits are a list's index.
    scheme: the word before the value in a header, "" for none.
    """

    kind: PlaceKind
    name: str
    steps: tuple[str, ...] = ()
    scheme: str = ""

    @property
    def header(self) -> bytes:
        return self.name.lower().encode("ascii")


def parse_place(text: str, path: str) -> Place:
    """The place that a text names; FaultFound at `path` if it names none."""
    kind, colon, rest = text.partition(":")
    if not colon or kind not in KINDS:
        hint = nearest(kind, KINDS) + "; for example 'form:client_id'"
        raise FaultFound(path, f"{text!r} is not a place", hint)
    if kind == "json":
        return Place("json", rest, _steps(rest, text, path))
    if kind == "header":
        return _header_place(rest, text, path)
    if not _PRINTABLE.match(rest):
        raise FaultFound(path, f"{text!r} names no parameter", f"for example '{kind}:client_id'")
    return Place("form" if kind == "form" else "query", rest)


def _header_place(rest: str, text: str, path: str) -> Place:
    name, _, scheme = rest.partition(" ")
    if not HEADER_NAME.match(name) or (scheme and not HEADER_NAME.match(scheme)):
        raise FaultFound(path, f"{text!r} names no header", "for example 'header:X-Api-Key'")
    if name.lower() in ("host", "content-length", "transfer-encoding", "connection", "cookie"):
        raise FaultFound(path, f"{name!r} is a header of HTTP itself")
    return Place("header", name, scheme=scheme)


def _steps(rest: str, text: str, path: str) -> tuple[str, ...]:
    if rest.startswith("/"):
        parts = rest[1:].split("/")
        steps = tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)
    else:
        steps = tuple(rest.split("."))
    if not all(steps):
        raise FaultFound(path, f"{text!r} has an empty name", "for example 'json:auth.clientId'")
    if len(steps) > MAX_STEPS:
        raise FaultFound(path, f"{text!r} is deeper than {MAX_STEPS}")
    if any(step.isdecimal() and int(step[:4]) > 15 for step in steps):
        raise FaultFound(path, f"{text!r} has an index above 15")
    return steps
