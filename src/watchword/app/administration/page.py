"""Pages of lists: a cursor is opaque to whoever gets it and costs the store nothing."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct

from watchword.admin.errors import Invalid
from watchword.app.administration.answer import Page

Found = TypeVar("Found")
Shown = TypeVar("Shown")
MOST = 500
# A name of 200 characters takes up to 800 octets, and a third more as a cursor.
LONGEST_CURSOR = 1200
Cursor = Annotated[str, Meta(max_length=LONGEST_CURSOR, pattern="^[A-Za-z0-9_-]+$")]


class PageQuery(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """cursor: `next` of the page before. limit: how many at most."""

    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100


def start_of(query: PageQuery, of: type[Found]) -> Found | None:
    """Where the page begins, as `page_of` put it into the cursor; None for the first page."""
    if query.cursor is None:
        return None
    try:
        padded = query.cursor + "=" * (-len(query.cursor) % 4)
        return msgspec.json.decode(base64.b64decode(padded, b"-_", validate=True), type=of)
    except (binascii.Error, ValueError, msgspec.MsgspecError):
        raise Invalid("the cursor is none of ours", field="cursor") from None


def page_of(
    found: Sequence[Found],
    query: PageQuery,
    show: Callable[[Found], Shown],
    place: Callable[[Found], object],
) -> Page[Shown]:
    """The page of `found`, in which one more than `query.limit` shows that there are more.

    place: what of the last item the next page begins behind.
    """
    shown = [show(each) for each in found[: query.limit]]
    if len(found) <= query.limit:
        return Page(items=shown)
    return Page(items=shown, next=cursor_of(place(found[query.limit - 1])))


def cursor_of(place: object) -> str:
    """The cursor of the page that begins behind `place`."""
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()
