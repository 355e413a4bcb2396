"""A customer: whom clients belong to. A client may also stand alone."""

from msgspec import Struct


class Customer(Struct, frozen=True, kw_only=True):
    """id: opaque and stable. name: what people type, unique. contacts: e-mail addresses.

    Clients of a disabled customer are answered like disabled clients.
    """

    id: str
    name: str
    contacts: tuple[str, ...] = ()
    enabled: bool = True
    created_at: int
    version: int = 1
