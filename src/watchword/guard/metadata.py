"""RFC 9728: protected resource metadata: who knows only the API finds its issuer by it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from watchword.guard.discovery import inserted

_NAME = "oauth-protected-resource"


class ResourceMetadata(Struct, frozen=True, kw_only=True):
    """What an API says of itself.

    resource: its URL, as clients know it. issuers: URLs. scopes: those that it knows, for clients.
    """

    resource: str
    issuers: Sequence[str]
    scopes: Sequence[str] = ()

    @property
    def url(self) -> str:
        """Where the document is (RFC 9728, 3.1): well-known first, then the resource's path."""
        return inserted(self.resource, _NAME)

    @property
    def path(self) -> str:
        """The path of `url`."""
        return urlsplit(self.url).path

    def document(self) -> dict[str, object]:
        """The JSON document (RFC 9728, 2)."""
        document: dict[str, object] = {
            "resource": self.resource,
            "authorization_servers": list(self.issuers),
            "bearer_methods_supported": ["header"],
        }
        if self.scopes:
            document["scopes_supported"] = list(self.scopes)
        return document
