"""Token introspection (RFC 7662)."""

from typing import Any

from watchword.core.usage import INTROSPECTED
from watchword.dialect import Sources
from watchword.dialect.wire import WireRequest, WireResponse
from watchword.oauth import shown_token
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.client_auth import AuthenticatedClient
from watchword.oauth.exchange import answered, record
from watchword.oauth.parts import Parts


async def answer(request: WireRequest, server: AuthorizationServer, parts: Parts) -> WireResponse:
    """Answer an introspection request; never raises.

    A token that is not alive, and one that the client may not see, are answered alike, with
    `active` false and nothing else (RFC 7662, 2.2).
    """
    return await answered(_introspect, shown_token.DIALECT, request, server, parts)


async def _introspect(
    request: WireRequest, server: AuthorizationServer, parts: Parts, sources: Sources
) -> WireResponse:
    client, claims = await shown_token.read(request, server, parts, sources)
    if claims is None or not _may_see(client, claims):
        document: dict[str, Any] = {"active": False}
    else:
        document = {"active": True, "token_type": "Bearer", **claims}
    record(INTROSPECTED, client, request, server, parts, int(sources.now))
    return shown_token.json_answer(document, request)


def _may_see(client: AuthenticatedClient, claims: dict[str, Any]) -> bool:
    """A client sees its own tokens and those for an audience that it introspects for."""
    registered, audience = client.record.client, claims["aud"]
    audiences = [audience] if isinstance(audience, str) else audience
    own = claims["client_id"] == registered.client_id
    return own or not set(registered.introspects).isdisjoint(audiences)
