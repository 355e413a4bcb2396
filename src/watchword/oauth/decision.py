"""Decide what an authenticated client is granted (RFC 6749, 3.3; RFC 8707, 2)."""

from functools import lru_cache

from watchword.core.access_token import Grant
from watchword.core.issuer import Issuer
from watchword.core.scope import InvalidScopeText, format_scope, parse_scope
from watchword.dialect.refusal import InvalidScope, InvalidTarget, Refusal
from watchword.dialect.token_request import TokenRequest
from watchword.oauth.client_auth import AuthenticatedClient


def decide(authenticated: AuthenticatedClient, request: TokenRequest, issuer: Issuer) -> Grant:
    """The grant for `request`, or InvalidScope or InvalidTarget.

    Only an AuthenticatedClient gets here: that its secret was right is not looked at again.
    """
    client = authenticated.record.client
    audience: str | tuple[str, ...] = issuer.default_audience
    try:
        scope = granted_scope(request.scope, client.scopes, issuer.scopes)
        if request.resource:
            audience = _chosen_audience(request.resource, issuer, client.audiences)
    except Refusal as refusal:
        refusal.client_ref, refusal.secret_id = client.id, authenticated.secret_id
        raise
    return Grant(scope, scope != request.scope, audience, client.lifetime or issuer.lifetime)


@lru_cache(maxsize=4096)
def granted_scope(
    requested: str | None, of_client: tuple[str, ...], catalogue: tuple[str, ...]
) -> str:
    """All that is allowed where nothing is requested, else exactly what is requested.

    Allowed is what the client may have and the issuer's catalogue still holds.
    "If the client omits the scope parameter when requesting authorization, the authorization server
    MUST either process the request using a pre-defined default value or fail" (RFC 6749, 3.3). A
    request for more than is allowed is never narrowed: InvalidScope.
    """
    allowed = [scope for scope in of_client if scope in catalogue]
    if requested is None:
        return format_scope(allowed)
    try:
        tokens = parse_scope(requested)
    except InvalidScopeText as malformed:
        raise InvalidScope("The requested scope is malformed.") from malformed
    refused = [token for token in tokens if token not in allowed]
    if refused:
        raise InvalidScope(
            "The requested scope is not permitted for this client.",
            reason=f"scope not allowed: {format_scope(refused)}",
        )
    return format_scope(tokens)


def _chosen_audience(
    resources: tuple[str, ...], issuer: Issuer, client_audiences: tuple[str, ...]
) -> str | tuple[str, ...]:
    allowed = {issuer.default_audience, *issuer.audiences, *client_audiences}
    if not allowed.issuperset(resources):
        raise InvalidTarget("The requested resource is not permitted for this client.")
    distinct = tuple(dict.fromkeys(resources))
    return distinct[0] if len(distinct) == 1 else distinct
