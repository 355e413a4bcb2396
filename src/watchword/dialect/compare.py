"""How an answer differs from the template that it should have, in words and without its values."""

from collections.abc import Iterator

from watchword.dialect.invert import Received, lay_over, received
from watchword.dialect.recognise import own_words
from watchword.dialect.slot import Pieces, Slot
from watchword.dialect.template import Body, Text, member_name
from watchword.dialect.write import RefusalRules

__all__ = ["Received", "differences", "received"]

_TYPES: dict[type, str] = {
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
_KINDS = {
    "text": "a text",
    "number": "a number",
    "instant": "a number",
    "duration": "a number",
    "list": "a list",
}


def differences(body: Body, answer: Received, rules: RefusalRules | None) -> list[str]:
    """What is other than the template says; no value of the answer is repeated.

    rules: the cause's, for a refusal; its own words are then part of the template.
    """
    if not body.is_json:
        own = own_words(body.pieces, rules)
        return [] if lay_over(own, answer.text.strip()) is not None else ["the text is another"]
    if answer.value is None:
        return ["the body is not JSON"]
    return list(_differences(body.tree, answer.value, "", rules))


def _differences(
    tree: object, value: object, path: str, rules: RefusalRules | None
) -> Iterator[str]:
    if isinstance(tree, Text):
        yield from _leaf_differences(tuple(tree), value, path, rules)
    elif isinstance(tree, dict) and isinstance(value, dict):
        yield from _member_differences(tree, value, path, rules)
    elif isinstance(tree, list) and isinstance(value, list) and len(tree) == len(value):
        for index, (one, other) in enumerate(zip(tree, value, strict=True)):
            yield from _differences(one, other, f"{path}[{index}]", rules)
    elif type(tree) is not type(value) or (not isinstance(tree, (dict, list)) and tree != value):
        yield f"{path or 'the body'} is {_told(value)}, not {_wanted(tree)}"
    elif isinstance(tree, list):
        yield f"{path or 'the body'} has another length than {len(tree)}"


def _member_differences(
    tree: dict[str, object], value: dict[str, object], path: str, rules: RefusalRules | None
) -> Iterator[str]:
    names = set()
    for key, item in tree.items():
        name, optional = member_name(key)
        names.add(name)
        below = f"{path}.{name}" if path else name
        if name in value:
            yield from _differences(item, value[name], below, rules)
        elif not optional:
            yield f"{below} is missing"
    for name in value:
        if name not in names:
            yield f"{path + '.' if path else ''}{name[:60]} is not in the file"


def _leaf_differences(
    pieces: Pieces, value: object, path: str, rules: RefusalRules | None
) -> Iterator[str]:
    own = own_words(pieces, rules)
    if len(own) == 1 and isinstance(own[0], Slot):
        wanted = _KINDS.get(own[0].kind)
        if wanted is not None and value is not None and _told(value) != wanted:
            yield f"{path} is {_told(value)}, not {wanted}"
    elif not isinstance(value, str):
        number = own[0] if len(own) == 1 and len(pieces) == 1 else None
        if not isinstance(number, str) or isinstance(value, bool) or str(value) != number:
            yield f"{path} is {_told(value)}, not a text"
    elif lay_over(own, value) is None:
        yield f"{path} is another text"


def _told(value: object) -> str:
    return _TYPES.get(type(value), "something else")


def _wanted(tree: object) -> str:
    if isinstance(tree, (dict, list)):
        return _told(tree)
    return repr(tree) if tree is not None else "null"
