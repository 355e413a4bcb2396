"""What comes in and goes out at the token endpoint, free of any web framework.

The application makes a `WireRequest` of the bytes it received and sends the bytes of a
`WireResponse`. Nothing between the two touches a socket.
"""

from collections.abc import Sequence

from msgspec import Struct

Header = tuple[bytes, bytes]


class WireRequest(Struct, frozen=True, gc=False):
    """One HTTP request, whole and bounded.

    method: as sent, upper case ("POST").
    path: the raw path of the request line, without query, below nothing (b"/kiss/auth/token").
    query: the raw bytes after "?", without it.
    headers: (name in lower case, value) in the order received, repeated ones repeated.
    body: all of it.
    request_id: ours, also in the answer and the log.
    peer: the client's address ("192.0.2.7"), after listed proxies were believed; "" if unknown.
    certificate: the DER bytes of the client's TLS certificate, None without one.
    """

    method: str
    path: bytes
    query: bytes
    headers: Sequence[Header]
    body: bytes
    request_id: str
    peer: str = ""
    certificate: bytes | None = None

    def __repr__(self) -> str:
        return f"WireRequest({self.method} {self.path!r}, request_id={self.request_id!r})"


class WireResponse(Struct, frozen=True, gc=False):
    """One HTTP answer. `headers` are (name in lower case, value), without content-length."""

    status: int
    headers: tuple[Header, ...]
    body: bytes

    def __repr__(self) -> str:
        return f"WireResponse({self.status})"
