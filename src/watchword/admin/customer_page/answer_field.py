"""The fields of the answer with the token: the way to each, an example, and what it means."""

from collections.abc import Iterator, Mapping

from msgspec import Struct

from watchword.dialect import Dialect
from watchword.dialect.body_leaf import Leaf, Way, leaves
from watchword.dialect.example import TOKEN
from watchword.dialect.filters import as_text
from watchword.dialect.invert import received, value_at
from watchword.dialect.slot import Pieces, Slot, parse_pieces
from watchword.dialect.template import Text, slots_of
from watchword.dialect.wire import WireResponse

MEANINGS: Mapping[str, str] = {
    "access_token": "The token, a JWT. Send it with each request to the API.",
    "token_type": "Always the same.",
    "expires_in": "How long the token lives, from now on.",
    "issued_at": "When the token was made.",
    "expires_at": "When the token dies.",
    "scope": "The scopes that the token has.",
    "scope_if_differs": "The scopes that the token has, where you did not ask for just these.",
    "client_id": "Your {id}.",
    "attribute": "A value of your account.",
    "field": "What you sent.",
    "now": "The time of the answer.",
    "request_id": "Names this request; tell it to us if you have a question about it.",
    "uuid": "A random value, another one in each answer.",
    "random": "A random value, another one in each answer.",
    "method": "What you sent.",
    "path": "What you sent.",
}
_UNITS = {"ms": "milliseconds", "minutes": "minutes", "hours": "hours", "days": "days"}


class AnswerField(Struct, frozen=True, kw_only=True):
    """name: as people write it, `data.token`. header: whether it is a header of the answer.

    constant: whether it is always what `example` says.
    """

    name: str
    header: bool
    example: str
    meaning: str
    optional: bool
    constant: bool = False


def answer_fields(dialect: Dialect, answer: WireResponse) -> tuple[AnswerField, ...]:
    """The fields of a dialect's answer, with their values in the example `answer`."""
    return (*_of_headers(dialect, answer), *_of_body(dialect, answer))


def way_to(dialect: Dialect, name: str) -> tuple[Way, Slot] | None:
    """Where in the JSON answer a placeholder is the whole of a member, None if nowhere."""
    for leaf in leaves(dialect.answer_body.tree) if dialect.answer_body.is_json else ():
        if isinstance(leaf.value, Text) and len(leaf.value) == 1:
            slot = leaf.value[0]
            if isinstance(slot, Slot) and slot.name == name:
                return leaf.way, slot
    return None


def header_of(dialect: Dialect, name: str) -> str | None:
    """The answer's header in which a placeholder stands, None if it is none."""
    for header, text in dialect.file.answer.headers.items():
        pieces = parse_pieces(text, "answer", "answer.headers")
        if any(slot.name == name for slot in slots_of(pieces)):
            return header
    return None


def _of_headers(dialect: Dialect, answer: WireResponse) -> Iterator[AnswerField]:
    sent = {name.decode(): value.decode() for name, value in answer.headers}
    for name, text in dialect.file.answer.headers.items():
        pieces = parse_pieces(text, "answer", "answer.headers")
        example = sent.get(name.lower(), "")
        yield _field(name, pieces, example, header=True, optional=name.lower() not in sent)


def _of_body(dialect: Dialect, answer: WireResponse) -> Iterator[AnswerField]:
    body = dialect.answer_body
    if not body.is_json:
        yield _field("the whole body", body.pieces, answer.body.decode())
        return
    said = received(answer.status, {}, answer.body).value
    for leaf in leaves(body.tree):
        yield _of_leaf(leaf, value_at(said, leaf.way))


def _of_leaf(leaf: Leaf, value: object) -> AnswerField:
    name = ".".join(map(str, leaf.way))
    example = "" if value is None else as_text(value)
    if leaf.is_constant:
        return AnswerField(
            name=name,
            header=False,
            example="null" if value is None else example,
            meaning="Always the same.",
            optional=leaf.optional,
            constant=True,
        )
    pieces = tuple(leaf.value) if isinstance(leaf.value, Text) else ()
    return _field(name, pieces, example, optional=leaf.optional)


def _field(
    name: str, pieces: Pieces, example: str, *, header: bool = False, optional: bool = False
) -> AnswerField:
    slots = slots_of(pieces)
    texts = dict.fromkeys(_meaning(slot) for slot in slots)
    return AnswerField(
        name=name,
        header=header,
        example=example.replace(TOKEN, "eyJ..."),
        meaning=" ".join(texts) or "Always the same.",
        optional=optional,
        constant=not slots or all(slot.name == "token_type" for slot in slots),
    )


def _meaning(slot: Slot) -> str:
    unit = next((_UNITS[name] for name, _, _ in slot.filters if name in _UNITS), "")
    if not unit and slot.kind in ("duration", "instant"):
        unit = "seconds"
    if not unit and slot.name == "expires_in":
        unit = "seconds"
    text = MEANINGS[slot.name]
    return f"{text[:-1]}, in {unit}{_EPOCH.get(slot.kind, '')}." if unit else text


_EPOCH = {"instant": " since 1970"}
