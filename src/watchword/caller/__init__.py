"""The caller's side: a `TokenSource` holds a fresh access token for a client (RFC 6749, 4.4).

    source = TokenSource.from_env("KISS", token_endpoint="https://api.kiss.example/auth/token")
    requests.get(url, headers=source.headers())

Adapters: `watchword.caller.requests`, `.httpx`, `.httpx2`, `.aiohttp`, `.grpc`. Each imports its
library, and nothing else here does.
"""

from watchword.caller.access_token import AccessToken
from watchword.caller.errors import (
    BreakerOpen,
    CallerError,
    ConfigurationError,
    InvalidClient,
    InvalidScope,
    TokenRefused,
    TokenUnavailable,
)
from watchword.caller.token_source import TokenSource

__all__ = [
    "AccessToken",
    "BreakerOpen",
    "CallerError",
    "ConfigurationError",
    "InvalidClient",
    "InvalidScope",
    "TokenRefused",
    "TokenSource",
    "TokenUnavailable",
]
