"""A dialect as HTTP: the requests it takes and the answers it gives, made by the engine itself.

Answers that are the same but for nothing are shown once, with all the causes that get them.
"""

import json
from collections.abc import Iterable, Sequence
from http import HTTPStatus

from msgspec import Struct

from watchword.dialect import Dialect, WireResponse
from watchword.dialect.caller_request import CallerRequest
from watchword.dialect.example import (
    TOKEN,
    Example,
    example,
    refusals,
    token_answer,
    token_request,
)

_HOST = "api.example.com"
_SCOPE = "read"


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
    values = example(dialect, scope=_SCOPE)
    places = range(len(dialect.file.request.credentials))
    return Explanation(
        requests=tuple(
            Exchange(
                title="or" if place else "A token request",
                http=_request_text(token_request(dialect, values, place)),
            )
            for place in places
        ),
        answer=Exchange(title="The answer", http=_response_text(token_answer(dialect, values))),
        refusals=tuple(_refusals(dialect, values)),
        api=Exchange(title="At the API", http=_api_text(dialect)),
    )


def _refusals(dialect: Dialect, values: Example) -> Iterable[Exchange]:
    """One exchange for each different answer, in the order of the causes."""
    causes_of: dict[str, list[str]] = {}
    for cause, written in refusals(dialect, values).items():
        causes_of.setdefault(_response_text(written), []).append(cause)
    return [
        Exchange(title=", ".join(cause.replace("_", " ") for cause in causes), http=http)
        for http, causes in causes_of.items()
    ]


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
    value = f"{shown.scheme} {TOKEN}" if shown.scheme else TOKEN
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
