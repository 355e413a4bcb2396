"""What the head of a request must be (RFC 9112), beyond what the parser looks at."""

from collections.abc import Sequence

import httptools

from watchword.app.asgi import Header

VERSIONS = ("1.1", "1.0")


class Refused(Exception):
    """A request that is refused before any application sees it."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def too_large() -> Refused:
    """The refusal of a head beyond its limit."""
    return Refused(431, "Request line and headers are larger than this server takes.")


def octets(target: bytes, headers: Sequence[Header]) -> int:
    """About how long a head was on the wire."""
    return len(target) + sum(len(name) + len(value) + 4 for name, value in headers)


def require_framing(headers: Sequence[Header], version: str) -> None:
    """Refuse a head from which two servers could read two different requests."""
    names = [name for name, _ in headers]
    # "A server MUST respond with a 400 [...] to any HTTP/1.1 request message that lacks a Host
    # header field and to any [...] that contains more than one" (RFC 9112, 3.2)
    if names.count(b"host") != 1:
        raise Refused(400, "A request has exactly one Host header.")
    if version not in VERSIONS:
        raise Refused(400, "This server speaks HTTP/1.1 and HTTP/1.0.")
    if b"transfer-encoding" in names:
        _require_chunked(headers, names, version)


def _require_chunked(headers: Sequence[Header], names: Sequence[bytes], version: str) -> None:
    # "A server MAY reject a request that contains both Content-Length and Transfer-Encoding"
    # (RFC 9112, 6.1): they are how requests are smuggled past a proxy.
    if b"content-length" in names:
        raise Refused(400, "Content-Length and Transfer-Encoding exclude each other.")
    codings = [value for name, value in headers if name == b"transfer-encoding"]
    if len(codings) != 1 or codings[0].strip().lower() != b"chunked" or version != "1.1":
        raise Refused(400, "The only transfer coding is one 'chunked', in HTTP/1.1.")


def origin_form(target: bytes, headers: Sequence[Header]) -> bytes:
    """Path and query of a request target, also of one in absolute form (RFC 9112, 3.2.2)."""
    if b"#" in target:
        raise Refused(400, "A request target has no fragment.")
    if target[:1] == b"/":
        return target
    try:
        url = httptools.parse_url(target)
    except httptools.HttpParserInvalidURLError:
        raise Refused(400, "The request target is neither a path nor a URL.") from None
    host = url.host or b""
    if url.port:
        host += b":%d" % url.port
    named = next(value for name, value in headers if name == b"host")
    if not url.schema or url.userinfo or host.lower() != named.strip().lower():
        raise Refused(400, "A request target that is a URL names the same host as Host.")
    return (url.path or b"/") + (b"?" + url.query if url.query else b"")


def announced_length(headers: Sequence[Header]) -> int | None:
    """What Content-Length says, None without one."""
    lengths = (value for name, value in headers if name == b"content-length")
    length = next(lengths, b"")
    return int(length) if length.isdigit() else None


def without_upgrade(method: bytes, target: bytes, headers: Sequence[Header]) -> bytes:
    """The same head in bytes, but it asks for no other protocol."""
    lines = [b"%b %b HTTP/1.1" % (method, target)]
    for name, value in headers:
        if name == b"connection":
            words = [word for word in value.split(b",") if word.strip().lower() != b"upgrade"]
            lines.append(b"connection: " + b",".join(words))
        elif name != b"upgrade":
            lines.append(b"%b: %b" % (name, value))
    return b"\r\n".join([*lines, b"", b""])
