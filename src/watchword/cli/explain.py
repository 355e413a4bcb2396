"""A dialect as HTTP: the requests it takes and the answers it gives, made by the engine itself.

Answers that are the same but for nothing are shown once, with all the causes that get them.
"""

import json
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode

from msgspec import Struct
from msgspec.structs import replace

from watchword.dialect import Dialect, Sources, TokenAnswer, WireRequest, WireResponse
from watchword.dialect import refusal as refusals
from watchword.dialect.caller_request import CallerRequest
from watchword.dialect.cause import CAUSES
from watchword.dialect.public import PublicDialect
from watchword.dialect.refusal import Refusal

_HOST = "api.example.com"
_CLIENT, _SECRET, _SCOPE = "ACME01", "YOUR_SECRET", "read"
_JWT = "eyJhbGciOi...(a JWT)"
_NOW = 1_800_000_000.0
_LIFETIME = 3600


class Exchange(Struct, frozen=True, kw_only=True):
    """A piece of the explanation: when it happens, and the HTTP of it."""

    title: str
    http: str


class Explanation(Struct, frozen=True, kw_only=True):
    """Everything that a dialect says."""

    requests: tuple[Exchange, ...]
    answer: Exchange
    refusals: tuple[Exchange, ...]
    api: Exchange


def explain(dialect: Dialect) -> Explanation:
    """The explanation of `dialect`, with example values."""
    public = PublicDialect.from_dialect(dialect)
    places = range(len(dialect.file.request.credentials))
    asked = [_request(dialect, public, place) for place in places]
    wire = _wire(asked[0])
    return Explanation(
        requests=tuple(
            Exchange(title="A token request" if not place else "or", http=_request_text(request))
            for place, request in enumerate(asked)
        ),
        answer=Exchange(title="The answer", http=_response_text(_token_answer(dialect, wire))),
        refusals=tuple(_refusals(dialect, wire)),
        api=Exchange(title="At the API", http=_api_text(dialect)),
    )


def _request(dialect: Dialect, public: PublicDialect, place: int) -> CallerRequest:
    client_id = _CLIENT if public.takes_client_id else None
    return public.token_request(
        client_id, _SECRET, scope=_SCOPE, fields=_fields(dialect), credentials=place
    )


def _fields(dialect: Dialect) -> dict[str, str]:
    """Example values of the further fields that have no value of their own."""
    fields = dialect.file.request.fields
    return {name: f"<{name}>" for name, field in fields.items() if not field.equals}


def _wire(request: CallerRequest) -> WireRequest:
    return WireRequest(
        method=request.method,
        path=request.path.encode(),
        query=request.query.encode(),
        headers=[(name.lower().encode(), value.encode()) for name, value in request.headers],
        body=request.body,
        request_id="5f3a9c",
    )


def _sources() -> Sources:
    return Sources(now=_NOW, random=bytes)


def _token_answer(dialect: Dialect, wire: WireRequest) -> WireResponse:
    attributes = {name: f"<{name}>" for name in dialect.client_attributes}
    answer = TokenAnswer(
        access_token=_JWT,
        issued_at=int(_NOW),
        expires_in=_LIFETIME,
        scope=_SCOPE,
        scope_differs=False,
        client_id=_CLIENT,
        attributes=attributes,
        fields=_fields(dialect),
    )
    return dialect.write_token(answer, wire, _sources())


def _refusals(dialect: Dialect, wire: WireRequest) -> Iterable[Exchange]:
    """One exchange for each different answer, in the order of the causes."""
    causes_of: dict[str, list[str]] = {}
    for cause in CAUSES:
        written = dialect.write_refusal(_example(cause, dialect, wire), wire, _sources())
        causes_of.setdefault(_response_text(written), []).append(cause)
    return [
        Exchange(title=", ".join(cause.replace("_", " ") for cause in causes), http=http)
        for http, causes in causes_of.items()
    ]


def _example(cause: str, dialect: Dialect, wire: WireRequest) -> Refusal:
    """A refusal of that cause, with example values where it has any."""
    made = CAUSES[cause].made
    if made is refusals.MissingFields:
        return refusals.MissingFields(_missing(dialect, wire))
    if made is refusals.MissingCredentials:
        return refusals.MissingCredentials(_missing(dialect, wire))
    if made is refusals.MethodNotAllowed:
        return refusals.MethodNotAllowed(dialect.methods)
    words = cause.replace("_", " ")
    return made(f"{words[0].upper()}{words[1:]}.")


def _missing(dialect: Dialect, wire: WireRequest) -> tuple[str, ...]:
    """What the dialect says is missing in a request without credentials."""
    kept = [header for header in wire.headers if header[0] == b"content-type"]
    try:
        dialect.read(replace(wire, headers=kept, body=_without_credentials(wire.body), query=b""))
    except Refusal as refusal:
        return getattr(refusal, "fields", ()) or ("client_secret",)
    return ("client_secret",)


def _without_credentials(body: bytes) -> bytes:
    if body.startswith(b"{"):
        return b"{}"
    pairs = parse_qsl(body.decode())
    return urlencode([pair for pair in pairs if pair[1] not in (_CLIENT, _SECRET)]).encode()


def _request_text(request: CallerRequest) -> str:
    target = f"{request.path}?{request.query}" if request.query else request.path
    headers = [("Host", _HOST), *request.headers]
    return _message(f"{request.method} {target} HTTP/1.1", headers, request.body)


def _response_text(response: WireResponse) -> str:
    headers = [(_title(name.decode()), value.decode()) for name, value in response.headers]
    shown = [header for header in headers if header[0] != "X-Request-Id"]
    status = f"HTTP/1.1 {response.status} {_phrase(response.status)}"
    return _message(status, shown, response.body)


def _api_text(dialect: Dialect) -> str:
    shown = dialect.presentation
    value = f"{shown.scheme} {_JWT}" if shown.scheme else _JWT
    return _message("GET /… HTTP/1.1", [("Host", _HOST), (_title(shown.header), value)], b"")


def _message(first: str, headers: Sequence[tuple[str, str]], body: bytes) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    return "\n".join([*lines, "", _body(body)]).rstrip()


def _body(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _title(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-")).replace("Www-", "WWW-")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
