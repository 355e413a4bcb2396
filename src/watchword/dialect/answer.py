"""What the server hands to a dialect to be written, and what it lends it while it writes."""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct


class TokenAnswer(Struct, frozen=True, gc=False, kw_only=True):
    """A minted access token on its way out.

    issued_at: epoch seconds; expires_in: seconds.
    scope: as granted, "" for none; scope_differs: whether it is not what was asked for.
    attributes: the client's, by name; fields: the request's further fields, by name.
    """

    access_token: str
    issued_at: int
    expires_in: int
    scope: str = ""
    scope_differs: bool = False
    client_id: str = ""
    attributes: Mapping[str, str] = {}
    fields: Mapping[str, str] = {}

    def __repr__(self) -> str:
        return f"TokenAnswer(client_id={self.client_id!r}, expires_in={self.expires_in})"

    def __rich_repr__(self) -> Iterator[tuple[str, object]]:  # type: ignore[override]
        yield "client_id", self.client_id


class Sources(Struct, frozen=True, gc=False):
    """The clock (epoch seconds, with fractions) and the dice (so many random bytes)."""

    now: float
    random: Callable[[int], bytes]
