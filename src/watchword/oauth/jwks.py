"""The JWK Set of an issuer (RFC 7517, 5)."""

import msgspec

from watchword.oauth.authorization_server import AuthorizationServer


def document(server: AuthorizationServer, now: int) -> bytes | None:
    """The JWK Set at `now` as JSON, None for an issuer that has nothing to publish.

    A shared key (HS256) is never in it: whoever can verify with it can also mint.
    """
    keys = server.published_keys(now)
    return msgspec.json.encode({"keys": keys}) if keys else None
