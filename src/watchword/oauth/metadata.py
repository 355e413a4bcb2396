"""Authorization server metadata (RFC 8414)."""

from typing import Any

from watchword.oauth import shown_token
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.endpoint import INTROSPECTION, JWKS, REVOCATION, TOKEN, paths_of


def document(server: AuthorizationServer, now: int) -> dict[str, Any]:
    """The metadata of `server`: what it has and where (RFC 8414, 2).

    `response_types_supported` is left out: it is REQUIRED there, but empty arrays "MUST be omitted"
    (RFC 8414, 3.2), and a server without an authorization endpoint has no response types.
    `token_endpoint_auth_methods_supported` always stands, because its default is not always true.
    """
    issuer, paths = server.issuer, paths_of(server.issuer, server.dialect)
    claims: dict[str, Any] = {
        "issuer": issuer.url,
        "token_endpoint": issuer.url + paths[TOKEN],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": list(server.dialect.auth_methods),
    }
    if JWKS in paths and server.published_keys(now):
        claims["jwks_uri"] = issuer.url + paths[JWKS]
    for name in (INTROSPECTION, REVOCATION):
        if name in paths:
            claims[f"{name}_endpoint"] = issuer.url + paths[name]
            claims[f"{name}_endpoint_auth_methods_supported"] = list(shown_token.AUTH_METHODS)
    if issuer.scopes:
        claims["scopes_supported"] = list(issuer.scopes)
    return claims
