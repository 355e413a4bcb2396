"""Literals that Python and JavaScript write alike: texts, lists, and objects with quoted names."""

import json
from collections.abc import Callable
from typing import Any

from watchword.admin.customer_page.request_text import Pairs, Text

WriteText = Callable[[Text], str]


def quoted(text: str) -> str:
    """A text as both languages read it."""
    return json.dumps(text)


def mapping(pairs: Pairs, write: WriteText, indent: str) -> str:
    """Pairs as an object, a line each; `indent` is that of the line it begins in."""
    return tree(dict(pairs), write, indent, null="")


def tree(value: Any, write: WriteText, indent: str, *, null: str) -> str:
    """A JSON body; `write` gives the literal of a Text, `null` stands for nothing."""
    inner = f"{indent}    "
    if isinstance(value, dict):
        items = [
            f"{quoted(name)}: {tree(item, write, inner, null=null)}" for name, item in value.items()
        ]
        return _around("{", items, "}", indent)
    if isinstance(value, list):
        return _around("[", [tree(item, write, inner, null=null) for item in value], "]", indent)
    return write(value) if isinstance(value, tuple) else null


def _around(opening: str, items: list[str], closing: str, indent: str) -> str:
    if not items:
        return opening + closing
    lines = "".join(f"\n{indent}    {item}," for item in items)
    return f"{opening}{lines}\n{indent}{closing}"
