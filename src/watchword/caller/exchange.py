"""RFC 6749, 4.4: one request for a token and its answer, whatever dialect they are said in.

An `Exchange` builds the request and reads the answer; it opens no connection and knows no clock.
"""

from collections.abc import Mapping
from typing import Protocol

from msgspec import Struct

from watchword.caller.private import Private


class Credentials(Private, frozen=True, kw_only=True):
    """A client_id ("" where the dialect sends none) and one of its secrets."""

    shown = ("client_id",)

    client_id: str
    secret: str


class Wanted(Struct, frozen=True, kw_only=True):
    """What the token shall be good for.

    scope: None leaves it to the server (RFC 6749, 3.3). resource: RFC 8707.
    fields: what else the dialect asks for, by its names.
    """

    scope: str | None = None
    resource: tuple[str, ...] = ()
    fields: Mapping[str, str] = {}


class Account(Private, frozen=True, kw_only=True):
    """A client, its secrets (the one to try first in front), and what its tokens are for."""

    shown = ("client_id", "wanted")

    client_id: str
    secrets: tuple[str, ...]
    wanted: Wanted


class Outgoing(Private, frozen=True, kw_only=True):
    """A request to the token endpoint. query: what is added to its URL, without "?"."""

    shown = ("method",)

    method: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    query: str = ""


class Incoming(Private, frozen=True, kw_only=True):
    """An answer of the token endpoint. headers: by name in lower case."""

    shown = ("status",)

    status: int
    headers: Mapping[str, str]
    body: bytes


class Answer(Private, frozen=True, kw_only=True):
    """A token as the server gave it.

    expires_in: seconds it lives. expires_at: epoch seconds by the server's clock. Both are None
    where the answer says nothing of them.
    """

    shown = ("expires_in", "expires_at")

    access_token: str
    expires_in: float | None = None
    expires_at: float | None = None


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

    def requests(self, credentials: Credentials, wanted: Wanted) -> tuple[Outgoing, ...]:
        """The request for a token, and other spellings of it, to be tried in this order.

        Another spelling is sent only when the server did not know the client by the one before.
        """

    def answer(self, incoming: Incoming) -> Answer:
        """The token in an answer; raises `TokenRefused` or `TokenUnavailable`."""
