"""RFC 8414: where an issuer's JWK Set is.

Below the issuer's URL at `/.well-known/jwks.json`, as a Watchword serves it; an issuer that has
nothing there is asked for its metadata, whose `jwks_uri` is then taken.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

from watchword.guard.fetch import Fetch, Fetched, FetchFailed, NotFound
from watchword.jose import strict_json
from watchword.jose.errors import InvalidJson

_METADATA = ("oauth-authorization-server", "openid-configuration")


class KeySetLocation:
    """Where the JWK Set of one issuer is; found once and remembered.

    issuer: its URL, as in `iss`. jwks_uri: where the set is, if that is known.
    """

    __slots__ = ("_issuer", "_url")

    def __init__(self, issuer: str, jwks_uri: str | None = None) -> None:
        self._issuer = issuer
        self._url = jwks_uri

    def fetch(self, fetch: Fetch, timeout: float) -> Fetched:
        """The document; raises `FetchFailed`."""
        if self._url is not None:
            return fetch(self._url, timeout)
        below = well_known(self._issuer, "jwks.json")
        try:
            document = fetch(below, timeout)
        except NotFound:
            below = self._stated(fetch, timeout)
            document = fetch(below, timeout)
        self._url = below
        return document

    def _stated(self, fetch: Fetch, timeout: float) -> str:
        for url in metadata_urls(self._issuer):
            try:
                return _jwks_uri(fetch(url, timeout).body, self._issuer)
            except NotFound:
                continue
        raise FetchFailed(f"{self._issuer} has neither a JWK Set at the usual place nor metadata")


def well_known(issuer: str, name: str) -> str:
    """A document below the issuer's URL."""
    return f"{issuer.rstrip('/')}/.well-known/{name}"


def inserted(url: str, name: str) -> str:
    """A well-known document of `url`, its path after the well-known one (RFC 8414, 3.1)."""
    parts = urlsplit(url)
    path = f"/.well-known/{name}{parts.path.rstrip('/')}"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def metadata_urls(issuer: str) -> Iterator[str]:
    """Where an issuer's metadata may be: RFC 8414's inserted place, then below its URL."""
    for name in _METADATA:
        yield inserted(issuer, name)
    if urlsplit(issuer).path.strip("/"):
        for name in _METADATA:
            yield well_known(issuer, name)


def _jwks_uri(body: bytes, issuer: str) -> str:
    try:
        metadata = strict_json.loads(body)
    except InvalidJson:
        raise FetchFailed(f"the metadata of {issuer} is not JSON") from None
    # "The issuer value returned MUST be identical" (RFC 8414, 3.3).
    if not isinstance(metadata, dict) or metadata.get("issuer") != issuer:
        raise FetchFailed(f"the metadata of {issuer} is another issuer's")
    url = metadata.get("jwks_uri")
    if not isinstance(url, str):
        raise FetchFailed(f"the metadata of {issuer} has no jwks_uri")
    return url
