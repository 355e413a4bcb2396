"""From a WireRequest to a TokenRequest (RFC 6749, 4.4.2), in the words of one dialect.

The order, which decides what a request with several faults is told:

    1  method                      5  grant type, if credentials may stand in the body
    2  doubled headers             6  credentials
    3  query                       7  grant type, if they may not
    4  body                        8  scope, resource, further fields
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import unquote_plus

from watchword.dialect.body import BodyReader
from watchword.dialect.credentials import BasicPlace, CredentialPlace
from watchword.dialect.message import NOTHING, Getter, Message, has_control, read_parameters
from watchword.dialect.place import Place
from watchword.dialect.refusal import (
    InvalidRequest,
    InvalidScope,
    Malformed,
    MethodNotAllowed,
    MissingCredentials,
    MissingFields,
    Refusal,
    UnsupportedGrantType,
)
from watchword.dialect.token_request import PresentedSecret, TokenRequest
from watchword.dialect.wire import WireRequest

TWO_CREDENTIALS = "More than one way of client authentication was used."
SECRET_NAMES = frozenset({"client_secret", "client_assertion"})
NEVER_IN_QUERY = SECRET_NAMES | {"access_token", "refresh_token", "password"}


class Grant(NamedTuple):
    """The grant rule: where it stands, what it may be, and what its absence is."""

    get: Getter
    name: str
    values: frozenset[str]
    missing: str


class Field(NamedTuple):
    """A further field: its name in the file, its name on the wire, and what it must be."""

    name: str
    wire_name: str
    get: Getter
    required: bool
    equals: frozenset[str]
    bound: bool


class Rules(NamedTuple):
    """All that a Reader needs, compiled from the file."""

    methods: tuple[str, ...]
    body: BodyReader
    headers: frozenset[bytes]
    query: frozenset[str]
    own_secrets: frozenset[str]
    credentials: tuple[CredentialPlace, ...]
    grant: Grant | None
    scope: Getter | None
    resource: tuple[Place, Getter] | None
    fields: tuple[Field, ...]


class Reader:
    """Reads requests by the rules of one dialect."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._methods = rules.methods
        self._headers = rules.headers
        self._body = rules.body
        self._places = rules.credentials
        self._grant = rules.grant
        self._scope = rules.scope
        self._beside = _beside(rules.credentials)
        self._basic_only = all(isinstance(place, BasicPlace) for place in rules.credentials)
        self._reads_basic = any(isinstance(place, BasicPlace) for place in rules.credentials)
        self._foreign = SECRET_NAMES - rules.own_secrets
        self._more = bool(rules.resource or rules.fields)

    def read(self, request: WireRequest) -> TokenRequest:
        """The token request in a wire request. Raises Refusals and nothing else."""
        message = Message()
        try:
            return self._read(request, message)
        except Refusal as refusal:
            refusal.client_id = self._named(message)
            raise

    def _read(self, request: WireRequest, message: Message) -> TokenRequest:
        if request.method not in self._methods:
            raise MethodNotAllowed(self._methods)
        content_type = self._read_headers(request, message)
        if request.query:
            self._read_query(request.query, message)
        self._body(request.body, content_type, message)
        if self._basic_only:
            credentials = self._find(message)
            self._check_grant(message)
        else:
            self._check_grant(message)
            credentials = self._find(message)
        scope = self._scope(message) if self._scope else None
        if scope is not None:
            _check_scope(scope)
        if not self._more:
            return TokenRequest(credentials, scope)
        fields, bound = self._read_fields(message)
        return TokenRequest(credentials, scope, self._read_resource(message), fields, bound)

    def _read_headers(self, request: WireRequest, message: Message) -> bytes | None:
        content_type = None
        for name, value in request.headers:
            if name == b"authorization":
                if message.authorization is not None:
                    raise Malformed("There is more than one Authorization header.")
                message.authorization = value
            elif name == b"content-type":
                if content_type is not None:
                    raise Malformed("There is more than one Content-Type header.")
                content_type = value
        if self._headers:
            self._keep_headers(request, message)
        return content_type

    def _keep_headers(self, request: WireRequest, message: Message) -> None:
        kept: dict[bytes, bytes] = {}
        for name, value in request.headers:
            if name in self._headers:
                if name in kept:
                    raise Malformed(f"The header {name.decode('latin-1')} is repeated.")
                kept[name] = value
        message.headers = kept

    def _read_query(self, query: bytes, message: Message) -> None:
        rules = self._rules
        resource = rules.resource[0].name if rules.resource else None
        parameters: Mapping[str, str]
        if rules.query:
            parameters = message.query = read_parameters(query, message, resource)
        else:
            parameters = _names(query)
        for name in parameters:
            lowered = name.lower()
            if name not in rules.query and (lowered in NEVER_IN_QUERY or name in rules.own_secrets):
                raise Malformed("Credentials and tokens are not taken in the query.")

    def _check_grant(self, message: Message) -> None:
        grant = self._grant
        if grant is None:
            return
        value = grant.get(message)
        if value is None:
            _refuse_missing_grant(grant)
        elif value not in grant.values:
            raise UnsupportedGrantType("The grant type is not supported.")

    def _find(self, message: Message) -> PresentedSecret:
        found: PresentedSecret | None = None
        for place in self._places:
            presented = place.find(message)
            if presented is not None:
                # "The client MUST NOT use more than one authentication method in each request."
                # (RFC 6749, 2.3)
                if found is not None:
                    raise InvalidRequest(TWO_CREDENTIALS)
                found = presented
        if found is None:
            raise MissingCredentials(self._missing_names(message))
        self._refuse_foreign(found, message)
        for client_id_beside in self._beside:
            client_id = client_id_beside(message)
            if client_id is not None and all(
                client_id != reading.client_id for reading in found.readings
            ):
                raise InvalidRequest("The client_id contradicts the credentials.")
        return found

    def _refuse_foreign(self, found: PresentedSecret, message: Message) -> None:
        """Refuse a second way of client authentication that this dialect would not even read."""
        authorization = None if self._reads_basic else message.authorization
        if authorization is not None and authorization[:6].lower() == b"basic ":
            raise InvalidRequest(TWO_CREDENTIALS)
        parameters = message.json if isinstance(message.json, dict) else NOTHING
        for said in (message.form, parameters):
            foreign = not self._foreign.isdisjoint(said)
            if foreign and any(said.get(name) for name in self._foreign):
                raise InvalidRequest(TWO_CREDENTIALS)

    def _named(self, message: Message) -> str | None:
        """The client id of a request that is refused, as far as it was read."""
        for place in self._places:
            with suppress(Refusal):
                presented = place.find(message)
                found = presented.readings[0].client_id if presented else place.client_id(message)
                if found is not None:
                    return found
        return None

    def _missing_names(self, message: Message) -> tuple[str, ...]:
        names = self._places[0].missing(message)
        for place in self._places:
            if place.client_id(message) is not None:
                names = place.missing(message)
                break
        return names + self._missing_fields(message)

    def _missing_fields(self, message: Message) -> tuple[str, ...]:
        return tuple(
            field.wire_name
            for field in self._rules.fields
            if field.required and field.get(message) is None
        )

    def _read_fields(self, message: Message) -> tuple[Mapping[str, str], tuple[str, ...]]:
        if not self._rules.fields:
            return NOTHING, ()
        missing = self._missing_fields(message)
        if missing:
            raise MissingFields(missing)
        values: dict[str, str] = {}
        bound: list[str] = []
        for field in self._rules.fields:
            value = field.get(message)
            if value is None:
                continue
            if has_control(value):
                raise Malformed(f"{field.wire_name} holds a control character.")
            if field.equals and value not in field.equals:
                raise InvalidRequest(f"{field.wire_name} has a value that is not taken.")
            values[field.name] = value
            if field.bound:
                bound.append(field.name)
        return values, tuple(bound)

    def _read_resource(self, message: Message) -> tuple[str, ...]:
        if self._rules.resource is None:
            return ()
        place, get = self._rules.resource
        several = message.repeated.get(place.name)
        if several is not None and place.kind in ("form", "query"):
            values = tuple(value for value in several if value)
        else:
            value = get(message)
            if value is None:
                return ()
            values = (value,)
        if any(has_control(value) for value in values):
            raise Malformed(f"{place.name} holds a control character.")
        return values


def _beside(places: tuple[CredentialPlace, ...]) -> tuple[Callable[[Message], str | None], ...]:
    """Where a client id may stand beside credentials that stand elsewhere."""
    pairs = [place.client_id for place in places if not isinstance(place, BasicPlace)]
    if len(pairs) == len(places) == 1:
        return ()
    return (*pairs, lambda message: message.form.get("client_id") or None)


def _names(query: bytes) -> dict[str, str]:
    """The names of a query that the dialect does not read; what is wrong in it is not looked at."""
    text = query.decode("latin-1")
    return {unquote_plus(part.partition("=")[0]): "" for part in text.split("&")}


def _check_scope(scope: str) -> None:
    # scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), between single spaces (RFC 6749, 3.3)
    if not (scope.isascii() and scope.isprintable()) or '"' in scope or "\\" in scope:
        raise InvalidScope("The scope is malformed.")


def _refuse_missing_grant(grant: Grant) -> None:
    if grant.missing == "unsupported_grant_type":
        raise UnsupportedGrantType(f"The parameter {grant.name} is missing.")
    if grant.missing == "invalid_request":
        raise MissingFields((grant.name,))
