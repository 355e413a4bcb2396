"""RFC 8414: from an issuer's URL to its token endpoint and the way to ask there.

Looked for in this order: the metadata at RFC 8414's own place (the well-known part between host
and path), the public half of a Watchword dialect below the issuer's URL, and the metadata where
OpenID Connect puts it, because many servers have only that.
"""

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from watchword.caller.endpoint_url import require_secure
from watchword.caller.errors import ConfigurationError, DiscoveryFailed, showable
from watchword.caller.exchange import Exchange, Incoming, Outgoing
from watchword.caller.rfc6749 import AuthMethod, Rfc6749
from watchword.caller.transport import Transport
from watchword.jose import strict_json
from watchword.jose.errors import InvalidJson

_METADATA = "/.well-known/oauth-authorization-server"
_OPENID = "/.well-known/openid-configuration"
_GET = Outgoing(method="GET", headers=(("Accept", "application/json"),), body=b"")


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where to ask, and how."""

    url: str
    exchange: Exchange


def discover(issuer: str, transport: Transport) -> Endpoint:
    """What the issuer's documents say; raises `DiscoveryFailed`, or what `transport` raises."""
    require_secure(issuer)
    for url, read in _places(issuer):
        incoming = transport(url, _GET)
        if incoming.status == 200:
            return read(issuer, _document(url, incoming))
    raise DiscoveryFailed(f"{issuer} publishes neither OAuth metadata nor a dialect")


def _places(issuer: str) -> list[tuple[str, Callable[[str, dict[str, object]], Endpoint]]]:
    base = issuer.rstrip("/")
    return [
        (_inserted(base), _from_metadata),
        (base + _OPENID, _from_metadata),
    ]


def _inserted(issuer: str) -> str:
    # "... by inserting a well-known URI string into the authorization server's issuer identifier
    # between the host component and the path component" (RFC 8414, 3)
    parts = urlsplit(issuer)
    return urlunsplit((parts.scheme, parts.netloc, _METADATA + parts.path, "", ""))


def _document(url: str, incoming: Incoming) -> dict[str, object]:
    try:
        document = strict_json.loads(incoming.body)
    except InvalidJson:
        document = None
    if not isinstance(document, dict):
        raise DiscoveryFailed(f"{url} is not a JSON object")
    return document


def _from_metadata(issuer: str, metadata: dict[str, object]) -> Endpoint:
    # "The 'issuer' value returned MUST be identical to the authorization server's issuer
    # identifier value" (RFC 8414, 3.3): else one issuer could collect another's credentials.
    if metadata.get("issuer") != issuer:
        other = showable(str(metadata.get("issuer")))
        raise DiscoveryFailed(f"the metadata of {issuer} is another issuer's: {other}")
    url = metadata.get("token_endpoint")
    if not isinstance(url, str):
        raise DiscoveryFailed(f"the metadata of {issuer} names no token endpoint")
    require_secure(url)
    return Endpoint(url=url, exchange=Rfc6749(auth_method=_auth_method(metadata)))


def _auth_method(metadata: dict[str, object]) -> AuthMethod:
    # "If omitted, the default is 'client_secret_basic'" (RFC 8414, 2)
    named = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    methods = named if isinstance(named, list) else []
    for method in ("client_secret_basic", "client_secret_post"):
        if method in methods:
            return method
    raise ConfigurationError("the authorization server takes no client secrets")
