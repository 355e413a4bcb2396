"""Requests that show the server a token of its own: introspection and revocation.

Both take client credentials and a form with `token` (RFC 7662, 2.1; RFC 7009, 2.1), whatever
dialect the issuer's token endpoint speaks, so both are read by one dialect of their own.
"""

from typing import Any

import msgspec

from watchword.dialect import Sources, parse
from watchword.dialect.refusal import InvalidRequest
from watchword.dialect.wire import WireRequest, WireResponse
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.client_auth import AuthenticatedClient, authenticate
from watchword.oauth.own_token import live_claims
from watchword.oauth.parts import Parts

LONGEST_TOKEN = 16_384

DIALECT = parse(
    """
name = "shown-token"

[request]
path = "/"

[[request.credentials]]
basic = ["raw", "form"]

[[request.credentials]]
client_id = "form:client_id"
client_secret = "form:client_secret"

[request.fields.token]
place = "form:token"

# Never written: the endpoints answer with a document of their own.
[answer]
body = '{"access_token": "{access_token}"}'

[refusals.default]
body = '''{"error": "{error}", "error_description?": "{description}"}'''
""",
    source="shown_token.py",
)
AUTH_METHODS = DIALECT.auth_methods


async def read(
    request: WireRequest, server: AuthorizationServer, parts: Parts, sources: Sources
) -> tuple[AuthenticatedClient, dict[str, Any] | None]:
    """Who asks, and the claims of the token shown: None unless it is ours and alive."""
    now = int(sources.now)
    read = DIALECT.read(request)
    client = await authenticate(read, server, parts, now)
    token = read.fields["token"]
    if len(token) > LONGEST_TOKEN:
        raise InvalidRequest("The token is longer than any of ours.")
    return client, live_claims(token, server, now)


def json_answer(document: dict[str, Any], request: WireRequest) -> WireResponse:
    """A 200 that nobody keeps."""
    headers = (
        (b"content-type", b"application/json"),
        (b"cache-control", b"no-store"),
        (b"pragma", b"no-cache"),
        (b"x-request-id", request.request_id.encode("ascii")),
    )
    return WireResponse(200, headers, msgspec.json.encode(document))
