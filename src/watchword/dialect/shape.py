"""From a parsed file to its model: unknown keys, missing keys and wrong words are told at once."""

import re
from typing import Any

import msgspec
from msgspec import inspect

from watchword.dialect.fault import Fault, nearest
from watchword.dialect.leaf import shown, wrong_with
from watchword.dialect.model import DialectFile
from watchword.dialect.toml_lines import Lines

MAX_DEPTH = 8
_AT = re.compile(r" - at `(?:key in )?\$?\.?([^`]*)`\Z")
_SHAPE = inspect.type_info(DialectFile)
_UNSAID = inspect.NoneType
_FITTING: dict[type, tuple[type, ...]] = {
    str: (inspect.StrType, inspect.LiteralType),
    int: (inspect.IntType,),
    list: (inspect.ListType,),
    dict: (inspect.StructType, inspect.DictType),
}


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
    wrong = wrong_with(value, shape)
    if wrong is not None:
        faults.append(_fault(path, lines, wrong.message, wrong.hint))
    elif isinstance(shape, inspect.StructType):
        _compare_table(value, shape, path, lines, faults)
    elif isinstance(shape, inspect.DictType):
        for key, item in value.items():
            _compare(key, shape.key_type, _join(path, key), lines, faults)
            _compare(item, shape.value_type, _join(path, key), lines, faults)
    elif isinstance(shape, inspect.ListType):
        for index, item in enumerate(value):
            _compare(item, shape.item_type, f"{path}[{index}]", lines, faults)
    elif isinstance(shape, inspect.LiteralType) and value not in shape.values:
        words = [str(each) for each in shape.values]
        message = f"{shown(value)} is none of its words"
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
            faults.append(_fault(_join(path, key), lines, f"there is no key {shown(key)}", hint))
        else:
            _compare(item, fields[key].type, _join(path, key), lines, faults)
    for name, field in fields.items():
        # A misspelt key is told once, not as unknown and as missing.
        if field.required and name not in value and f"mean {name!r}" not in meant:
            faults.append(_fault(_join(path, name), lines, "is missing"))


def _bare(shape: Any, value: Any) -> Any:
    """A type without its description, and of a choice the alternative that fits the value's type.

    Of a choice none of which fits, the choice itself, or its one alternative that a file can say.
    """
    while isinstance(shape, inspect.Metadata):
        shape = shape.type
    if isinstance(shape, inspect.UnionType):
        bare = [_bare(each, value) for each in shape.types]
        # TOML has no null, and what is left out is not there to be compared.
        said = [each for each in bare if not isinstance(each, _UNSAID)]
        fitting = (each for each in said if isinstance(each, _FITTING.get(type(value), ())))
        return next(fitting, said[0] if len(said) == 1 else shape)
    return shape


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _fault(path: str, lines: Lines, message: str, hint: str = "") -> Fault:
    return Fault(path=path[:200], line=lines.line(path), message=message, hint=hint)


def _translated(text: str, lines: Lines) -> Fault:
    """A fault that only the conversion has found."""
    at = _AT.search(text)
    path = at[1] if at else ""
    found = (text[: at.start()] if at else text).replace("`", "")
    return _fault(path, lines, found[:1].lower() + found[1:])
