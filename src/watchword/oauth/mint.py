"""Mint an access token: a JWT with the claims of RFC 9068, 2.2."""

from collections.abc import Callable
from typing import Any

from msgspec.json import Encoder

from watchword.core.access_token import AccessToken, Grant, compose_jti
from watchword.jose.jws import Signer
from watchword.oauth.client_auth import AuthenticatedClient

_encode = Encoder().encode


def mint(
    grant: Grant,
    authenticated: AuthenticatedClient,
    issuer_url: str,
    signer: Signer,
    now: int,
    random: Callable[[int], bytes],
) -> AccessToken:
    """A token for `grant`, signed by `signer`, that lives from `now` on.

    The client's extra claims stand beside ours and can never replace one: administration refuses
    reserved names, and ours are written last.
    """
    client = authenticated.record.client
    jti = compose_jti(client.id, authenticated.secret_id, random)
    claims: dict[str, Any] = {
        **client.claims,
        "iss": issuer_url,
        "sub": client.client_id,
        "client_id": client.client_id,
        "aud": grant.audience,
        "iat": now,
        "exp": now + grant.lifetime,
        "jti": jti,
    }
    if grant.scope:
        # A scope value has at least one token (RFC 6749, 3.3), so no scope is no claim.
        claims["scope"] = grant.scope
    return AccessToken(signer.sign(_encode(claims)), jti, now)
