"""The table of refusals: what the dialect answers to each cause that an issuer can have."""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct

from watchword.core.issuer import Issuer
from watchword.dialect import Dialect, WireResponse
from watchword.dialect.example import Example, own_cases, refusals


class Advice(NamedTuple):
    """meaning: follows "because". todo: a sentence. `{id}`, `{secret}`, `{grant}` are words."""

    meaning: str
    todo: str


_REQUEST = "Compare your request with the one above."
_CREDENTIALS = "Check both values, spaces and line ends too. Trying again as it is cannot help."
_ALIKE = (
    "Check both values, spaces and line ends too. If they are right, the {secret} has ended: use a "
    "new one. Trying again as it is cannot help."
)
_NEW_ONE = "Use a new {secret}."
_WAIT = "Wait, then try again, each time a little longer."

# In the order of the table.
ADVICE: Mapping[str, Advice] = {
    "missing_fields": Advice("a required parameter is absent or empty", _REQUEST),
    "missing_credentials": Advice("the {id} or the {secret} is absent or empty", _REQUEST),
    "undecodable_credentials": Advice("the `Authorization` header cannot be read", _REQUEST),
    "unknown_client": Advice("the {id} is unknown", _CREDENTIALS),
    "wrong_secret": Advice("the {secret} is wrong", _CREDENTIALS),
    "invalid_client": Advice("a value is not the one agreed for your {id}", _CREDENTIALS),
    "expired_secret": Advice("the {secret} has expired", _NEW_ONE),
    "revoked_secret": Advice("the {secret} was revoked", _NEW_ONE),
    "disabled_client": Advice("the account is disabled", "Ask us."),
    "unsupported_grant_type": Advice("the grant type is not {grant}", _REQUEST),
    "invalid_scope": Advice(
        "a scope is unknown, or not permitted for your {id}", "Ask for permitted scopes only."
    ),
    "invalid_target": Advice(
        "the resource is unknown, or not permitted for your {id}", "Leave it out, or ask us."
    ),
    "malformed": Advice("the request cannot be read", _REQUEST),
    "invalid_request": Advice(
        "the credentials stand in two places, or a value cannot be taken", _REQUEST
    ),
    "method_not_allowed": Advice("the HTTP method is another one", _REQUEST),
    "too_many_requests": Advice("too much is asked at once", _WAIT),
    "server_error": Advice("something is wrong on our side", _WAIT),
    "temporarily_unavailable": Advice("the service is away for a moment", _WAIT),
}
_OF_CREDENTIALS = frozenset(
    "unknown_client wrong_secret expired_secret revoked_secret disabled_client".split()
)
# What the dialect finds before anybody knows the client.
_FOUND_BY_DIALECT = frozenset(
    "missing_fields missing_credentials undecodable_credentials unsupported_grant_type malformed "
    "invalid_request method_not_allowed".split()
)


class RefusalRow(Struct, frozen=True, kw_only=True):
    """One answer with all the causes that get it. retry_after: seconds, None where it is not sent.

    body: as it is sent, on one line.
    """

    causes: tuple[str, ...]
    status: int
    body: str
    retry_after: str | None


def refusal_rows(issuer: Issuer, dialect: Dialect, values: Example) -> tuple[RefusalRow, ...]:
    """A row for each different answer, in the order of ADVICE."""
    written = refusals(dialect, values)
    causes = possible_causes(issuer, dialect, values)
    causes_of: dict[tuple[int, str, str | None], list[str]] = {}
    for cause in (each for each in ADVICE if each in causes):
        causes_of.setdefault(_answer(written[cause]), []).append(cause)
    return tuple(
        RefusalRow(causes=tuple(causes), status=status, body=body, retry_after=retry_after)
        for (status, body, retry_after), causes in causes_of.items()
    )


def possible_causes(issuer: Issuer, dialect: Dialect, values: Example) -> frozenset[str]:
    """The causes for which clients of `issuer` can be refused."""
    request = dialect.file.request
    causes = set(ADVICE) - _FOUND_BY_DIALECT | own_cases(dialect, values).keys()
    if values.client_id is None:
        # A secret by itself is found or not, by its HMAC: nothing waits for a slow hash.
        causes -= {"unknown_client", "too_many_requests"}
    if not any(field.bound for field in request.fields.values()):
        causes -= {"invalid_client"}
    if request.scope is None or not issuer.scopes:
        causes -= {"invalid_scope"}
    if request.resource is None or not issuer.audiences:
        causes -= {"invalid_target"}
    return frozenset(causes)


def _answer(response: WireResponse) -> tuple[int, str, str | None]:
    retry_after = dict(response.headers).get(b"retry-after")
    return (
        response.status,
        _on_one_line(response.body.decode("utf-8", "replace")),
        retry_after.decode() if retry_after else None,
    )


def _on_one_line(body: str) -> str:
    try:
        return json.dumps(json.loads(body), ensure_ascii=False)
    except ValueError:
        return " ".join(body.split())


def meaning(causes: Iterable[str]) -> str:
    """What the causes of one answer mean, as one sentence."""
    *first, last = dict.fromkeys(ADVICE[cause].meaning for cause in causes)
    text = f"{', '.join(first)}, or {last}" if first else last
    return f"{text[:1].upper()}{text[1:]}."


def todo(causes: Iterable[str]) -> str:
    """What to do about an answer that may have any of the causes."""
    if len(_OF_CREDENTIALS.intersection(causes)) > 1:
        return _ALIKE
    return " ".join(dict.fromkeys(ADVICE[cause].todo for cause in causes))
