"""The token endpoint (RFC 6749, 3.2 and 4.4): the one path that matters most."""

from watchword.core.access_token import AccessToken, Grant, LedgerEntry
from watchword.core.ports import Unavailable
from watchword.core.usage import ISSUED, TokenOutcome
from watchword.dialect import Sources, TokenAnswer
from watchword.dialect.refusal import Refusal, ServerError, TemporarilyUnavailable
from watchword.dialect.token_request import TokenRequest
from watchword.dialect.wire import WireRequest, WireResponse
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.client_auth import AuthenticatedClient, authenticate
from watchword.oauth.decision import decide
from watchword.oauth.mint import mint
from watchword.oauth.parts import Parts

RETRY_AFTER = 5  # seconds, for a fault of ours


async def answer(request: WireRequest, server: AuthorizationServer, parts: Parts) -> WireResponse:
    """Answer a token request in the issuer's dialect; never raises, whatever the bytes."""
    sources = Sources(parts.clock(), parts.random)
    try:
        return await _issue(request, server, parts, sources)
    except Refusal as refusal:
        return refuse(refusal, request, server, parts, sources)
    except Unavailable as unavailable:
        away = _unavailable(str(unavailable))
        return refuse(away, request, server, parts, sources)
    except Exception as fault:  # noqa: BLE001 - a fault of ours is the dialect's server error
        parts.observer.fault(fault, request)
        unexpected = ServerError(
            "Unexpected error", reason=type(fault).__name__, retry_after=RETRY_AFTER
        )
        return refuse(unexpected, request, server, parts, sources)


async def _issue(
    request: WireRequest, server: AuthorizationServer, parts: Parts, sources: Sources
) -> WireResponse:
    now = int(sources.now)
    _require_enabled(server)
    token_request = server.dialect.read(request)
    client = await authenticate(token_request, server, parts, now)
    grant = decide(client, token_request, server.issuer)
    token = mint(grant, client, server.issuer.url, server.signer_at(now), now, parts.random)
    if server.issuer.ledger:
        # Before it leaves: a token that a client holds is always in the ledger.
        await parts.ledger.commit(_entry(token, grant, client, request))
    response = server.dialect.write_token(
        _answer(token, grant, client, token_request), request, sources
    )
    outcome = TokenOutcome(
        server.issuer.id, now, ISSUED, client.record.client.id, client.secret_id, request.peer
    )
    parts.observer.answered(outcome, None, request)
    return response


def refuse(
    refusal: Refusal,
    request: WireRequest,
    server: AuthorizationServer,
    parts: Parts,
    sources: Sources,
) -> WireResponse:
    """Record a refusal and write it in the issuer's dialect."""
    outcome = TokenOutcome(
        server.issuer.id,
        int(sources.now),
        refusal.cause,
        refusal.client_ref,
        refusal.secret_id,
        request.peer,
    )
    parts.observer.answered(outcome, refusal, request)
    return server.dialect.write_refusal(refusal, request, sources)


def _require_enabled(server: AuthorizationServer) -> None:
    if not server.issuer.enabled:
        raise _unavailable("the issuer is disabled")


def _unavailable(reason: str) -> TemporarilyUnavailable:
    description = "The service is temporarily unavailable."
    return TemporarilyUnavailable(description, reason=reason, retry_after=RETRY_AFTER)


def _answer(
    token: AccessToken, grant: Grant, client: AuthenticatedClient, request: TokenRequest
) -> TokenAnswer:
    registered = client.record.client
    return TokenAnswer(
        access_token=token.jwt,
        issued_at=token.issued_at,
        expires_in=grant.lifetime,
        scope=grant.scope,
        scope_differs=grant.scope_differs,
        client_id=registered.client_id,
        attributes=registered.attributes,
        fields=request.fields,
    )


def _entry(
    token: AccessToken, grant: Grant, client: AuthenticatedClient, request: WireRequest
) -> LedgerEntry:
    return LedgerEntry(
        token.jti,
        client.record.client.issuer_id,
        client.record.client.id,
        client.secret_id,
        request.peer,
        grant.scope,
        token.issued_at,
        token.issued_at + grant.lifetime,
    )
