"""RFC 6749, 5.2: which error an answer without a token is."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from watchword.caller.errors import (
    CallerError,
    Redirected,
    ServerFailed,
    TooManyRequests,
    UnreadableAnswer,
    refused,
    unavailable,
)

_BUSY = frozenset({"temporarily_unavailable", "slow_down"})
_REFUSAL_STATUSES = frozenset({200, 400, 401, 403})
# RFC 6749, 5.2 and RFC 8707, 2. Gateways write other words into a member of the same name.
_CODES = frozenset(
    "invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type"
    " invalid_scope invalid_target".split()
)


def failure(
    status: int, headers: Mapping[str, str], error: str | None = None, description: str = ""
) -> CallerError:
    """The error for an answer that holds no token.

    headers: by name in lower case. error: the RFC 6749 code, None where the body had none.
    """
    wait = retry_after(headers)
    said = f" ({description})" if description else ""
    if 300 <= status < 400:
        return unavailable(Redirected, _redirected(status, headers))
    if status == 429 or error in _BUSY:
        text = f"the token endpoint asks for fewer requests: {status}{said}"
        return unavailable(TooManyRequests, text, wait)
    if error == "server_error" or (status >= 500 and error not in _CODES):
        text = f"the token endpoint had an error of its own: {status}{said}"
        return unavailable(ServerFailed, text, wait)
    if error is None and status == 401:
        # "... the authorization server MUST respond with an HTTP 401 (Unauthorized) status code
        # ... [for] 'invalid_client'" (RFC 6749, 5.2); not all of them say the word.
        error = "invalid_client"
    if error in _CODES or (error is not None and status in _REFUSAL_STATUSES):
        return refused(error, description, status)
    text = f"the token endpoint answered {status}, and not as a token endpoint does{said}"
    return unavailable(UnreadableAnswer, text, wait)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """RFC 9110, 10.2.3: the seconds that Retry-After asks for, None without a readable one.

    A date is counted from the answer's own `Date`, so that our clock does not matter.
    """
    value = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    until, sent = http_date(value), http_date(headers.get("date", ""))
    return None if until is None or sent is None else max(0.0, until - sent)


def http_date(text: str) -> float | None:
    """RFC 9110, 5.6.7: the epoch seconds of an HTTP date, None for anything else."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _redirected(status: int, headers: Mapping[str, str]) -> str:
    try:
        target = urlsplit(headers.get("location", ""))
        place = f" to {target.scheme}://{target.hostname}{target.path}" if target.hostname else ""
    except ValueError:
        place = ""
    return (
        f"the token endpoint answered a redirect ({status}){place[:200]}, which is never followed"
        " with credentials: configure the right address"
    )
