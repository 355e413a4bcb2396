"""RFC 8414: from an issuer's URL to its token endpoint and the way to ask there.

Looked for in this order: the public half of a Watchword dialect, because it says more (where the
credentials stand, how the API wants the token); the metadata at RFC 8414's own place (the
well-known part between host and path); the metadata where OpenID Connect puts it, because many
servers have only that.
"""

from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from msgspec import Struct

from watchword.caller.endpoint_url import require_secure
from watchword.caller.errors import ConfigurationError, DiscoveryFailed, showable
from watchword.caller.exchange import Exchange, Incoming, Outgoing
from watchword.caller.failure import failure
from watchword.caller.rfc6749 import AuthMethod, Rfc6749
from watchword.caller.transport import Transport
from watchword.caller.vendor_exchange import VendorExchange
from watchword.dialect import DialectError
from watchword.dialect.public import PublicDialect
from watchword.jose import strict_json
from watchword.jose.errors import InvalidJson

_METADATA = "/.well-known/oauth-authorization-server"
_OPENID = "/.well-known/openid-configuration"
_DIALECT = "/.well-known/watchword-dialect"
_GET = Outgoing(method="GET", headers=(("Accept", "application/json"),), body=b"")

Reader = Callable[[str, bytes], "Endpoint | None"]


class Endpoint(Struct, frozen=True, kw_only=True):
    """Where to ask, and how."""

    url: str
    exchange: Exchange


def discover(issuer: str, transport: Transport) -> Endpoint:
    """What the issuer's documents say.

    Raises `DiscoveryFailed`, or what `transport` raises. A document that is missing or of another
    kind is passed over; one that names another issuer is not.
    """
    for url, read in _places(issuer):
        incoming = transport(url, _GET)
        endpoint = read(issuer, incoming.body) if incoming.status == 200 else None
        if endpoint is not None:
            return endpoint
        _require_presence(incoming)
    raise DiscoveryFailed(f"{issuer} publishes neither OAuth metadata nor a dialect")


def beside(issuer: str, exchange: VendorExchange) -> Endpoint:
    """The endpoint where the dialect puts it below the issuer's URL."""
    return Endpoint(url=issuer.rstrip("/") + exchange.dialect.token_path, exchange=exchange)


def _places(issuer: str) -> list[tuple[str, Reader]]:
    base = issuer.rstrip("/")
    return [
        (base + _DIALECT, _from_dialect),
        (_inserted(base), _from_metadata),
        (base + _OPENID, _from_metadata),
    ]


def _require_presence(incoming: Incoming) -> None:
    # "Not here" may be said in many ways; a server in trouble has said nothing yet.
    if incoming.status == 429 or incoming.status >= 500:
        raise failure(incoming.status, incoming.headers)


def _inserted(issuer: str) -> str:
    # "... by inserting a well-known URI string into the authorization server's issuer identifier
    # between the host component and the path component" (RFC 8414, 3)
    parts = urlsplit(issuer)
    return urlunsplit((parts.scheme, parts.netloc, _METADATA + parts.path, "", ""))


def _from_dialect(issuer: str, body: bytes) -> Endpoint | None:
    try:
        dialect = PublicDialect.from_json(body)
    except DialectError:
        return None
    return beside(issuer, VendorExchange(dialect))


def _from_metadata(issuer: str, body: bytes) -> Endpoint | None:
    try:
        metadata = strict_json.loads(body)
    except InvalidJson:
        return None
    if not isinstance(metadata, dict) or "token_endpoint" not in metadata:
        return None
    # "The 'issuer' value returned MUST be identical to the authorization server's issuer
    # identifier value" (RFC 8414, 3.3): else one issuer could collect another's credentials.
    if metadata.get("issuer") != issuer:
        other = showable(str(metadata.get("issuer")))
        raise DiscoveryFailed(f"the metadata of {issuer} is another issuer's: {other}")
    url = str(metadata["token_endpoint"])
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
