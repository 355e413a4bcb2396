"""Requests with one value taken out, for the cases in which it is missing."""

import json
from typing import Any
from urllib.parse import parse_qsl, urlencode


def without_parameter(text: str, name: str) -> str:
    """A form or query without a parameter."""
    pairs = parse_qsl(text, keep_blank_values=True)
    return urlencode([pair for pair in pairs if pair[0] != name])


def without_member(body: bytes, name: str) -> bytes:
    """A JSON body without the member at a way of names between dots, or a JSON pointer."""
    tree = json.loads(body)
    steps = name[1:].split("/") if name.startswith("/") else name.split(".")
    node: Any = tree
    for step in steps[:-1]:
        node = _below(node, step)
    if isinstance(node, dict):
        node.pop(steps[-1].replace("~1", "/").replace("~0", "~"), None)
    return json.dumps(tree, separators=(",", ":")).encode()


def _below(node: Any, step: str) -> Any:
    if isinstance(node, list):
        return node[int(step)] if step.isdecimal() and int(step) < len(node) else None
    return node.get(step.replace("~1", "/").replace("~0", "~")) if isinstance(node, dict) else None
