"""RFC 6749, 4.4: one request for a token and its answer, whatever dialect they are said in.

An `Exchange` builds the request and reads the answer; it opens no connection and knows no clock.
"""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct


class Credentials(Struct, frozen=True, kw_only=True):
    """A client_id and one of its secrets."""

    client_id: str
    secret: str

    def __repr__(self) -> str:
        return f"Credentials(client_id={self.client_id!r}, secret=***)"


class Wanted(Struct, frozen=True, kw_only=True):
    """What the token shall be good for. scope: None leaves it to the server (RFC 6749, 3.3)."""

    scope: str | None = None
    resource: tuple[str, ...] = ()


class Outgoing(Struct, frozen=True, kw_only=True):
    """A request to the token endpoint. query: what is added to its URL, without "?"."""

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    query: str = ""

    def __repr__(self) -> str:
        return f"Outgoing(method={self.method!r}, body={len(self.body)} bytes)"


class Incoming(Struct, frozen=True, kw_only=True):
    """An answer of the token endpoint. headers: by name in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Incoming(status={self.status}, body={len(self.body)} bytes)"


class Answer(Struct, frozen=True, kw_only=True):
    """A token as the server gave it.

    expires_in: seconds it lives. expires_at: epoch seconds by the server's clock. Both are None
    where the answer says nothing of them.
    """

    access_token: str
    expires_in: float | None = None
    expires_at: float | None = None

    def __repr__(self) -> str:
        return f"Answer(expires_in={self.expires_in}, expires_at={self.expires_at})"


class Presentation(Struct, frozen=True, kw_only=True):
    """How a token stands in a request to the API: RFC 6750, 2.1, unless a vendor differs."""

    header: str = "Authorization"
    scheme: str = "Bearer"

    def value(self, token: str) -> str:
        """The header's value for `token`."""
        return f"{self.scheme} {token}" if self.scheme else token


class Exchange(Protocol):
    """A dialect, from the caller's side.

    key_prefix: how the issuer's own secrets begin, None where it is not known.
    """

    @property
    def presentation(self) -> Presentation: ...

    @property
    def key_prefix(self) -> str | None: ...

    def request(self, credentials: Credentials, wanted: Wanted) -> Outgoing:
        """The request for a token."""

    def answer(self, incoming: Incoming) -> Answer:
        """The token in an answer; raises `TokenRefused` or `TokenUnavailable`."""
