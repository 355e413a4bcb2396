"""Why there is no token: one class a cause.

    CallerError
    ├── ConfigurationError          found before any request; also a ValueError
    │   ├── InsecureEndpoint        plain HTTP to anything but loopback
    │   ├── MistypedSecret          a secret in Watchword's format whose check does not fit
    │   └── UnsafeCache             others may read or write the cache file
    ├── TokenRefused                the server said no (RFC 6749, 5.2); asking again will not help
    │   ├── InvalidClient           invalid_client: client_id or secret, expired, disabled
    │   ├── InvalidScope            invalid_scope
    │   └── InvalidTarget           invalid_target (RFC 8707, 2)
    └── TokenUnavailable            may pass by itself; it is tried again with back-off
        ├── Unreachable             no connection, or it broke
        ├── TimedOut                no answer in time
        ├── UntrustedCertificate    TLS failed: expired, unknown authority, another name
        ├── Redirected              a token endpoint has no business redirecting credentials
        ├── ServerFailed            5xx, or server_error
        ├── TooManyRequests         429, or temporarily_unavailable
        ├── UnreadableAnswer        not what the dialect says; too long; no token in it
        ├── DiscoveryFailed         the issuer's documents do not say where tokens are
        └── BreakerOpen             failed too often in a row: no request until the pause is over

No text of these holds a secret or a token. What a server wrote is shortened, freed of control
characters and of our secrets before it is shown.
"""

import copy
from typing import Self

_SHORTEST_SECRET = 6


class CallerError(Exception):
    """Any reason why `TokenSource` has no token."""

    def afresh(self) -> Self:
        """A copy to raise again: one exception that many threads raise collects their frames."""
        again = copy.copy(self).with_traceback(None)
        again.__cause__ = self.__cause__
        return again


class ConfigurationError(CallerError, ValueError):
    """The source cannot work as it is configured; no request was sent."""


class InsecureEndpoint(ConfigurationError):
    """Credentials would cross a network in plain text (RFC 6749, 2.3.1: TLS is required)."""


class MistypedSecret(ConfigurationError):
    """The secret has the issuer's prefix and cannot be one of its secrets: it lost something."""


class UnsafeCache(ConfigurationError):
    """Another user could read tokens from the cache file, or plant some in it."""


class TokenRefused(CallerError):
    """The token endpoint refused, for a reason that stays until somebody changes something.

    error: the RFC 6749 code, "invalid_request" where the server sent none.
    description: the server's words, "" where it sent none.
    status: the HTTP status, 0 where none is known.
    """

    error: str = "invalid_request"
    description: str = ""
    status: int = 0


class InvalidClient(TokenRefused):
    """The server does not take this client_id with this secret."""


class InvalidScope(TokenRefused):
    """A scope that was asked for is unknown, malformed, or not this client's."""


class InvalidTarget(TokenRefused):
    """The `resource` that was asked for is unknown, or not this client's."""


class TokenUnavailable(CallerError):
    """No token now, perhaps in a moment.

    retry_after: seconds that the server asks us to wait, None where it did not say.
    """

    retry_after: float | None = None


class Unreachable(TokenUnavailable):
    """The server could not be reached, or the connection broke."""


class TimedOut(TokenUnavailable):
    """No answer came in time."""


class UntrustedCertificate(TokenUnavailable):
    """The server's certificate is expired, of an unknown authority, or for another name."""


class Redirected(TokenUnavailable):
    """The server answered with a redirect, which is never followed with credentials."""


class ServerFailed(TokenUnavailable):
    """The server had an error of its own."""


class TooManyRequests(TokenUnavailable):
    """The server asks for fewer requests."""


class UnreadableAnswer(TokenUnavailable):
    """The answer was not one of a token endpoint."""


class DiscoveryFailed(TokenUnavailable):
    """The issuer's well-known documents are missing, or name another issuer."""


class BreakerOpen(TokenUnavailable):
    """Requests failed too often in a row; none is sent for `retry_after` seconds."""


_REFUSALS: dict[str, type[TokenRefused]] = {
    "invalid_client": InvalidClient,
    "invalid_scope": InvalidScope,
    "invalid_target": InvalidTarget,
}


def refused(error: str, description: str, status: int) -> TokenRefused:
    """The refusal for an RFC 6749 code; its texts are already fit to be shown."""
    kind = _REFUSALS.get(error, TokenRefused)
    text = f"the token endpoint refused: {error}"
    refusal = kind(f"{text} ({description})" if description else text)
    refusal.error, refusal.description, refusal.status = error, description, status
    return refusal


def unavailable(
    kind: type[TokenUnavailable], text: str, retry_after: float | None = None
) -> TokenUnavailable:
    """A failure that may pass, with the wait that the server asked for."""
    failure = kind(text)
    failure.retry_after = retry_after
    return failure


def without_secrets(error: CallerError, secrets: tuple[str, ...]) -> CallerError:
    """The same error, should a server have echoed what we sent."""
    error.args = tuple(showable(str(text), secrets, longest=1000) for text in error.args)
    if isinstance(error, TokenRefused):
        error.description = showable(error.description, secrets)
        error.error = showable(error.error, secrets)
    return error


def breaker_open(last: TokenUnavailable, failures: int, seconds: float) -> BreakerOpen:
    """The error while the breaker is open; it says so, and what failed last."""
    error = BreakerOpen(
        f"{failures} token requests in a row failed; the next one is sent in {seconds:.0f} s."
        f" The last failed so: {last}"
    )
    error.retry_after = seconds
    return error


def showable(text: str, secrets: tuple[str, ...] = (), longest: int = 200) -> str:
    """What a server wrote, short, on one line and without `secrets`."""
    for secret in secrets:
        # A secret of a few letters would be found in any word, and is none.
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "***")
    return "".join(mark if mark.isprintable() else " " for mark in text[:longest])
