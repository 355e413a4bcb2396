"""Why a token request is refused: one class a cause, one place that says what each means.

    Refusal
    ├── InvalidRequest            RFC 6749, 5.2 invalid_request
    │   ├── MissingFields         the dialect's required fields that were absent or empty
    │   ├── Malformed             bytes that cannot be read; repeated or contradicting parameters
    │   └── MethodNotAllowed      GET where POST is meant
    ├── UnsupportedGrantType      unsupported_grant_type
    ├── InvalidClient             invalid_client, all of them alike on the wire by default
    │   ├── MissingCredentials    no credentials where the dialect looks for them
    │   ├── UndecodableCredentials  an Authorization header that cannot be read
    │   ├── UnknownClient
    │   ├── WrongSecret
    │   ├── ExpiredSecret         the secret was right
    │   ├── RevokedSecret         the secret was right
    │   └── DisabledClient        the secret was right; the client or its customer is disabled
    ├── InvalidScope              invalid_scope
    ├── InvalidTarget             RFC 8707, 2 invalid_target
    ├── TooManyRequests           too many wrong attempts
    └── ServerError               server_error: a fault of ours, never of the request
        └── TemporarilyUnavailable

A dialect gives each cause its own answer; a cause that it does not name is answered like its
parent, so `invalid_client` alone speaks for seven. `description` may reach the wire; `reason` is
for the log and may say what would help a guesser. Neither ever holds a secret or a token.
"""

from typing import ClassVar


class Refusal(Exception):
    """A token request that gets no token.

    cause: the name under which dialects answer it and logs count it.
    error: the RFC 6749 code.
    description: a text that may stand on the wire.
    reason: what the log is told; the description, unless there is more to say.
    retry_after: seconds after which the client may try again, None to say nothing.
    values: further values that the dialect's texts may name ("missing", "secret_id", ...).
    client_id: whom an unreadable request says it comes from, unproven; set by the reader.
    client_ref, secret_id: whom counters are told about, where that is known; set by who knows.
    """

    client_id: str | None = None
    client_ref: str | None = None
    secret_id: str | None = None

    cause: ClassVar[str] = "default"
    error: ClassVar[str] = "invalid_request"

    def __init__(
        self,
        description: str,
        *,
        reason: str | None = None,
        retry_after: int | None = None,
        values: dict[str, str] | None = None,
    ) -> None:
        super().__init__(reason or description)
        self.description = description
        self.reason = reason or description
        self.retry_after = retry_after
        self.values = values or {}


class InvalidRequest(Refusal):
    cause = "invalid_request"


class MissingFields(InvalidRequest):
    """`fields` are the wire names that were absent or empty, in the dialect's order."""

    cause = "missing_fields"

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        missing = ", ".join(fields)
        super().__init__(f"Missing required parameter: {missing}.", values={"missing": missing})


class Malformed(InvalidRequest):
    cause = "malformed"


class MethodNotAllowed(InvalidRequest):
    """`allowed` are the methods that the endpoint takes."""

    cause = "method_not_allowed"

    def __init__(self, allowed: tuple[str, ...], endpoint: str = "token endpoint") -> None:
        self.allowed = allowed
        super().__init__(f"The {endpoint} takes {' or '.join(allowed)}.")


class UnsupportedGrantType(Refusal):
    cause = "unsupported_grant_type"
    error = "unsupported_grant_type"


class InvalidClient(Refusal):
    cause = "invalid_client"
    error = "invalid_client"


class MissingCredentials(InvalidClient):
    """`fields` are the wire names that were absent or empty, in the dialect's order."""

    cause = "missing_credentials"

    def __init__(self, fields: tuple[str, ...]) -> None:
        self.fields = fields
        missing = ", ".join(fields)
        super().__init__(
            "Client authentication is missing.",
            reason=f"no credentials: {missing}",
            values={"missing": missing},
        )


class UndecodableCredentials(InvalidClient):
    cause = "undecodable_credentials"


class UnknownClient(InvalidClient):
    cause = "unknown_client"


class WrongSecret(InvalidClient):
    cause = "wrong_secret"


class ExpiredSecret(InvalidClient):
    cause = "expired_secret"


class RevokedSecret(InvalidClient):
    cause = "revoked_secret"


class DisabledClient(InvalidClient):
    cause = "disabled_client"


class InvalidScope(Refusal):
    cause = "invalid_scope"
    error = "invalid_scope"


class InvalidTarget(Refusal):
    cause = "invalid_target"
    error = "invalid_target"


class TooManyRequests(Refusal):
    cause = "too_many_requests"
    error = "temporarily_unavailable"


class ServerError(Refusal):
    cause = "server_error"
    error = "server_error"


class TemporarilyUnavailable(ServerError):
    cause = "temporarily_unavailable"
