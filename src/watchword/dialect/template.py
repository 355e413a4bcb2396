"""Templates, compiled when a dialect is loaded; nothing is interpreted per answer.

A body whose content type is JSON is JSON text whose texts hold placeholders. A value that is one
placeholder keeps its JSON type, inside a text it becomes text; `null` stays null; a key that ends
in "?" is left out when its value is absent ("??" for a key that itself ends so). Any other body is
text, escaped as its content type asks.
"""

import re
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote_plus

from watchword.dialect.fault import FaultFound
from watchword.dialect.filters import as_text
from watchword.dialect.json_text import InvalidJson, dumps, loads
from watchword.dialect.placeholder import PLACEHOLDERS, Get, Where
from watchword.dialect.scene import Scene
from watchword.dialect.slot import MAX_SLOTS, Pieces, Slot, parse_pieces

Emit = Callable[[Scene], bytes]
EmitMaybe = Callable[[Scene], bytes | None]
Parts = list[bytes | Emit]
Escape = Callable[[str], str]

_SURROGATE = re.compile("[\ud800-\udfff]")
_IN_NAME = re.compile(r"\{([a-z_]+)[}:|]")
_NOT_IN_HEADER = re.compile(r"[^\x20-\x7e]")


class Text(tuple[str | Slot, ...]):
    """A JSON text with placeholders, inside a parsed body."""

    __slots__ = ()


class Body:
    """A body: `tree` is its parsed JSON, or `pieces` its text; `render` gives its bytes."""

    __slots__ = ("is_json", "pieces", "render", "tree")

    def __init__(self, text: str, content_type: str, where: Where, path: str) -> None:
        self.is_json = is_json_type(content_type)
        self.pieces: Pieces = ()
        self.tree: object = None
        if self.is_json:
            self.tree = parse_tree(text, where, path)
            self.render = joined(json_parts(self.tree))
        else:
            self.pieces = parse_pieces(text, where, path)
            self.render = joined(text_parts(self.pieces, escape_for(content_type)))

    @property
    def slots(self) -> list[Slot]:
        """All its placeholders."""
        return tree_slots(self.tree) if self.is_json else slots_of(self.pieces)


def is_json_type(content_type: str) -> bool:
    """Whether a content type names JSON (RFC 8259, RFC 6839)."""
    essence = content_type.partition(";")[0].strip().lower()
    return essence in ("application/json", "text/json") or essence.endswith("+json")


def escape_for(content_type: str) -> Escape | None:
    """How values are escaped in a text of a content type; None for not at all."""
    essence = content_type.partition(";")[0].strip().lower()
    if essence == "application/x-www-form-urlencoded":
        return lambda text: quote_plus(text, errors="replace")
    if essence.endswith(("/xml", "+xml", "/html")):
        return escape
    return None


def parse_tree(text: str, where: Where, path: str) -> object:
    """The parsed JSON of a body, its texts with placeholders as Text."""
    try:
        value = loads(text.encode("utf-8", "replace"))
    except InvalidJson as wrong:
        hint = 'placeholders stand inside quotes: {"token": "{access_token}"}'
        raise FaultFound(path, str(wrong.args[0]), hint) from None
    tree = _parse_value(value, where, path)
    if len(tree_slots(tree)) > MAX_SLOTS:
        raise FaultFound(path, f"more than {MAX_SLOTS} placeholders")
    return tree


def _parse_value(value: object, where: Where, path: str) -> object:
    if isinstance(value, str):
        _refuse_surrogates(value, path)
        return Text(parse_pieces(value, where, path))
    if isinstance(value, list):
        return [_parse_value(item, where, path) for item in value]
    if isinstance(value, dict):
        _refuse_names(list(value), path)
        return {key: _parse_value(item, where, path) for key, item in value.items()}
    return value


def _refuse_surrogates(text: str, path: str) -> None:
    if _SURROGATE.search(text):
        raise FaultFound(path, "half of a surrogate pair, which is no character", near="\\ud")


def _refuse_names(keys: list[str], path: str) -> None:
    names = [member_name(key)[0] for key in keys]
    for name in names:
        _refuse_surrogates(name, path)
        meant = _IN_NAME.search(name)
        if meant and meant[1] in PLACEHOLDERS:
            hint = "only values hold placeholders"
            raise FaultFound(path, f"the member name {name[:60]!r} is a constant", hint, near=name)
    for name in names:
        if names.count(name) > 1:
            raise FaultFound(path, f"the member {name!r} is there twice")


def member_name(key: str) -> tuple[str, bool]:
    """The name of a member, and whether it may be left out."""
    if key.endswith("??"):
        return key[:-1], False
    return (key[:-1], True) if key.endswith("?") else (key, False)


def slots_of(pieces: Pieces) -> list[Slot]:
    return [piece for piece in pieces if isinstance(piece, Slot)]


def tree_slots(tree: object) -> list[Slot]:
    """All placeholders of a parsed body."""
    if isinstance(tree, Text):
        return slots_of(tree)
    if isinstance(tree, list):
        return [slot for item in tree for slot in tree_slots(item)]
    if isinstance(tree, dict):
        return [slot for item in tree.values() for slot in tree_slots(item)]
    return []


def joined(parts: Parts) -> Emit:
    """One function for all parts, neighbouring constants made one."""
    merged: Parts = []
    for part in parts:
        if isinstance(part, bytes) and merged and isinstance(merged[-1], bytes):
            merged[-1] += part
        else:
            merged.append(part)
    if all(isinstance(part, bytes) for part in merged):
        constant = b"".join(part for part in merged if isinstance(part, bytes))
        return lambda scene: constant
    return _SHAPES.get(len(merged), _any_shape)(merged)


def _any_shape(parts: Parts) -> Emit:
    fixed = tuple(parts)
    return lambda scene: b"".join(
        [part if type(part) is bytes else part(scene) for part in fixed]  # type: ignore[operator]
    )


def _around_one(parts: Parts) -> Emit:
    """The shape of `{"token": ...}`, in half the time."""
    before, one, after = parts
    if isinstance(before, bytes) and isinstance(after, bytes) and not isinstance(one, bytes):
        return lambda scene: before + one(scene) + after
    return _any_shape(parts)


def _around_three(parts: Parts) -> Emit:
    """The shape of RFC 6749's answer: token, lifetime, and a scope that may be absent."""
    a, one, b, two, three, c = parts
    if not (isinstance(a, bytes) and isinstance(b, bytes) and isinstance(c, bytes)):
        return _any_shape(parts)
    if isinstance(one, bytes) or isinstance(two, bytes) or isinstance(three, bytes):
        return _any_shape(parts)
    return lambda scene: a + one(scene) + b + two(scene) + three(scene) + c


_SHAPES: dict[int, Callable[[Parts], Emit]] = {3: _around_one, 6: _around_three}


def json_parts(tree: object) -> Parts:
    """The parts of a JSON value."""
    if isinstance(tree, Text):
        return _json_text_parts(tree)
    if isinstance(tree, list):
        return _between(b"[", [json_parts(item) for item in tree], b"]")
    if isinstance(tree, dict):
        return _object_parts(tree)
    return [dumps(tree)]


def _between(opening: bytes, items: Sequence[Parts], closing: bytes) -> Parts:
    parts: Parts = [opening]
    for index, item in enumerate(items):
        if index:
            parts.append(b",")
        parts.extend(item)
    return [*parts, closing]


def _json_text_parts(text: Text) -> Parts:
    if not slots_of(text):
        return [dumps("".join(piece for piece in text if isinstance(piece, str)))]
    if len(text) == 1 and isinstance(text[0], Slot):
        get = text[0].get
        return [lambda scene: dumps(get(scene))]
    fill = filler(text, None)
    return [lambda scene: dumps(fill(scene))]


def _object_parts(tree: dict[str, object]) -> Parts:
    """Members in their order. Commas belong to the first member that is always there."""
    members = [(*member_name(key), value) for key, value in tree.items()]
    sure = next((i for i, (_, optional, _) in enumerate(members) if not optional), None)
    if sure is None:
        return [_optional_object(members)]
    parts: Parts = [b"{"]
    for index, (name, optional, value) in enumerate(members):
        head = dumps(name) + b":"
        if optional:
            before, after = (b"", b",") if index < sure else (b",", b"")
            parts.append(_optional_member(before + head, _maybe(value), after))
        else:
            parts.extend([(b"," if index > sure else b"") + head, *json_parts(value)])
    return [*parts, b"}"]


def _optional_member(before: bytes, maybe: EmitMaybe, after: bytes) -> Emit:
    def emit(scene: Scene) -> bytes:
        value = maybe(scene)
        return b"" if value is None else before + value + after

    return emit


def _optional_object(members: list[tuple[str, bool, object]]) -> Emit:
    emits = [_optional_member(dumps(name) + b":", _maybe(value), b"") for name, _, value in members]

    def emit(scene: Scene) -> bytes:
        return b"{" + b",".join([part for part in (one(scene) for one in emits) if part]) + b"}"

    return emit


def _maybe(tree: object) -> EmitMaybe:
    """A value that is absent when a placeholder of its text is, or when it comes out empty."""
    if isinstance(tree, Text) and len(tree) == 1 and isinstance(tree[0], Slot):
        return _maybe_value(tree[0].get)
    if isinstance(tree, Text) and slots_of(tree):
        gets = [slot.get for slot in slots_of(tree)]
        render = joined(_json_text_parts(tree))
        return lambda scene: None if any(get(scene) is None for get in gets) else render(scene)
    render = joined(json_parts(tree))
    empty = (b"{}", b"[]", b"null") if tree is not None else ()

    def emit(scene: Scene) -> bytes | None:
        value = render(scene)
        return None if value in empty else value

    return emit


def _maybe_value(get: Get) -> EmitMaybe:
    def emit(scene: Scene) -> bytes | None:
        value = get(scene)
        return None if value is None else dumps(value)

    return emit


def filler(pieces: Pieces, escape_text: Escape | None) -> Callable[[Scene], str]:
    """A function that fills a text; absent values leave nothing."""
    parts = [piece.get if isinstance(piece, Slot) else piece for piece in pieces]

    def fill(scene: Scene) -> str:
        texts = []
        for part in parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            value = part(scene)
            text = "" if value is None else as_text(value)
            texts.append(escape_text(text) if escape_text else text)
        return "".join(texts)

    return fill


def text_parts(pieces: Pieces, escape_text: Escape | None) -> Parts:
    """The parts of a text body."""
    fill = filler(pieces, escape_text)
    if not slots_of(pieces):
        constant = "".join(piece for piece in pieces if isinstance(piece, str))
        return [constant.encode("utf-8", "replace")]
    return [lambda scene: fill(scene).encode("utf-8", "replace")]


def fits_header(text: str) -> bool:
    """Whether a header can carry a text as it is."""
    return _NOT_IN_HEADER.search(text) is None


def header_emitter(pieces: Pieces) -> EmitMaybe:
    """The value of a header: one line of printable ASCII; None where a placeholder is absent."""
    fill = filler(pieces, None)
    gets = [slot.get for slot in slots_of(pieces)]

    def emit(scene: Scene) -> bytes | None:
        if any(get(scene) is None for get in gets):
            return None
        return _NOT_IN_HEADER.sub("?", fill(scene)).encode("ascii")

    return emit
