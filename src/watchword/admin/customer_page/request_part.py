"""The parameters of a token request beside the credentials, and where each of them stands."""

from typing import Literal

from msgspec import Struct

from watchword.core.issuer import Issuer
from watchword.dialect import Dialect
from watchword.dialect.compile import request_places
from watchword.dialect.model import CredentialsPart, FieldPart, RequestPart
from watchword.dialect.place import Place, parse_place

Kind = Literal["client_id", "client_secret", "grant", "scope", "resource", "field"]
WHERE = {"form": "form", "json": "JSON body", "query": "query", "header": "header"}
_GRANT = "request.grant.place"
_SCOPE = "request.scope"
_RESOURCE = "request.resource"


class Parameter(Struct, frozen=True, kw_only=True):
    """One parameter. where: a word of WHERE. scheme: the word before the value in a header.

    values: what it may be, empty for anything. bound: whether it is one of the client's own.
    """

    kind: Kind
    name: str
    where: str
    required: bool
    scheme: str = ""
    values: tuple[str, ...] = ()
    bound: bool = False


def credential_parameters(part: CredentialsPart) -> tuple[Parameter, ...]:
    """The parameters of one place of credentials; Basic has none."""
    texts: tuple[tuple[Kind, str | None], ...] = (
        ("client_id", part.client_id),
        ("client_secret", part.client_secret),
    )
    return tuple(
        _parameter(kind, parse_place(text, kind), required=True) for kind, text in texts if text
    )


def parameters(issuer: Issuer, dialect: Dialect) -> tuple[Parameter, ...]:
    """The others: the grant type, what narrows the token, further fields."""
    part = dialect.file.request
    places = request_places(part)
    found = []
    if part.grant is not None:
        required = part.grant.missing != "accepted"
        values = tuple(part.grant.values)
        found.append(_parameter("grant", places[_GRANT], required=required, values=values))
    if _SCOPE in places and issuer.scopes:
        found.append(_parameter("scope", places[_SCOPE], values=issuer.scopes))
    if _RESOURCE in places and issuer.audiences:
        found.append(_parameter("resource", places[_RESOURCE], values=issuer.audiences))
    return (*found, *_fields(part, places))


def _fields(part: RequestPart, places: dict[str, Place]) -> list[Parameter]:
    return [
        _field(places[f"request.fields.{name}.place"], field) for name, field in part.fields.items()
    ]


def _field(place: Place, field: FieldPart) -> Parameter:
    values = tuple(field.equals)
    return _parameter("field", place, required=field.required, values=values, bound=field.bound)


def _parameter(
    kind: Kind,
    place: Place,
    *,
    required: bool = False,
    values: tuple[str, ...] = (),
    bound: bool = False,
) -> Parameter:
    return Parameter(
        kind=kind,
        name=place.name,
        where=WHERE[place.kind],
        required=required,
        scheme=place.scheme,
        values=values,
        bound=bound,
    )
