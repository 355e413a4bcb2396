"""Read back a token of our own (RFC 7519, 7.2), for the endpoints that are shown one."""

from typing import Any

from watchword.core.revocation import LIST_TYP
from watchword.jose import strict_json
from watchword.jose.algorithm import ALGORITHMS
from watchword.jose.errors import JoseError
from watchword.jose.jws import Split, split
from watchword.oauth import revocations
from watchword.oauth.authorization_server import AuthorizationServer


def live_claims(token: str, server: AuthorizationServer, now: int) -> dict[str, Any] | None:
    """The claims of a token that this issuer minted and that is alive at `now`, else None.

    Signature, issuer, expiry and the issuer's own list of revocations are looked at; whom the
    token is meant for (`aud`) is for the caller.
    """
    try:
        parts = split(token)
        if not _signed(parts, server, now):
            return None
        claims = strict_json.loads(parts.payload)
    except JoseError:
        return None
    if not isinstance(claims, dict) or claims.get("iss") != server.issuer.url:
        return None
    if not now < claims["exp"]:
        return None
    if server.has_feed and revocations.current_list(server, now).stops(
        claims["jti"], claims["iat"]
    ):
        return None
    return claims


def _signed(parts: Split, server: AuthorizationServer, now: int) -> bool:
    kid = parts.header.get("kid")
    if parts.header.get("typ") == LIST_TYP or not (kid is None or isinstance(kid, str)):
        return False
    algorithm = ALGORITHMS.get(str(parts.header.get("alg")))
    return any(
        verifier.algorithm is algorithm and verifier.verify(parts.signing_input, parts.signature)
        for verifier in server.verifiers_at(now, kid)
    )
