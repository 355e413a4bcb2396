"""The token endpoint (RFC 6749, 3.2 and 4.4): the one path that matters most."""

from watchword.core.access_token import AccessToken, Grant, LedgerEntry
from watchword.core.usage import ISSUED
from watchword.dialect import Sources, TokenAnswer
from watchword.dialect.token_request import TokenRequest
from watchword.dialect.wire import WireRequest, WireResponse
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.client_auth import AuthenticatedClient, authenticate
from watchword.oauth.decision import decide
from watchword.oauth.exchange import answered, record
from watchword.oauth.in_step import in_step
from watchword.oauth.mint import mint
from watchword.oauth.parts import Parts


async def answer(request: WireRequest, server: AuthorizationServer, parts: Parts) -> WireResponse:
    """Answer a token request in the issuer's dialect; never raises, whatever the bytes."""
    return await answered(_issue, server.dialect, request, server, parts)


async def _issue(
    request: WireRequest, server: AuthorizationServer, parts: Parts, sources: Sources
) -> WireResponse:
    now = int(sources.now)
    token_request = server.dialect.read(request)
    await in_step()
    client = await authenticate(token_request, server, parts, now)
    grant = decide(client, token_request, server.issuer)
    await in_step()
    token = mint(grant, client, server.issuer.url, server.signer_at(now), now, parts.random)
    if server.issuer.ledger:
        # Before it leaves: a token that a client holds is always in the ledger.
        await parts.ledger.commit(_entry(token, grant, client, request))
    await in_step()
    response = server.dialect.write_token(
        _answer(token, grant, client, token_request), request, sources
    )
    record(ISSUED, client, request, server, parts, now)
    return response


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
        request.request_id,
    )
