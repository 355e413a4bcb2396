"""RFC 6750, 3: why a request is not let through; one class a cause, each with status and challenge.

GuardError
├── CredentialsMissing        401  no token at all: a bare challenge, no error code
├── InvalidRequest            400  invalid_request
│   ├── SeveralCredentials         two ways of showing a token at once
│   ├── TokenInUrl                 a token in the query
│   └── AmbiguousTarget            a proxy that names two requests, or half of one (`forward`)
├── InvalidToken              401  invalid_token
│   ├── MalformedToken             not a compact JWS with strict JSON, or longer than 16 KiB
│   ├── UnacceptedHeader           crit, a key in the header, or another typ
│   ├── UnacceptedAlgorithm        none, an unknown one, or not the key's
│   ├── UnknownIssuer              iss is nobody whom this guard trusts
│   ├── WrongAudience              meant for another API
│   ├── InvalidClaims              a claim is missing or has the wrong type
│   ├── ExpiredToken               exp has passed
│   ├── TokenNotYetValid           nbf is to come
│   ├── BoundToken                 bound to a key (cnf), shown as a plain bearer
│   ├── UnknownKey                 signed with a key that the issuer does not publish
│   ├── BadSignature               the signature is not the key's
│   └── RevokedToken               stopped by the issuer before its time
├── InsufficientScope         403  insufficient_scope, naming the scopes that are needed
├── PermissionDenied          403  insufficient_scope, because of a claim
└── KeysUnavailable           503  the keys cannot be had: Retry-After, no word against the token

Two audiences: `description` goes on the wire and helps nobody to guess, `reason` is for the log.
Neither holds any part of the token.
"""

from collections.abc import Iterable


class GuardError(Exception):
    """A request that is not let through.

    status: the HTTP status.
    error: the code of RFC 6750, 3.1; None where a challenge shall stand without one.
    description: for the wire.
    reason: for the log.
    retry_after: seconds, for a 503; None otherwise.
    scheme, parameters: what the guard adds to its challenges (realm, resource_metadata).
    """

    status = 401
    error: str | None = "invalid_token"
    description = "The access token is not valid."
    retry_after: int | None = None

    def __init__(self, reason: str = "") -> None:
        self.reason = reason or self.description
        self.scheme = "Bearer"
        self.parameters: tuple[tuple[str, str], ...] = ()
        super().__init__(self.reason)

    @property
    def challenge(self) -> str | None:
        """The value of WWW-Authenticate; None for a status that is not about credentials."""
        said = [*self.parameters, *self._own_parameters()]
        listed = ", ".join(f'{name}="{_quoted(value)}"' for name, value in said)
        return f"{self.scheme} {listed}".rstrip()

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The headers of the answer, names in lower case."""
        headers = [("cache-control", "no-store")]
        if self.challenge is not None:
            headers.append(("www-authenticate", self.challenge))
        if self.retry_after is not None:
            headers.append(("retry-after", str(self.retry_after)))
        return tuple(headers)

    @property
    def body(self) -> dict[str, str]:
        """What the adapters answer as JSON."""
        return {"error": self.error or "unauthorized", "error_description": self.description}

    def _own_parameters(self) -> Iterable[tuple[str, str]]:
        if self.error is not None:
            yield "error", self.error
            yield "error_description", self.description


class CredentialsMissing(GuardError):
    """No access token was shown."""

    # "The resource server SHOULD NOT include an error code" (RFC 6750, 3.1).
    error = None
    description = "An access token is needed."


class InvalidRequest(GuardError):
    """The request itself is not well formed (RFC 6750, 3.1)."""

    status = 400
    error = "invalid_request"
    description = "The request is malformed."


class SeveralCredentials(InvalidRequest):
    """More than one way of showing a token (RFC 6750, 2)."""

    description = "The request shows more than one access token."


class TokenInUrl(InvalidRequest):
    """A token in the query, where logs and histories keep it (RFC 9700, 4.3.2)."""

    description = "Access tokens are not accepted in the URL."


class InvalidToken(GuardError):
    """Every unusable token."""


class MalformedToken(InvalidToken):
    """Not a compact JWS, or not strictly one."""

    description = "The access token is malformed."


class UnacceptedHeader(InvalidToken):
    """The JOSE header says what it must not."""


class UnacceptedAlgorithm(InvalidToken):
    """The algorithm is not one that this key and this guard take."""


class UnknownIssuer(InvalidToken):
    """Another issuer's token."""


class WrongAudience(InvalidToken):
    """Another API's token."""


class InvalidClaims(InvalidToken):
    """A claim is missing or has the wrong type."""


class ExpiredToken(InvalidToken):
    """The token's time is over: the client asks for a new one."""

    description = "The access token has expired."


class TokenNotYetValid(InvalidToken):
    """The token's time is to come."""

    description = "The access token is not valid yet."


class BoundToken(InvalidToken):
    """The token is bound to a key, and nothing shows that the sender has it (RFC 7800)."""


class UnknownKey(InvalidToken):
    """The issuer publishes no such key."""


class BadSignature(InvalidToken):
    """No key of the issuer made this signature."""


class RevokedToken(InvalidToken):
    """The issuer has stopped the token."""

    description = "The access token has been revoked."


class InsufficientScope(GuardError):
    """The token is good, and does not reach this far. `scope`: what is needed, space-separated."""

    status = 403
    error = "insufficient_scope"
    description = "The access token does not have the scope that is needed."

    def __init__(self, reason: str = "", *, scope: str = "") -> None:
        super().__init__(reason)
        self.scope = scope

    def _own_parameters(self) -> Iterable[tuple[str, str]]:
        yield from super()._own_parameters()
        yield "scope", self.scope


class PermissionDenied(GuardError):
    """The token is good, and a claim that is required says otherwise."""

    status = 403
    error = "insufficient_scope"
    description = "The access token does not permit this."


class KeysUnavailable(GuardError):
    """The issuer's keys cannot be had now. The token may be good: never a 401."""

    status = 503
    error = "temporarily_unavailable"
    description = "Access tokens cannot be verified at the moment."

    def __init__(self, reason: str = "", *, retry_after: int = 1) -> None:
        super().__init__(reason)
        self.retry_after = retry_after

    @property
    def challenge(self) -> None:
        """None: the client's credentials are not the matter."""
        return


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
