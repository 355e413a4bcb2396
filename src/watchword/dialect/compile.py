"""From the model of a file to the functions that read and write; faults where it cannot be."""

from collections.abc import Callable, Iterable
from functools import partial

from msgspec import UNSET

from watchword.dialect.body import compile_body
from watchword.dialect.cause import CAUSES, CONFIDENTIAL, answered_as, merged, said_at
from watchword.dialect.clash import refuse_clashes
from watchword.dialect.credentials import compile_credentials
from watchword.dialect.fault import FaultFound, nearest
from watchword.dialect.message import field_getter, getter, scope_getter
from watchword.dialect.model import CredentialsPart, DialectFile, RequestPart
from watchword.dialect.place import HEADER_NAME, Place, parse_place
from watchword.dialect.read import Field, Grant, Reader, Rules
from watchword.dialect.slot import Slot, parse_pieces
from watchword.dialect.template import slots_of
from watchword.dialect.write import AnswerWriter, RefusalRules, RefusalWriter

Note = Callable[[FaultFound], None]


# Statuses whose answers have no body (RFC 9110, 15.3.5 and 15.3.6).
_BODILESS = (204, 205)
_MAY_BE_5XX = ("server_error", "temporarily_unavailable", "too_many_requests")


class Compiled:
    """The working parts of a dialect."""

    __slots__ = ("answer", "attributes", "reader", "refusals")

    def __init__(self, file: DialectFile) -> None:
        places = request_places(file.request)
        _check_request(file, places)
        self.reader = Reader(_rules(file.request, places))
        self.answer = AnswerWriter(file.answer)
        self.refusals = _refusals(file)
        slots = _answer_slots(file, self.answer)
        _check_answer(file, slots)
        _check_presentation(file)
        bound = (name for name, field in file.request.fields.items() if field.bound)
        named = (slot.argument for slot in slots if slot.name == "attribute")
        self.attributes = frozenset((*bound, *named))


def request_places(part: RequestPart) -> dict[str, Place]:
    """All places of a request by their key in the file, in the file's order."""
    texts: dict[str, str | None] = {}
    for index, credentials in enumerate(part.credentials):
        texts[f"request.credentials[{index}].client_id"] = credentials.client_id
        texts[f"request.credentials[{index}].client_secret"] = credentials.client_secret
    texts["request.grant.place"] = part.grant.place if part.grant else None
    texts["request.scope"] = part.scope
    texts["request.resource"] = part.resource
    for name, field in part.fields.items():
        texts[f"request.fields.{name}.place"] = field.place
    return {path: parse_place(text, path) for path, text in texts.items() if text is not None}


def body_kinds(part: RequestPart, places: Iterable[Place]) -> list[str]:
    """The kinds of body that a dialect takes."""
    if part.body is not UNSET:
        return list(part.body)
    return list(dict.fromkeys(p.kind for p in places if p.kind in ("form", "json")))


def reads_basic(part: RequestPart) -> bool:
    return any(credentials.basic for credentials in part.credentials)


def basic_only(part: RequestPart) -> bool:
    return all(credentials.basic for credentials in part.credentials)


def _rules(part: RequestPart, places: dict[str, Place]) -> Rules:
    resource = places.get("request.resource")
    kinds = body_kinds(part, places.values())
    repeatable = resource.name if resource and resource.kind == "form" else None
    scope = places.get("request.scope")
    return Rules(
        methods=tuple(part.methods),
        body=compile_body(kinds, part.content_type == "optional", repeatable),
        headers=frozenset(p.header for p in places.values() if p.kind == "header"),
        query=frozenset(p.name for p in places.values() if p.kind == "query"),
        own_secrets=frozenset(
            place.name for path, place in places.items() if path.endswith(".client_secret")
        ),
        credentials=tuple(
            compile_credentials(credentials, f"request.credentials[{index}]")
            for index, credentials in enumerate(part.credentials)
        ),
        grant=_grant(part, places),
        scope=scope_getter(scope, part.scope_separator) if scope else None,
        resource=(resource, getter(resource)) if resource else None,
        fields=_fields(part, places),
    )


def _grant(part: RequestPart, places: dict[str, Place]) -> Grant | None:
    if part.grant is None:
        return None
    place = places["request.grant.place"]
    return Grant(getter(place), place.name, frozenset(part.grant.values), part.grant.missing)


def _fields(part: RequestPart, places: dict[str, Place]) -> tuple[Field, ...]:
    fields = []
    for name, field in part.fields.items():
        place = places[f"request.fields.{name}.place"]
        equals = frozenset(field.equals)
        get = field_getter(place)
        fields.append(Field(name, place.name, get, field.required, equals, field.bound))
    return tuple(fields)


def _check_request(file: DialectFile, places: dict[str, Place]) -> None:
    part = file.request
    kinds = body_kinds(part, places.values())
    for path, place in places.items():
        if place.kind in ("form", "json") and place.kind not in kinds:
            raise FaultFound(path, f"no body is a {place.kind}", f"body is {kinds}")
        if place.kind in ("form", "json") and part.methods == ["GET"]:
            raise FaultFound(path, "a GET request has no body", "a place in the query or a header")
    refuse_clashes(places, reads_basic(part))
    _check_credentials(part.credentials, places)
    if file.rfc6749:
        _check_rfc6749(part)


def _check_credentials(parts: list[CredentialsPart], places: dict[str, Place]) -> None:
    if sum(1 for part in parts if part.basic) > 1:
        raise FaultFound("request.credentials", "basic twice", "its readings are one list")
    seen: list[tuple[object, ...]] = []
    for index in range(len(parts)):
        path = f"request.credentials[{index}].client_secret"
        place = places.get(path)
        if place is None:
            continue
        same = (place.kind, place.name.lower() if place.kind == "header" else place.name)
        if same in seen:
            raise FaultFound(path, "another entry has its secret at the same place")
        seen.append(same)


def _check_rfc6749(part: RequestPart) -> None:
    if part.grant is None or part.grant.place != "form:grant_type":
        hint = "write [request.grant], or rfc6749 = false"
        raise FaultFound("rfc6749", "RFC 6749 asks for a grant_type in a form", hint)
    if not auth_methods(part):
        raise FaultFound("rfc6749", "no way of client authentication of RFC 6749 is taken")


def auth_methods(part: RequestPart) -> tuple[str, ...]:
    """The names of the ways of client authentication (IANA registry)."""
    methods = ["client_secret_basic"] if reads_basic(part) else []
    pairs = [(credentials.client_id, credentials.client_secret) for credentials in part.credentials]
    if ("form:client_id", "form:client_secret") in pairs:
        methods.append("client_secret_post")
    return tuple(methods)


def _answer_slots(file: DialectFile, writer: AnswerWriter) -> list[Slot]:
    slots = list(writer.body.slots)
    for name, text in file.answer.headers.items():
        slots += slots_of(parse_pieces(text, "answer", f"answer.headers.{name}"))
    return slots


def _check_answer(file: DialectFile, slots: list[Slot]) -> None:
    if file.answer.status in _BODILESS:
        raise FaultFound("answer.status", f"{file.answer.status} carries no answer", "200 or 201")
    if not any(slot.name == "access_token" for slot in slots):
        raise FaultFound("answer.body", "the token is nowhere in the answer", "{access_token}")
    fields = list(file.request.fields)
    for slot in slots:
        if slot.name == "field" and slot.argument not in fields:
            message = f"there is no field {slot.argument!r} in [request.fields]"
            raise FaultFound("answer", message, nearest(slot.argument, fields))


def _check_presentation(file: DialectFile) -> None:
    part = file.presentation
    if not HEADER_NAME.match(part.header) or part.header.lower() in ("cookie", "host"):
        raise FaultFound("presentation.header", f"{part.header!r} cannot carry a token")
    if part.scheme and not HEADER_NAME.match(part.scheme):
        raise FaultFound("presentation.scheme", f"{part.scheme!r} is not one word")


def _check_status(cause: str, status: int, path: str) -> None:
    if status in _BODILESS or 300 <= status < 400:
        raise FaultFound(path, f"{status} carries no answer", "200, or 400 and above")
    # What the client did wrong is no fault of the server's; many retry a 5xx without end.
    if status >= 500 and cause not in _MAY_BE_5XX:
        raise FaultFound(path, f"{status} for {cause}, which is the client's fault", "400 to 499")


def _refusals(file: DialectFile) -> dict[str, RefusalWriter]:
    default = file.refusals.get("default")
    if default is None or default.body is None:
        hint = 'for example \'{"error": "{error}"}\''
        raise FaultFound("refusals.default.body", "is missing", hint)
    revealed = frozenset(file.reveal)
    for named in sorted(CONFIDENTIAL - revealed):
        if named in file.refusals:
            hint = f"write reveal = [{named!r}] if everybody may know"
            raise FaultFound(f"refusals.{named}", "is answered like invalid_client", hint)
    writers = {}
    for cause in CAUSES.keys() - CONFIDENTIAL | revealed:
        writers[cause] = _writer(cause, file, revealed)
    for cause in CONFIDENTIAL - revealed:
        writers[cause] = writers["invalid_client"]
    return writers


def _writer(cause: str, file: DialectFile, revealed: frozenset[str]) -> RefusalWriter:
    part = merged(cause, file.refusals)
    retry_after = part.retry_after if part.retry_after is not None else CAUSES[cause].retry_after
    rules = RefusalRules(
        cause=cause,
        status=CAUSES[cause].status if part.status is None else part.status,
        error=part.error,
        description=part.description,
        code=part.code,
        retry_after=retry_after,
        alike=answered_as(cause, revealed) == "invalid_client",
    )
    path_of = partial(said_at, cause, file.refusals)
    _check_status(cause, rules.status, path_of("status"))
    return RefusalWriter(rules, part, path_of, basic_only(file.request))
