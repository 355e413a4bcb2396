"""What a page says that no server knows: the vendor's own names for things, and whom to ask."""

from typing import Annotated, Literal, get_args

from msgspec import Meta, Struct

PageFormat = Literal["markdown", "html"]
FORMATS: tuple[PageFormat, ...] = get_args(PageFormat)
Words = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
Paragraph = Annotated[str, Meta(max_length=2000, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*\Z")]
Url = Annotated[
    str, Meta(max_length=500, pattern=r"^(https?://[A-Za-z0-9._~:/?#\[\]@&()*+,;=%-]+)?\Z")
]


class PageWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The vendor's words; each may be left out.

    title: of the page, instead of the dialect's. introduction: a paragraph below it.
    client_id, client_secret: what the vendor calls them ("Customer Code", "API Key").
    contact: whom customers ask, an e-mail address or a few words. api: URL of an API request that
    the examples make. scopes: what each scope allows.
    """

    title: Words = ""
    introduction: Paragraph = ""
    client_id: Words = "client ID"
    client_secret: Words = "client secret"  # noqa: S105 - its name
    contact: Words = ""
    api: Url = ""
    scopes: dict[str, Words] = {}
