"""What a proxy in front says about a request: X-Forwarded-For, -Proto and -Host.

Rules. The headers are believed from listed networks only; a Unix socket's peer is loopback. The
client's address is the rightmost one of X-Forwarded-For that is no listed proxy. Of -Proto and
-Host the last value counts: it is what the nearest proxy saw, and a client cannot write it.

A request that came in the clear (the proxy says "http", or somebody reached a listener without TLS
past the proxy) is marked: credentials in it must be taken for exposed.
"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache

from watchword.app.asgi import Header, Scope

IN_THE_CLEAR = "watchword.in_the_clear"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_FORWARDED = frozenset((b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"))


class TrustedProxies:
    """networks: CIDR texts, e.g. "10.0.0.0/8"."""

    def __init__(self, networks: Iterable[str]) -> None:
        self._networks = tuple(ipaddress.ip_network(network) for network in networks)
        self._is_listed = lru_cache(maxsize=4096)(self._look_up)

    def as_seen_by_proxy(self, scope: Scope) -> Scope:
        """`scope` as the outermost listed proxy saw the request; `scope` itself stays."""
        peer = scope["client"][0] if scope["client"] else ""
        if not self._is_listed(peer):
            in_the_clear = scope["scheme"] == "http" and not _is_loopback(peer)
            return {**scope, IN_THE_CLEAR: in_the_clear}
        said = _said(scope["headers"])
        scheme = said.get(b"x-forwarded-proto", b"").lower()
        seen = {
            **scope,
            "client": (self._client(peer, said.get(b"x-forwarded-for", b"")), 0),
            "scheme": "http" if scheme == b"http" else "https",
            IN_THE_CLEAR: scheme == b"http",
        }
        if host := said.get(b"x-forwarded-host"):
            seen["headers"] = _with_host(scope["headers"], host)
        return seen

    def _client(self, peer: str, forwarded_for: bytes) -> str:
        client = peer
        for value in reversed(forwarded_for.split(b",")):
            address = _address_in(value)
            if address is None:
                break
            client = address
            if not self._is_listed(client):
                break
        return client

    def _look_up(self, peer: str) -> bool:
        address = _parsed(peer)
        return address is not None and any(address in network for network in self._networks)


def _said(headers: Iterable[Header]) -> dict[bytes, bytes]:
    """The forwarded headers: all values of -For as one list, the last one of the others."""
    said: dict[bytes, bytes] = {}
    for name, value in headers:
        if name not in _FORWARDED:
            continue
        if name == b"x-forwarded-for":
            said[name] = said[name] + b"," + value if name in said else value
        else:
            said[name] = value.rpartition(b",")[2].strip()
    return said


def _with_host(headers: Iterable[Header], host: bytes) -> list[Header]:
    return [(name, host if name == b"host" else value) for name, value in headers]


def _address_in(value: bytes) -> str | None:
    """The address of one X-Forwarded-For value, which some proxies write with its port."""
    text = value.strip().decode("latin-1")
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    address = _parsed(text)
    return str(address) if address is not None else None


def _parsed(text: str) -> IPAddress | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _is_loopback(peer: str) -> bool:
    address = _parsed(peer)
    return address is not None and address.is_loopback
