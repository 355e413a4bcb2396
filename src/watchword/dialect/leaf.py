"""Single values of a dialect file against their types and bounds, told as a person would."""

from datetime import date, datetime, time
from re import search
from typing import Any, NamedTuple

from msgspec import inspect

# What a value's pattern means, in words.
_PATTERNS = {
    "^[a-z0-9]": "letters a to z, digits, dots, dashes and underscores, at most 63, "
    "the first a letter or a digit",
    "^/": "begins with / and has letters, digits and -._~!$&'()*+,;=:@/ only, at most 200",
}
_TOLD: dict[type, str] = {
    bool: "true or false",
    int: "a number",
    float: "a number with a point",
    str: "a text",
    list: "a list",
    dict: "a table",
    datetime: "a date",
    date: "a date",
    time: "a time",
}


class Wrong(NamedTuple):
    """What is wrong with a value, and what it may be."""

    message: str
    hint: str


def wrong_with(value: Any, shape: Any) -> Wrong | None:
    """What is wrong with a value of a type without a description; None where nothing is.

    Only the value itself is looked at, not what a table or a list holds.
    """
    if isinstance(shape, inspect.UnionType):
        return _wrong_with_any(value, shape)
    wanted = _WANTED.get(type(shape))
    if wanted is None:
        return None
    kind, told, hint = wanted
    if type(value) is not kind:
        return Wrong(f"is {_TOLD.get(type(value), 'something else')}, not {told}", hint)
    if isinstance(value, int) and isinstance(shape, inspect.IntType):
        return _wrong_number(value, shape)
    return _wrong_length(value, shape) if hasattr(shape, "max_length") else None


def _wrong_with_any(value: Any, shape: inspect.UnionType) -> Wrong | None:
    """What is wrong where a value may be of several types: all their words."""
    wanted = [_WANTED[type(each)] for each in shape.types if type(each) in _WANTED]
    told = " or ".join(told for _, told, _ in wanted)
    return Wrong(f"is {_TOLD.get(type(value), 'something else')}, not {told}", "")


def _wrong_number(value: int, shape: inspect.IntType) -> Wrong | None:
    low, high = shape.ge, shape.le
    if low is None or high is None or low <= value <= high:
        return None
    shown = str(value) if abs(value) < 10**15 else "the number"
    return Wrong(f"{shown} is out of range", f"{low} to {high}")


def _wrong_length(value: Any, shape: Any) -> Wrong | None:
    if shape.min_length and len(value) < shape.min_length:
        return Wrong("is empty", "")
    if shape.max_length is not None and len(value) > shape.max_length:
        unit = "characters" if isinstance(value, str) else "entries"
        return Wrong("is too long", f"at most {shape.max_length} {unit}")
    pattern = getattr(shape, "pattern", None)
    if pattern and not search(pattern, value):
        hint = next((words for start, words in _PATTERNS.items() if pattern.startswith(start)), "")
        return Wrong(f"{shown(value)} cannot be", hint)
    return None


def shown(value: object) -> str:
    """A value in a message, cut short."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


_WANTED: dict[type, tuple[type, str, str]] = {
    inspect.StrType: (str, "a text", "a text stands between quotes"),
    inspect.IntType: (int, "a whole number", "a number stands without quotes and without a point"),
    inspect.BoolType: (bool, "true or false", "without quotes"),
    inspect.ListType: (list, "a list", "a list stands between [ and ]"),
    inspect.DictType: (dict, "a table", ""),
    inspect.StructType: (dict, "a table", ""),
}
