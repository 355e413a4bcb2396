"""A token request taken apart for programs: its texts, with the environment's values inside.

The request is the one that a caller sends, made with marks instead of values, so that a program
asks as the dialect wants it by construction. Basic credentials are kept as their two halves.
"""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from msgspec import Struct

from watchword.dialect import Dialect
from watchword.dialect.example import example, token_request
from watchword.dialect.model import BasicReading, FieldPart

CLIENT_ID = "CLIENT_ID"
CLIENT_SECRET = "CLIENT_SECRET"  # noqa: S105 - the variable's name
_MARK = re.compile(r"\[\[([A-Z0-9_]+)\]\]")


class Variable(Struct, frozen=True):
    """A value that stands in the environment, by its name there."""

    name: str


Text = tuple[str | Variable, ...]
Pairs = tuple[tuple[str, Text], ...]


class RequestText(Struct, frozen=True, kw_only=True):
    """basic: how Basic credentials are written, None without. json: the body's tree of Texts.

    form: None where the body is no form. variables: names of all that the environment gives.
    """

    method: str
    url: str
    query: Pairs
    headers: Pairs
    basic: BasicReading | None
    form: Pairs | None
    json: Any
    variables: tuple[str, ...]


def request_text(dialect: Dialect, url: str) -> RequestText:
    """The request by the dialect's first place of credentials, sent to `url`."""
    fields = dialect.file.request.fields
    variables = {name: variable_of(name) for name, field in fields.items() if _is_asked(field)}
    values = example(dialect, _mark(CLIENT_ID), _mark(CLIENT_SECRET))
    # What need not be sent is left out, and what has one value only has it.
    values = type(values)(
        client_id=values.client_id,
        client_secret=values.client_secret,
        fields={name: _mark(variable) for name, variable in variables.items()},
    )
    request = token_request(dialect, values)
    part = dialect.file.request.credentials[0]
    body_type = dict(request.headers).get("Content-Type", "")
    is_form, is_json = "form" in body_type, "json" in body_type
    own = ["Authorization"] if part.basic else []
    headers = [each for each in request.headers if each[0] not in ("Content-Type", "Accept", *own)]
    named = [CLIENT_ID] if values.client_id is not None else []
    return RequestText(
        method=request.method,
        url=url,
        query=_pairs(parse_qsl(request.query, keep_blank_values=True)),
        headers=_pairs(headers),
        basic=_reading(list(part.basic)),
        form=_pairs(parse_qsl(request.body.decode(), keep_blank_values=True)) if is_form else None,
        json=_tree(json.loads(request.body)) if is_json else None,
        variables=(*named, CLIENT_SECRET, *variables.values()),
    )


def variable_of(name: str) -> str:
    """The environment variable for a further field."""
    text = re.sub(r"[^A-Z0-9]", "_", name.upper())
    return f"_{text}" if text[:1].isdigit() else text


def _is_asked(field: FieldPart) -> bool:
    return field.required and not field.equals


def _reading(readings: list[BasicReading]) -> BasicReading | None:
    """What is simplest to send among the readings; `raw` needs nothing."""
    return next((each for each in ("raw", *readings) if each in readings), None)


def _mark(name: str) -> str:
    return f"[[{name}]]"


def _text(text: str) -> Text:
    pieces: list[str | Variable] = []
    end = 0
    for match in _MARK.finditer(text):
        pieces += [text[end : match.start()], Variable(match[1])]
        end = match.end()
    return tuple(piece for piece in (*pieces, text[end:]) if piece != "")


def _pairs(pairs: list[tuple[str, str]]) -> Pairs:
    return tuple((name, _text(value)) for name, value in pairs)


def _tree(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _tree(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_tree(item) for item in value]
    return _text(value) if isinstance(value, str) else value
