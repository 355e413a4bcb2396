"""A client (RFC 6749, 1.1): a program of a customer's that asks for tokens."""

import re
from typing import Any

from msgspec import Struct

# "VSCHAR = %x20-7E" (RFC 6749, A.1)
_CLIENT_ID = re.compile(r"[\x20-\x7E]{1,255}")

# Claims whose meaning is ours or the standards' to give (RFC 7519, 4.1; RFC 9068; RFC 7662).
RESERVED_CLAIMS = frozenset(
    "iss sub aud exp nbf iat jti client_id scope cnf act active token_type username typ".split()
)


class InvalidClientId(ValueError):
    """The text cannot be a client_id; the message says why."""


class Client(Struct, frozen=True, kw_only=True):
    """A registered client.

    id: opaque and stable, 8 base62 digits; also its handle in `jti`.
    issuer_id, customer_id: to whom it belongs. client_id: what it presents, often its own choice.
    scopes: what it may be granted. audiences: what `resource` may choose, besides the issuer's.
    claims: extra claims of its tokens, e.g. the customer's scope of data; never a reserved one.
    attributes: values that its dialect reads. lifetime: of its tokens, None for the issuer's.
    introspects: audiences whose tokens it may introspect.
    deleted_at: set once; its client_id is never given out again.
    """

    id: str
    issuer_id: str
    customer_id: str | None = None
    client_id: str
    name: str = ""
    scopes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    claims: dict[str, Any] = {}
    attributes: dict[str, str] = {}
    lifetime: int | None = None
    introspects: tuple[str, ...] = ()
    enabled: bool = True
    created_at: int
    deleted_at: int | None = None
    version: int = 1


def require_client_id(text: str, *, colon_allowed: bool) -> str:
    """Return `text` if it can be a client_id, else raise InvalidClientId.

    1 to 255 characters of VSCHAR (RFC 6749, A.1). A colon ends the user-id of HTTP Basic
    (RFC 7617, 2), so it is allowed only where the dialect's clients encode it.
    """
    if _CLIENT_ID.fullmatch(text) is None:
        raise InvalidClientId("a client_id is 1 to 255 printable ASCII characters")
    if text != text.strip(" "):
        raise InvalidClientId("a client_id neither begins nor ends with a space")
    if ":" in text and not colon_allowed:
        raise InvalidClientId(
            "a client_id with ':' cannot be sent by HTTP Basic in this issuer's dialect"
        )
    return text
