"""How much of one connection's bytes and time a client may take."""

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True):
    """Octets and seconds.

    head_octets: request line and headers. body_octets: of a request.
    request_seconds: from a request's first byte to its last.
    idle_seconds: between requests, and for a client that does not read its answers.
    discard_octets: of a body that was refused unread; beyond it the connection ends.
    tick_seconds: how often the two spans of time are looked at.
    """

    head_octets: int = 16 * 1024
    body_octets: int = 64 * 1024
    request_seconds: float = 10
    idle_seconds: float = 60
    discard_octets: int = 1024 * 1024
    tick_seconds: float = 1


DEFAULT = Limits()
