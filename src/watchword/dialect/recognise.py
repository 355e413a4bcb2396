"""Which cause an answer without a token tells, as a caller reads it.

Each cause's template, with the cause's own words filled in, is laid over the answer. The one of
which most constants agree is it; an answer may have more members than its template.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from watchword.dialect.cause import CAUSES, CONFIDENTIAL
from watchword.dialect.invert import Received, body_finders, lay_over
from watchword.dialect.slot import Pieces, Slot, parse_pieces
from watchword.dialect.template import Text, member_name
from watchword.dialect.write import RefusalRules, RefusalWriter


class Recognised(NamedTuple):
    """What a refusal says. `cause` is "" where no template fits."""

    cause: str
    error: str
    description: str | None
    retry_after: int | None


def recognise(answer: Received, writers: Mapping[str, RefusalWriter]) -> Recognised:
    """The cause of an answer without a token."""
    fits = list(_fits(answer, writers))
    if not fits:
        return Recognised("", _error_of(answer.status), None, _retry_after(answer))
    writer = max(fits, key=lambda fit: fit[0])[1]
    found = _found(answer, writer)
    rules = writer.rules
    error = rules.error or CAUSES[rules.cause].made.error
    return Recognised(
        rules.cause,
        found.get("error") or error,
        found.get("description"),
        _retry_after(answer),
    )


def _found(answer: Received, writer: RefusalWriter) -> dict[str, str]:
    found: dict[str, str] = {}
    for finder in body_finders(writer.body):
        if finder.slot.name in ("error", "description"):
            value = finder.find(answer)
            if isinstance(value, str) and value:
                found.setdefault(finder.slot.name, value)
    return found


def _fits(
    answer: Received, writers: Mapping[str, RefusalWriter]
) -> Iterator[tuple[int, RefusalWriter]]:
    for cause in CAUSES:
        writer = writers[cause]
        if cause in CONFIDENTIAL and writer.rules.cause != cause:
            continue
        score = _score(answer, writer)
        if score is not None:
            # A status of its own says more than any word.
            yield score * 2 + (1 if writer.rules.status == answer.status else 0), writer


def _score(answer: Received, writer: RefusalWriter) -> int | None:
    rules = writer.rules
    body = writer.body
    score = (
        _tree_score(body.tree, answer.value, rules)
        if body.is_json
        else _text_score(body.pieces, answer.text.strip(), rules)
    )
    if score is None or (score == 0 and rules.status != answer.status):
        return None
    return score + (3 if rules.status == answer.status else 0)


def _tree_score(tree: object, value: object, rules: RefusalRules) -> int | None:
    if isinstance(tree, Text):
        return _leaf_score(tuple(tree), value, rules)
    if isinstance(tree, dict):
        return _object_score(tree, value, rules) if isinstance(value, dict) else None
    if isinstance(tree, list):
        if not isinstance(value, list) or len(value) != len(tree):
            return None
        return _sum(_tree_score(one, other, rules) for one, other in zip(tree, value, strict=True))
    return 1 if tree == value and isinstance(tree, bool) == isinstance(value, bool) else None


def _object_score(
    tree: dict[str, object], value: dict[str, object], rules: RefusalRules
) -> int | None:
    scores: list[int | None] = []
    for key, item in tree.items():
        name, optional = member_name(key)
        if name in value:
            scores.append(_tree_score(item, value[name], rules))
        else:
            scores.append(0 if optional else None)
    return _sum(scores)


def _sum(scores: "Iterator[int | None] | list[int | None]") -> int | None:
    total = 0
    for score in scores:
        if score is None:
            return None
        total += score
    return total


def _leaf_score(pieces: Pieces, value: object, rules: RefusalRules) -> int | None:
    if len(pieces) == 1 and isinstance(pieces[0], Slot) and not isinstance(value, str):
        constant = _constant(pieces[0], rules)
        if constant is None:
            return 0
        return 1 if str(constant) == str(value) else None
    return _text_score(pieces, value, rules) if isinstance(value, str) else None


def _text_score(pieces: Pieces, text: str, rules: RefusalRules) -> int | None:
    own = own_words(pieces, rules)
    if lay_over(own, text) is None:
        return None
    return 1 if any(isinstance(piece, str) for piece in own) or not text else 0


def own_words(pieces: Pieces, rules: RefusalRules | None) -> Pieces:
    """A text with the placeholders that are always the same for a cause filled in."""
    joined: list[str | Slot] = []
    for piece in pieces if rules is None else _with_own_words(pieces, rules):
        if isinstance(piece, str) and joined and isinstance(joined[-1], str):
            joined[-1] += piece
        else:
            joined.append(piece)
    return tuple(joined)


def _with_own_words(pieces: Pieces, rules: RefusalRules) -> Iterator[str | Slot]:
    for piece in pieces:
        if isinstance(piece, str) or piece.filters:
            yield piece
        elif piece.name == "description" and rules.description is not None:
            yield from parse_pieces(rules.description, "refusal", "description")
        else:
            constant = _constant(piece, rules)
            yield piece if constant is None else str(constant)


def _constant(slot: Slot, rules: RefusalRules) -> str | int | None:
    """What a placeholder always is for one cause."""
    if slot.filters:
        return None
    if slot.name == "error":
        return rules.error or CAUSES[rules.cause].made.error
    constants = {"code": rules.code, "status": rules.status, "cause": rules.cause}
    return constants.get(slot.name)


def _error_of(status: int) -> str:
    by_status = {400: "invalid_request", 401: "invalid_client", 403: "invalid_client"}
    if status >= 500:
        return "server_error"
    if status == 429:
        return "temporarily_unavailable"
    return by_status.get(status, "unreadable_answer")


def _retry_after(answer: Received) -> int | None:
    """Retry-After in seconds (RFC 9110, 10.2.3); a date there is not read."""
    text = answer.headers.get("retry-after", "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None
