"""Token revocation (RFC 7009): a client ends a token of its own."""

from watchword.core.revocation import Revocation
from watchword.core.usage import REVOKED
from watchword.dialect import Sources
from watchword.dialect.wire import WireRequest, WireResponse
from watchword.oauth import shown_token
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.exchange import answered, record
from watchword.oauth.parts import Parts


async def answer(request: WireRequest, server: AuthorizationServer, parts: Parts) -> WireResponse:
    """Answer a revocation request; never raises.

    A token that is no longer alive, was never ours or is another client's is answered like one
    that was revoked (RFC 7009, 2.2), so that nothing can be learnt here.
    """
    return await answered(_revoke, shown_token.DIALECT, request, server, parts)


async def _revoke(
    request: WireRequest, server: AuthorizationServer, parts: Parts, sources: Sources
) -> WireResponse:
    now = int(sources.now)
    client, claims = await shown_token.read(request, server, parts, sources)
    if claims is not None and claims["client_id"] == client.record.client.client_id:
        entry = Revocation(
            issuer_id=server.issuer.id,
            kind="token",
            subject=claims["jti"],
            before=claims["iat"],
            until=claims["exp"],
        )
        await parts.revocations.revoke(entry, client.record.client, request.request_id)
    record(REVOKED, client, request, server, parts, now)
    return shown_token.json_answer({}, request)
