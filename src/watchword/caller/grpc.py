"""For gRPC: call credentials that carry the source's token, and a retry for a token gone bad.

    credentials = grpc.composite_channel_credentials(
        grpc.ssl_channel_credentials(), call_credentials(source)
    )

gRPC sends call credentials over secure channels only.
"""

from collections.abc import Callable
from typing import Any

import grpc

from watchword.caller.errors import CallerError
from watchword.caller.token_source import TokenSource


class TokenPlugin(grpc.AuthMetadataPlugin):
    """Gives each call the source's token. gRPC runs it in its own threads, where it may wait."""

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    def __call__(self, context: Any, callback: Callable[[Any, Exception | None], None]) -> None:
        try:
            headers = self._source.headers()
        except CallerError as error:
            callback((), error)
        else:
            callback(tuple((name.lower(), value) for name, value in headers.items()), None)


def call_credentials(source: TokenSource) -> grpc.CallCredentials:
    """Call credentials for `grpc` and `grpc.aio` channels.

    A call for which there is no token ends with UNAVAILABLE; its details hold what the source
    raised.
    """
    return grpc.metadata_call_credentials(TokenPlugin(source), "watchword")


class RetryRejected(grpc.UnaryUnaryClientInterceptor):
    """Renews once and calls again when a unary call ends with UNAUTHENTICATED.

    grpc.intercept_channel(channel, RetryRejected(source))
    """

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """Called by gRPC."""
        token = self._source.token()
        call = continuation(details, request)
        if call.code() is grpc.StatusCode.UNAUTHENTICATED and self._source.rejected(token):
            return continuation(details, request)
        return call
