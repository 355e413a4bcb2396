"""RFC 8259 and RFC 7493: JSON that has one meaning for every reader.

Refused, although Python's own parser takes them: duplicate member names (the signer may have meant
the first, the verifier read the last), NaN and Infinity, numbers that overflow to infinity, lone
surrogates, encodings other than UTF-8, and nesting deeper than `MAX_DEPTH`.

Most JSON that we meet was written compactly by a machine. What comes out to the very same bytes
when it is written again holds nothing of the above, and a quick parser may read it; the rest is
read by a careful one.
"""

import json
import math
import re
from typing import NoReturn

import msgspec

from watchword.jose.errors import InvalidJson

MAX_DEPTH = 16

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NOT_BRACKET = re.compile(r"[^\[\]{}]+")


def loads(data: bytes) -> object:
    """What the JSON text `data` says; `InvalidJson` for anything that is not strict."""
    try:
        # Counting brackets is cheap and nearly always enough to know that nesting is shallow.
        if data.count(b"{") + data.count(b"[") > MAX_DEPTH:
            _limit_depth(data.decode("utf-8"))
        quick = _read_compact(data)
        if quick is not None:
            return quick
        value: object = _DECODER.decode(data.decode("utf-8"))
        if b"\\u" in data:
            _refuse_lone_surrogates(value)
    except InvalidJson:
        raise
    # UnicodeError and JSONDecodeError are ValueErrors; so is an integer of too many digits.
    except (ValueError, RecursionError):
        raise InvalidJson("not strict JSON") from None
    return value


def _read_compact(data: bytes) -> object | None:
    """The value, if `data` is its compact spelling; None says nothing."""
    try:
        value: object = msgspec.json.decode(data)
        return value if msgspec.json.encode(value) == data else None
    # A lone surrogate is not encoded, and has an exception of its own.
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJson("duplicate member name")
    return members


def _constant(_name: str) -> NoReturn:
    raise InvalidJson("not a finite number")


def _finite(literal: str) -> float:
    number = float(literal)
    if not math.isfinite(number):
        raise InvalidJson("not a finite number")
    return number


def _limit_depth(text: str) -> None:
    depth = 0
    for bracket in _NOT_BRACKET.sub("", _STRING.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > MAX_DEPTH:
            raise InvalidJson("nested too deeply")


def _refuse_lone_surrogates(value: object) -> None:
    # Encoding the value fails with UnicodeEncodeError, a ValueError, where half a pair stands.
    json.dumps(value, ensure_ascii=False).encode("utf-8")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_members, parse_constant=_constant, parse_float=_finite
)
