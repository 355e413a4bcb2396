"""What all endpoints that take client credentials have in common: how they end.

A refusal is an exception up to here and a recorded answer after it, in this one place, so that
malformed requests are counted too.
"""

from collections.abc import Awaitable, Callable

from watchword.core.ports import NOT_IN_MEMORY, ClientDirectory, Unavailable
from watchword.core.record import ClientRecord
from watchword.core.usage import TokenOutcome
from watchword.dialect import Dialect, Sources
from watchword.dialect.refusal import Refusal, ServerError, TemporarilyUnavailable
from watchword.dialect.wire import WireRequest, WireResponse
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.client_auth import AuthenticatedClient
from watchword.oauth.in_step import in_step
from watchword.oauth.parts import Parts

RETRY_AFTER = 5  # seconds, for a fault of ours

Work = Callable[[WireRequest, AuthorizationServer, Parts, Sources], Awaitable[WireResponse]]


async def answered(
    work: Work, dialect: Dialect, request: WireRequest, server: AuthorizationServer, parts: Parts
) -> WireResponse:
    """Do `work` and return its answer, or the refusal in `dialect`; never raises."""
    sources = Sources(parts.clock(), parts.random)
    try:
        if not server.issuer.enabled:
            raise _unavailable("the issuer is disabled")
        return await work(request, server, parts, sources)
    except Refusal as refusal:
        refused = refusal
    except Unavailable as away:
        refused = _unavailable(str(away))
    except Exception as fault:  # noqa: BLE001 - a fault of ours is the dialect's server error
        parts.observer.fault(fault, request)
        refused = ServerError(
            "Unexpected error", reason=type(fault).__name__, retry_after=RETRY_AFTER
        )
    if refused.client_ref is None and refused.client_id is not None:
        named = await known_client(refused.client_id, server.issuer.id, parts.directory)
        refused.client_ref = named.client.id if named else None
    await in_step()
    outcome = TokenOutcome(
        server.issuer.id,
        int(sources.now),
        refused.cause,
        refused.client_ref,
        refused.secret_id,
        request.peer,
    )
    parts.observer.answered(outcome, refused, request)
    return dialect.write_refusal(refused, request, sources)


async def known_client(
    client_id: str, issuer_id: str, directory: ClientDirectory
) -> ClientRecord | None:
    """The client that a request merely names; None if there is none such, or nobody can tell.

    Nothing is proved by a name: it helps to find out why a client is refused, or who is in danger.
    """
    record = directory.recall(issuer_id, client_id)
    if record is not NOT_IN_MEMORY:
        return record
    try:
        return await directory.read(issuer_id, client_id)
    except Unavailable:
        return None


def record(
    outcome: str,
    client: AuthenticatedClient,
    request: WireRequest,
    server: AuthorizationServer,
    parts: Parts,
    now: int,
) -> None:
    """Tell the observer that `client` got what it asked for."""
    registered = client.record.client
    done = TokenOutcome(
        server.issuer.id, now, outcome, registered.id, client.secret_id, request.peer
    )
    parts.observer.answered(done, None, request)


def _unavailable(reason: str) -> TemporarilyUnavailable:
    description = "The service is temporarily unavailable."
    return TemporarilyUnavailable(description, reason=reason, retry_after=RETRY_AFTER)
