"""JSON as this package takes it (RFC 8259): UTF-8, each name once, finite, shallow, bounded.

The same rules as for tokens; written again here because neither of the two packages rests on the
other.
"""

import json
import math
import re
from typing import NoReturn

from msgspec.json import Encoder

MAX_DEPTH = 16
MAX_MEMBERS = 100
_MAX_BRACKETS = 1000
# The closing quote may lack, or an unclosed string would be tried again from each quote in it.
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_BRACKET = re.compile(rb"[\[\]{}]")
_encode = Encoder().encode


class InvalidJson(ValueError):
    """Bytes that are not JSON as this package takes it."""


def loads(text: bytes) -> object:
    """The value of strict JSON text. Raises InvalidJson, and nothing else, whatever the bytes."""
    _refuse_depth(text)
    try:
        return _DECODER.decode(text.decode())
    except json.JSONDecodeError as wrong:
        where = f"line {wrong.lineno}, column {wrong.colno}"
        raise InvalidJson(f"The text is not valid JSON: {wrong.msg} ({where} of it).") from wrong
    except InvalidJson:
        raise
    except (ValueError, RecursionError) as wrong:
        raise InvalidJson("The text is not valid JSON.") from wrong


def dumps(value: object) -> bytes:
    """Compact JSON of a value; lone surrogates, which UTF-8 cannot carry, become "?"."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")


def _refuse_depth(text: bytes) -> None:
    if text.count(b"{") + text.count(b"[") <= MAX_DEPTH:
        return
    brackets = _BRACKET.findall(_STRING.sub(b"", text))
    if len(brackets) > _MAX_BRACKETS:
        raise InvalidJson("The JSON text has too many lists and objects.")
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth > MAX_DEPTH:
            raise InvalidJson("The JSON text is nested too deeply.")


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("The JSON text has a member twice.")
    if len(members) > MAX_MEMBERS:
        raise InvalidJson("The JSON text has too many members.")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise InvalidJson("The JSON text has a number out of range.")
    return number


def _constant(text: str) -> NoReturn:
    raise InvalidJson(f"The JSON text has {text}.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_float=_finite, parse_constant=_constant
)
