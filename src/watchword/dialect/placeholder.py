"""The closed list of placeholders. The secret is none of them, and never will be.

A placeholder is a name and sometimes an argument, `{attribute:account_id}`. Each says where it may
stand and of what kind its value is, which decides the filters that may follow. A value of None is
absent.
"""

import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Literal, NamedTuple

from watchword.dialect.scene import Scene, Value

Kind = Literal["text", "number", "instant", "duration", "moment", "list", "any"]
Where = Literal["answer", "refusal"]
Get = Callable[[Scene], Value]

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_DEFAULT_LENGTH = 32
_MAX_LENGTH = 256
_NAME_LENGTH = 64


class Placeholder(NamedTuple):
    """One placeholder: `make` gets the argument ("" for none) and gives the function that fills."""

    kind: Kind
    where: tuple[Where, ...]
    make: Callable[[str], Get]
    meaning: str
    argument: str = ""


_BOTH: tuple[Where, ...] = ("answer", "refusal")
_ANSWER: tuple[Where, ...] = ("answer",)
_REFUSAL: tuple[Where, ...] = ("refusal",)


def _fixed(get: Get) -> Callable[[str], Get]:
    return lambda argument: get


def _named(argument: str, what: str) -> str:
    if not argument or len(argument) > _NAME_LENGTH:
        raise ValueError(f"it needs the name of the {what}, for example {{{what}:account_id}}")
    return argument


def _attribute(argument: str) -> Get:
    name = _named(argument, "attribute")
    return lambda scene: scene.answer.attributes.get(name)


def _field(argument: str) -> Get:
    name = _named(argument, "field")
    return lambda scene: scene.answer.fields.get(name)


def _uuid(argument: str) -> Get:
    key = f"uuid:{argument}"

    def get(scene: Scene) -> str:
        made = scene.generate(key, 16)
        return (
            made
            if isinstance(made, str)
            else scene.keep(key, str(uuid.UUID(bytes=made, version=4)))
        )

    return get


def _random(argument: str) -> Get:
    text, _, label = argument.partition(":")
    if text and not (text.isascii() and text.isdecimal() and 0 < int(text[:4]) <= _MAX_LENGTH):
        raise ValueError(f"its length must be 1 to {_MAX_LENGTH}, for example {{random:40}}")
    length = int(text or _DEFAULT_LENGTH)
    key = f"random:{length}:{label}"

    def get(scene: Scene) -> str:
        made = scene.generate(key, length)
        # A byte modulo 62 is not quite even: 5.95 bits for each character are left.
        return made if isinstance(made, str) else scene.keep(key, _base62(made))

    return get


def _base62(raw: bytes) -> str:
    return "".join([BASE62[byte % 62] for byte in raw])


def _status_text(scene: Scene) -> str:
    try:
        return HTTPStatus(scene.wording.status).phrase
    except ValueError:
        return "Error"


def _integer_value(name: str) -> Get:
    def get(scene: Scene) -> Value:
        text = scene.wording.values.get(name, "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None

    return get


PLACEHOLDERS: dict[str, Placeholder] = {
    "access_token": Placeholder(
        "text", _ANSWER, _fixed(lambda scene: scene.answer.access_token), "the token"
    ),
    "token_type": Placeholder("text", _ANSWER, _fixed(lambda scene: "Bearer"), "`Bearer`"),
    "expires_in": Placeholder(
        "duration", _ANSWER, _fixed(lambda scene: scene.answer.expires_in), "lifetime, in seconds"
    ),
    "issued_at": Placeholder(
        "instant",
        _ANSWER,
        _fixed(lambda scene: scene.answer.issued_at),
        "when the token was made, in epoch seconds",
    ),
    "expires_at": Placeholder(
        "instant",
        _ANSWER,
        _fixed(lambda scene: scene.answer.issued_at + scene.answer.expires_in),
        "when it dies, in epoch seconds",
    ),
    "scope": Placeholder(
        "text",
        _ANSWER,
        _fixed(lambda scene: scene.answer.scope or None),
        "the granted scope; absent where there is none",
    ),
    "scope_if_differs": Placeholder(
        "text",
        _ANSWER,
        _fixed(lambda scene: (scene.answer.scope or None) if scene.answer.scope_differs else None),
        "the granted scope where it is not the one asked for (RFC 6749, 5.1); else absent",
    ),
    "client_id": Placeholder(
        "text", _ANSWER, _fixed(lambda scene: scene.answer.client_id), "the client's id"
    ),
    "attribute": Placeholder(
        "text", _ANSWER, _attribute, "an attribute of the client; absent if it has none", "NAME"
    ),
    "field": Placeholder(
        "text", _ANSWER, _field, "a further field of the request; absent if not sent", "NAME"
    ),
    "now": Placeholder(
        "instant", _BOTH, _fixed(lambda scene: scene.sources.now), "this instant, in epoch seconds"
    ),
    "request_id": Placeholder(
        "text", _BOTH, _fixed(lambda scene: scene.request.request_id), "the request id of the log"
    ),
    "uuid": Placeholder(
        "text", _BOTH, _uuid, "a random UUID; another LABEL, another value", "[LABEL]"
    ),
    "random": Placeholder(
        "text",
        _BOTH,
        _random,
        "so many random letters and digits (32); another LABEL, another value",
        "[LENGTH[:LABEL]]",
    ),
    "method": Placeholder(
        "text", _BOTH, _fixed(lambda scene: scene.request.method), "the request's method"
    ),
    "path": Placeholder(
        "text",
        _BOTH,
        _fixed(lambda scene: scene.request.path.decode("latin-1")),
        "the request's path, without its query",
    ),
    "error": Placeholder(
        "text", _REFUSAL, _fixed(lambda scene: scene.wording.error), "the RFC 6749 error code"
    ),
    "description": Placeholder(
        "text",
        _REFUSAL,
        _fixed(lambda scene: scene.wording.description or None),
        "what is wrong, in words",
    ),
    "cause": Placeholder(
        "text", _REFUSAL, _fixed(lambda scene: scene.wording.cause), "the name of the table"
    ),
    "code": Placeholder(
        "any", _REFUSAL, _fixed(lambda scene: scene.wording.code), "the cause's `code`"
    ),
    "status": Placeholder(
        "number", _REFUSAL, _fixed(lambda scene: scene.wording.status), "the HTTP status"
    ),
    "status_text": Placeholder("text", _REFUSAL, _fixed(_status_text), "its words, `Bad Request`"),
    "retry_after": Placeholder(
        "duration",
        _REFUSAL,
        _fixed(lambda scene: scene.wording.retry_after),
        "seconds to wait; absent where nobody knows",
    ),
    "missing": Placeholder(
        "text",
        _REFUSAL,
        _fixed(lambda scene: scene.wording.values.get("missing")),
        "the missing fields, between commas, by their names on the wire",
    ),
    "secret_id": Placeholder(
        "text",
        _REFUSAL,
        _fixed(lambda scene: scene.wording.values.get("secret_id")),
        "the public name of the secret; only in revealed causes",
    ),
    "secret_expires_at": Placeholder(
        "instant",
        _REFUSAL,
        _fixed(_integer_value("secret_expires_at")),
        "when the secret expired; only in revealed causes",
    ),
}
