"""TOML for people: one setting a line, in the order given, nothing that need not be said.

And TOML from people: read by Python's parser, but for texts that would keep it busy for long.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from typing import Any

# A key of many parts costs the parser time by their square.
_MOST_DOTS = 16
# Texts and comments, to their end or that of the document: each octet is looked at once.
_TEXT_OR_COMMENT = re.compile(
    r'"""(?:[^"\\]|\\.?|"(?!""))*+(?:""")?|'
    r"'''(?:[^']|'(?!''))*+(?:''')?|"
    r'"(?:[^"\\\n]|\\[^\n]?)*+"?|'
    r"'[^'\n]*+'?|#[^\n]*+",
    re.DOTALL,
)
_BETWEEN_KEYS = re.compile(r"[=,\[\]{}\n]")


def read(text: str) -> dict[str, Any]:
    """What a TOML document says. Raises ValueError or RecursionError for what is none."""
    bare = _TEXT_OR_COMMENT.sub("", text)
    if any(part.count(".") > _MOST_DOTS for part in _BETWEEN_KEYS.split(bare)):
        raise ValueError(f"a key of more than {_MOST_DOTS} parts")
    return tomllib.loads(text)


def table(name: tuple[str, ...], settings: Mapping[str, Any]) -> str:
    """A table `[a.b."c d"]` with its settings; those that are None are left out."""
    lines = [f"[{'.'.join(map(key, name))}]"]
    lines += [
        f"{key(setting)} = {value(given)}"
        for setting, given in settings.items()
        if given is not None
    ]
    return "\n".join(lines) + "\n"


def key(name: str) -> str:
    """A bare key where that is possible, else a quoted one."""
    bare = name.isascii() and name.replace("-", "").replace("_", "").isalnum()
    return name if bare else _text(name)


def value(given: Any) -> str:
    """A value; dictionaries become inline tables. There is no null in TOML."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int | float):
        return str(given)
    if isinstance(given, str):
        return _text(given)
    if isinstance(given, Mapping):
        inner = ", ".join(f"{key(name)} = {value(item)}" for name, item in given.items())
        return f"{{ {inner} }}" if inner else "{}"
    return f"[{', '.join(map(value, given))}]"


def can_say(given: Any) -> bool:
    """Whether TOML has a way to write `given`: no null, no number beyond 64 bits."""
    if isinstance(given, Mapping):
        return all(map(can_say, given.values()))
    if isinstance(given, list | tuple):
        return all(map(can_say, given))
    if isinstance(given, int) and not isinstance(given, bool):
        return -(2**63) <= given < 2**63
    return given is not None


def _text(given: str) -> str:
    """A basic string. JSON escapes are TOML's, but for DEL, which TOML wants escaped too."""
    return json.dumps(given, ensure_ascii=False).replace("\x7f", "\\u007f")
