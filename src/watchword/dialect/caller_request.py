"""A token request as a caller sends it in a dialect (RFC 6749, 4.4.2)."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

from msgspec import Struct

from watchword.dialect.body import FORM, JSON
from watchword.dialect.compile import body_kinds, request_places
from watchword.dialect.model import CredentialsPart, RequestPart
from watchword.dialect.place import Place


class CallerRequest(Struct, frozen=True, gc=False, kw_only=True):
    """One HTTP request. `path` stands below the issuer's URL; `query` is without "?"."""

    method: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def __repr__(self) -> str:
        return f"CallerRequest({self.method} {self.path})"

    def __rich_repr__(self) -> Iterator[tuple[str, str]]:  # type: ignore[override]
        yield "path", self.path


class _Draft:
    """A request while it is being put together."""

    def __init__(self) -> None:
        self.form: list[tuple[str, str]] = []
        self.query: list[tuple[str, str]] = []
        self.headers: list[tuple[str, str]] = []
        self.json: dict[str, Any] | None = None

    def put(self, place: Place, value: str | list[str]) -> None:
        if place.kind == "json":
            self.json = {} if self.json is None else self.json
            _put_json(self.json, place.steps, value)
            return
        text = value if isinstance(value, str) else " ".join(value)
        if place.kind == "form":
            self.form.append((place.name, text))
        elif place.kind == "query":
            self.query.append((place.name, text))
        else:
            self.headers.append((place.name, f"{place.scheme} {text}" if place.scheme else text))


def _put_json(tree: dict[str, Any], steps: tuple[str, ...], value: object) -> None:
    """Put a value at a way of names and indices, making what lies between."""
    node: Any = tree
    for step, following in zip(steps, (*steps[1:], None), strict=True):
        made: Any = value
        if following is not None:
            made = [] if following.isdecimal() else {}
        if isinstance(node, list):
            while len(node) <= int(step):
                node.append(None)
            node[int(step)] = made if node[int(step)] is None else node[int(step)]
            node = node[int(step)]
        else:
            node = node.setdefault(step, made)


def build_request(
    part: RequestPart,
    *,
    client_id: str | None,
    client_secret: str,
    scope: str | None = None,
    resource: tuple[str, ...] = (),
    fields: Mapping[str, str] | None = None,
    credentials: int = 0,
) -> CallerRequest:
    """The request that asks for a token. `credentials`: which of the dialect's places to use."""
    places = request_places(part)
    draft = _Draft()
    if part.grant is not None:
        draft.put(places["request.grant.place"], part.grant.values[0])
    _put_credentials(
        draft, part.credentials[credentials], places, credentials, client_id, client_secret
    )
    if scope and "request.scope" in places:
        draft.put(places["request.scope"], scope.replace(" ", part.scope_separator))
    if "request.resource" in places:
        for value in resource:
            draft.put(places["request.resource"], value)
    for name, value in _field_values(part, fields or {}).items():
        draft.put(places[f"request.fields.{name}.place"], value)
    return _finished(part, draft, body_kinds(part, places.values()))


def _field_values(part: RequestPart, given: Mapping[str, str]) -> dict[str, str]:
    """The further fields: as given, or what they must be."""
    values = {}
    for name, field in part.fields.items():
        value = given.get(name) or (field.equals[0] if field.required and field.equals else None)
        if value is not None:
            values[name] = value
    return values


def _put_credentials(
    draft: _Draft,
    part: CredentialsPart,
    places: dict[str, Place],
    index: int,
    client_id: str | None,
    client_secret: str,
) -> None:
    if part.basic:
        draft.headers.append(("Authorization", _basic(part, client_id or "", client_secret)))
        return
    path = f"request.credentials[{index}]"
    if part.client_id is not None:
        draft.put(places[f"{path}.client_id"], client_id or "")
    draft.put(places[f"{path}.client_secret"], client_secret)


def _basic(part: CredentialsPart, client_id: str, client_secret: str) -> str:
    """Basic credentials; form-encoded where the dialect reads that (RFC 6749, 2.3.1)."""
    halves = (client_id, client_secret)
    if "form" in part.basic:
        halves = (quote_plus(client_id), quote_plus(client_secret))
    elif part.basic[0] == "base64":
        halves = (_base64(client_id), _base64(client_secret))
    elif part.basic[0] == "secret":
        halves = (client_secret, "")
    return "Basic " + _base64(":".join(halves))


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _finished(part: RequestPart, draft: _Draft, kinds: list[str]) -> CallerRequest:
    headers = list(draft.headers)
    body = b""
    if draft.json is not None:
        body = json.dumps(draft.json, separators=(",", ":")).encode()
        headers.append(("Content-Type", JSON))
    elif draft.form or kinds[:1] == ["form"]:
        body = urlencode(draft.form).encode()
        headers.append(("Content-Type", FORM))
    elif kinds[:1] == ["json"]:
        body = b"{}"
        headers.append(("Content-Type", JSON))
    headers.append(("Accept", JSON))
    return CallerRequest(
        method=part.methods[0],
        path=part.path,
        query=urlencode(draft.query),
        headers=tuple(headers),
        body=body,
    )
