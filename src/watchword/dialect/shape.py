"""From a parsed file to its model: unknown keys, missing keys and wrong words are told at once."""

import re
from typing import Any

import msgspec
from msgspec import inspect

from watchword.dialect.fault import Fault, nearest
from watchword.dialect.model import DialectFile
from watchword.dialect.toml_lines import Lines

MAX_DEPTH = 8
_AT = re.compile(r" - at `(?:key in )?\$?\.?([^`]*)`\Z")
_SHAPE = inspect.type_info(DialectFile)


def to_model(raw: dict[str, Any], lines: Lines) -> tuple[DialectFile | None, list[Fault]]:
    """The model of a parsed file, or the faults that keep it from being one."""
    faults: list[Fault] = []
    if _too_deep(raw):
        return None, [Fault(path="", line=0, message=f"tables nested deeper than {MAX_DEPTH}")]
    _compare(raw, _SHAPE, "", lines, faults)
    if faults:
        return None, sorted(faults, key=lambda fault: fault.line)
    try:
        return msgspec.convert(raw, DialectFile, strict=True), []
    except msgspec.ValidationError as wrong:
        return None, [_translated(str(wrong), lines)]


def _too_deep(raw: object) -> bool:
    level: list[object] = [raw]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for value in level
            if isinstance(value, (dict, list))
            for child in (value.values() if isinstance(value, dict) else value)
        ]
        if not level:
            return False
    return True


def _compare(value: Any, shape: Any, path: str, lines: Lines, faults: list[Fault]) -> None:
    shape = _bare(shape, value)
    if isinstance(shape, inspect.StructType) and isinstance(value, dict):
        _compare_table(value, shape, path, lines, faults)
    elif isinstance(shape, inspect.DictType) and isinstance(value, dict):
        for key, item in value.items():
            _compare(key, shape.key_type, _join(path, key), lines, faults)
            _compare(item, shape.value_type, _join(path, key), lines, faults)
    elif isinstance(shape, inspect.ListType) and isinstance(value, list):
        for index, item in enumerate(value):
            _compare(item, shape.item_type, f"{path}[{index}]", lines, faults)
    elif isinstance(shape, inspect.LiteralType) and value not in shape.values:
        words = [str(each) for each in shape.values]
        message = f"{_shown(value)} is none of its words"
        faults.append(_fault(path, lines, message, nearest(str(value), words)))


def _compare_table(
    value: dict[str, Any], shape: inspect.StructType, path: str, lines: Lines, faults: list[Fault]
) -> None:
    fields = {field.encode_name: field for field in shape.fields}
    meant = ""
    for key, item in value.items():
        if key not in fields:
            hint = nearest(key, list(fields))
            meant += hint
            faults.append(_fault(_join(path, key), lines, f"there is no key {_shown(key)}", hint))
        else:
            _compare(item, fields[key].type, _join(path, key), lines, faults)
    for name, field in fields.items():
        # A misspelt key is told once, not as unknown and as missing.
        if field.required and name not in value and f"mean {name!r}" not in meant:
            faults.append(_fault(_join(path, name), lines, "is missing"))


def _bare(shape: Any, value: Any) -> Any:
    """A type without its description, and of a choice the alternative that the value looks like."""
    while isinstance(shape, inspect.Metadata):
        shape = shape.type
    if isinstance(shape, inspect.UnionType):
        wanted: Any = inspect.StructType
        if isinstance(value, list):
            wanted = inspect.ListType
        elif isinstance(value, str):
            wanted = inspect.LiteralType
        bare = [_bare(each, value) for each in shape.types]
        return next((each for each in bare if isinstance(each, wanted)), bare[0])
    return shape


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _fault(path: str, lines: Lines, message: str, hint: str = "") -> Fault:
    return Fault(path=path[:200], line=lines.line(path), message=message, hint=hint)


def _translated(text: str, lines: Lines) -> Fault:
    at = _AT.search(text)
    path = at[1] if at else ""
    message = text[: at.start()] if at else text
    found = message.replace("`", "")
    words = {"Expected str, got int": "a text stands between quotes"}
    return Fault(
        path=path,
        line=lines.line(path),
        message=found[:1].lower() + found[1:],
        hint=words.get(found, _pattern_hint(found)),
    )


def _pattern_hint(message: str) -> str:
    return "letters a to z, digits, dots and dashes" if "[a-z0-9]" in message else ""
