"""What a token request says, whatever dialect it was said in (RFC 6749, 4.4.2)."""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import Struct

Place = Literal["basic", "form", "json", "query", "header"]


class Reading(Struct, frozen=True, gc=False):
    """One way to read the credentials: `client_id` is None where the dialect sends none."""

    client_id: str | None
    secret: str

    def __repr__(self) -> str:
        return f"Reading(client_id={self.client_id!r}, secret=...)"

    def __rich_repr__(self) -> Iterator[tuple[str, str | None]]:  # type: ignore[override]
        yield "client_id", self.client_id


class PresentedSecret(Struct, frozen=True, gc=False):
    """A client_id and a secret as presented; nothing about them has been verified.

    HTTP Basic has two readings in the field, raw and form-decoded (RFC 6749, 2.3.1): both stand
    here, raw first, and count as one attempt.
    """

    place: Place
    readings: tuple[Reading, ...]


class TokenRequest(Struct, frozen=True, gc=False):
    """A well-formed request for a token.

    scope: as sent, None where the parameter was absent or empty.
    resource: the RFC 8707 parameters, in order.
    fields: further values that the dialect requires or repeats in its answer, by their name.
    bound: names of `fields` that must equal the client's attribute of the same name.
    """

    credentials: PresentedSecret
    scope: str | None = None
    resource: tuple[str, ...] = ()
    fields: Mapping[str, str] = {}
    bound: tuple[str, ...] = ()
