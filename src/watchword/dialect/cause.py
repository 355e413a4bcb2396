"""The causes of refusals as a table: their parents, and their statuses unless a dialect says.

A cause that a dialect does not name is answered like its parent, key by key, and at last like
`default`.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from watchword.dialect import refusal as refusals
from watchword.dialect.model import RefusalPart
from watchword.dialect.refusal import Refusal


class Cause(NamedTuple):
    """One cause: its class, its parent, and what it is answered with unless a dialect says."""

    made: type[Refusal]
    parent: str
    status: int
    retry_after: int | None = None


CAUSES: dict[str, Cause] = {
    "invalid_request": Cause(refusals.InvalidRequest, "default", 400),
    "missing_fields": Cause(refusals.MissingFields, "invalid_request", 400),
    "malformed": Cause(refusals.Malformed, "invalid_request", 400),
    "method_not_allowed": Cause(refusals.MethodNotAllowed, "invalid_request", 405),
    "unsupported_grant_type": Cause(refusals.UnsupportedGrantType, "default", 400),
    "invalid_client": Cause(refusals.InvalidClient, "default", 401),
    "missing_credentials": Cause(refusals.MissingCredentials, "invalid_client", 401),
    "undecodable_credentials": Cause(refusals.UndecodableCredentials, "invalid_client", 401),
    "unknown_client": Cause(refusals.UnknownClient, "invalid_client", 401),
    "wrong_secret": Cause(refusals.WrongSecret, "invalid_client", 401),
    "expired_secret": Cause(refusals.ExpiredSecret, "invalid_client", 401),
    "revoked_secret": Cause(refusals.RevokedSecret, "invalid_client", 401),
    "disabled_client": Cause(refusals.DisabledClient, "invalid_client", 401),
    "invalid_scope": Cause(refusals.InvalidScope, "default", 400),
    "invalid_target": Cause(refusals.InvalidTarget, "default", 400),
    "too_many_requests": Cause(refusals.TooManyRequests, "default", 429),
    "server_error": Cause(refusals.ServerError, "default", 500, 5),
    "temporarily_unavailable": Cause(refusals.TemporarilyUnavailable, "server_error", 503, 5),
}

# Causes that say something about a client: alike on the wire unless a dialect reveals them.
CONFIDENTIAL = frozenset(
    ("unknown_client", "wrong_secret", "expired_secret", "revoked_secret", "disabled_client")
)


def lineage(cause: str) -> Iterator[str]:
    """The cause, its parents, and `default`."""
    while cause != "default":
        yield cause
        cause = CAUSES[cause].parent
    yield "default"


def merged(cause: str, parts: Mapping[Any, RefusalPart]) -> RefusalPart:
    """What the file says for a cause, each key from the nearest that has it."""
    chain = [parts[each] for each in lineage(cause) if each in parts]
    values = {
        name: next((value for part in chain if (value := getattr(part, name)) is not None), None)
        for name in RefusalPart.__struct_fields__
    }
    return RefusalPart(**values)


def said_at(cause: str, parts: Mapping[Any, RefusalPart], key: str) -> str:
    """The path of a key that a cause is answered with: its own, or that of who speaks for it."""
    saying = (each for each in lineage(cause) if getattr(parts.get(each), key, None) is not None)
    return f"refusals.{next(saying, 'default')}.{key}"


def answered_as(cause: str, revealed: frozenset[str]) -> str:
    """The cause in whose words a cause is answered."""
    return "invalid_client" if cause in CONFIDENTIAL - revealed else cause


def known_cause(refusal: Refusal) -> str:
    """The cause of a refusal, or of the nearest parent class that the table knows."""
    for made in type(refusal).__mro__:
        cause = getattr(made, "cause", "default")
        if cause in CAUSES:
            return str(cause)
    return "invalid_request"
