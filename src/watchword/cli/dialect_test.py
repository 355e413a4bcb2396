"""A dialect's cases sent to a real server, by the caller's own transport."""

from collections.abc import Mapping

from watchword.caller.exchange import Outgoing
from watchword.caller.transport import UrllibTransport
from watchword.dialect import Dialect
from watchword.dialect.cases import Credentials, Headers, Outcome, replay

_TIMEOUT = 15.0


def replayed(dialect: Dialect, url: str, credentials: Credentials) -> tuple[Outcome, ...]:
    """What came of each case; a `CallerError` if the server cannot be reached safely."""
    transport = UrllibTransport(timeout=_TIMEOUT)

    def send(
        method: str, target: str, headers: Headers, body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        incoming = transport(target, Outgoing(method=method, headers=headers, body=body))
        return incoming.status, incoming.headers, incoming.body

    return replay(dialect, url, send, credentials)
