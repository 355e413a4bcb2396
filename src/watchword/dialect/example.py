"""Examples of what a dialect says: requests, answers and refusals, made by the engine itself.

What a dialect refuses by itself comes from its cases, so the words are those of the very fault.
What only a server can refuse has the server's words from SPOKEN.
"""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import Struct

from watchword.dialect.answer import Sources, TokenAnswer
from watchword.dialect.caller_request import CallerRequest
from watchword.dialect.cases import GRANTED, Case, Credentials, as_wire, cases
from watchword.dialect.cause import CAUSES
from watchword.dialect.dialect import Dialect
from watchword.dialect.public import PublicDialect
from watchword.dialect.refusal import (
    MethodNotAllowed,
    MissingCredentials,
    MissingFields,
    Refusal,
)
from watchword.dialect.wire import WireResponse

NOW = 1_800_000_000
REQUEST_ID = "5f3a9c"
TOKEN = "eyJhbGciOi...(a JWT)"  # noqa: S105 - no token
SOURCES = Sources(now=float(NOW), random=bytes)


class Spoken(NamedTuple):
    """A server's words for a cause, and the seconds after which to try again."""

    description: str
    retry_after: int | None = None


_AUTHENTICATION = Spoken("Client authentication failed.")
# What servers say of the causes that no dialect can find by itself; tests compare.
SPOKEN: Mapping[str, Spoken] = {
    "unsupported_grant_type": Spoken("The grant type is not supported."),
    "invalid_scope": Spoken("The requested scope is not permitted for this client."),
    "invalid_target": Spoken("The requested resource is not permitted for this client."),
    "too_many_requests": Spoken("Too many requests; try again shortly.", 1),
    "server_error": Spoken("Unexpected error", 5),
    "temporarily_unavailable": Spoken("The service is temporarily unavailable.", 5),
}
_VALUES = {"secret_id": "k7Qm2x0a", "secret_expires_at": str(NOW)}


class Example(Struct, frozen=True, kw_only=True):
    """The values that examples show. fields: of the further fields that the dialect asks for."""

    client_id: str | None
    client_secret: str
    scope: str | None = None
    fields: Mapping[str, str] = {}
    lifetime: int = 3600
    scope_differs: bool = False


def example(
    dialect: Dialect,
    client_id: str = "ACME01",
    client_secret: str = "YOUR_SECRET",  # noqa: S107 - no secret
    scope: str | None = None,
) -> Example:
    """Example values for `dialect`, which sends no client id where the dialect has none."""
    fields = dialect.file.request.fields
    return Example(
        client_id=client_id if PublicDialect.from_dialect(dialect).takes_client_id else None,
        client_secret=client_secret,
        scope=scope,
        fields={name: f"<{name}>" for name, field in fields.items() if not field.equals},
    )


def token_request(dialect: Dialect, values: Example, place: int = 0) -> CallerRequest:
    """A request for a token, its credentials at the dialect's place of that number."""
    return PublicDialect.from_dialect(dialect).token_request(
        values.client_id,
        values.client_secret,
        scope=values.scope,
        fields=values.fields,
        credentials=place,
    )


def token_answer(dialect: Dialect, values: Example, scope: str | None = None) -> WireResponse:
    """The answer with the token. scope: as granted, `values.scope` unless said."""
    answer = TokenAnswer(
        access_token=TOKEN,
        issued_at=NOW,
        expires_in=values.lifetime,
        scope=scope or values.scope or "",
        scope_differs=values.scope_differs,
        client_id=values.client_id or "",
        attributes={name: f"<{name}>" for name in dialect.client_attributes},
        fields=values.fields,
    )
    wire = as_wire(token_request(dialect, values), REQUEST_ID)
    return dialect.write_token(answer, wire, SOURCES)


def refusals(dialect: Dialect, values: Example) -> dict[str, WireResponse]:
    """The answer to each cause, in the order of CAUSES; to those that cannot be as well."""
    found = own_cases(dialect, values)
    right = token_request(dialect, values)
    missing = _missing_names(dialect, found)
    answers = {}
    for cause in CAUSES:
        case = found.get(cause)
        refusal = refusal_of(dialect, case) if case else _spoken(cause, missing)
        wire = as_wire(case.request if case else right, REQUEST_ID)
        answers[cause] = dialect.write_refusal(refusal, wire, SOURCES)
    return answers


def own_cases(dialect: Dialect, values: Example) -> dict[str, Case]:
    """For each cause that the dialect finds by itself a request that has it."""
    credentials = Credentials(
        client_id=values.client_id,
        client_secret=values.client_secret,
        scope=values.scope,
        fields=values.fields,
    )
    known = (GRANTED, "wrong_secret", "unknown_client", "invalid_scope")
    own = [case for case in cases(dialect, credentials) if case.expected not in known]
    found = {case.expected: case for case in reversed(own)}
    # Another grant type says more about it than none at all, which comes first.
    found |= {case.expected: case for case in own if case.expected == "unsupported_grant_type"}
    return found


def refusal_of(dialect: Dialect, case: Case) -> Refusal:
    """What the dialect itself says against a request of `own_cases`."""
    try:
        dialect.read(as_wire(case.request, REQUEST_ID))
    except Refusal as refusal:
        return refusal
    raise ValueError(f"the dialect takes the case {case.name!r}")


def _missing_names(dialect: Dialect, found: Mapping[str, Case]) -> tuple[str, ...]:
    """What the dialect calls missing in a request without credentials."""
    case = found.get("missing_credentials") or found.get("missing_fields")
    fields = getattr(refusal_of(dialect, case), "fields", ()) if case else ()
    return fields or ("client_secret",)


def _spoken(cause: str, missing: tuple[str, ...]) -> Refusal:
    """A refusal as a server makes it."""
    if cause == "missing_fields":
        return MissingFields(missing)
    if cause == "missing_credentials":
        return MissingCredentials(missing)
    if cause == "method_not_allowed":
        return MethodNotAllowed(("POST",))
    words = SPOKEN.get(cause, _AUTHENTICATION)
    made = CAUSES[cause].made
    return made(words.description, retry_after=words.retry_after, values=_VALUES)
