"""Bodies by their content type: a form, a JSON object, or nothing that is looked at."""

from collections.abc import Callable

from watchword.dialect.message import Message, read_json, read_parameters
from watchword.dialect.refusal import Malformed

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

BodyReader = Callable[[bytes, bytes | None, Message], None]

# What most requests hold beside Basic; nobody writes to it.
_BARE_BODY = b"grant_type=client_credentials"
_BARE_FORM = {"grant_type": "client_credentials"}
_FORM_TYPE = FORM.encode()


def compile_body(kinds: list[str], optional: bool, repeatable: str | None) -> BodyReader:
    """A reader for bodies of these kinds; without a kind the body is not looked at."""
    if not kinds:
        return _ignore
    if kinds == ["form"]:
        return _form_reader(optional, repeatable)
    return _reader(kinds, optional, repeatable)


def _ignore(body: bytes, content_type: bytes | None, message: Message) -> None:
    return None


def _form_reader(optional: bool, repeatable: str | None) -> BodyReader:
    general = _reader(["form"], optional, repeatable)

    def read(body: bytes, content_type: bytes | None, message: Message) -> None:
        if body == _BARE_BODY and content_type == _FORM_TYPE:
            message.form = _BARE_FORM
        else:
            general(body, content_type, message)

    return read


def _reader(kinds: list[str], optional: bool, repeatable: str | None) -> BodyReader:
    def read(body: bytes, content_type: bytes | None, message: Message) -> None:
        # An empty body says nothing, whatever its type: its fields are missing, not malformed.
        if not body:
            return
        kind = body_kind(content_type)
        if kind not in kinds:
            if not optional:
                raise Malformed(_expected(kinds))
            kind = kinds[0]
        if kind == "form":
            message.form = read_parameters(body, message, repeatable)
        else:
            message.json = read_json(body)

    return read


def _expected(kinds: list[str]) -> str:
    names = " or ".join(FORM if kind == "form" else JSON for kind in kinds)
    return f"The Content-Type must be {names}."


def body_kind(content_type: bytes | None) -> str | None:
    """The kind of body that a content type names (RFC 9110, 8.3.1), None for another."""
    if content_type == _FORM_TYPE:
        return "form"
    if content_type is None:
        return None
    essence = content_type.split(b";", 1)[0].strip().lower()
    if essence == _FORM_TYPE:
        return "form"
    is_json = essence == b"application/json" or (
        essence.startswith(b"application/") and essence.endswith(b"+json")
    )
    return "json" if is_json else None
