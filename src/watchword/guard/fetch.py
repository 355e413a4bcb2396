"""RFC 9110 and RFC 9111: fetching a public document of an issuer, bounded in size and time.

Redirects are refused: an issuer that can be made to redirect must not choose whose keys are
believed. Plain HTTP is refused but on loopback, where there is nobody in between.
"""

import http.client
import re
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import Message
from typing import IO
from urllib.parse import urlsplit

from msgspec import Struct

from watchword import __version__
from watchword.core.loopback import is_loopback_name, resolvable

MAX_DOCUMENT = 1024 * 1024
# How servers say that there is nothing; some do not tell what they do not show.
_ABSENT = frozenset({401, 403, 404, 405, 410})
_CHUNK = 16 * 1024


_HEADERS = {"Accept": "application/json, */*", "User-Agent": f"watchword/{__version__}"}


class FetchFailed(Exception):
    """The document could not be had. The text says why, for the log."""


class Fetched(Struct, frozen=True, kw_only=True):
    """A document: its headers by lower-case name, its bytes; no bytes where it is not modified."""

    body: bytes
    headers: Mapping[str, str]
    modified: bool = True


# (URL, seconds for all of it) → the document, or `FetchFailed`. Called in a thread of its own.
Fetch = Callable[[str, float], Fetched]

# A `Fetch` may have this as its attribute `if_changed`: the same with the ETag of what is at hand,
# to be told if it has not changed (RFC 9110, 13.1.2).
ConditionalFetch = Callable[[str, float, str], Fetched]


class NotFound(FetchFailed):
    """The server is there and has no such document."""


class UrllibFetch:
    """The default `Fetch`, over the standard library. tls: None for the system's trust."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            # Plain HTTP is loopback only, which no proxy can reach.
            urllib.request.ProxyHandler(_https_proxies()),
            _PlainHandler(),
            urllib.request.HTTPSHandler(context=tls),
            urllib.request.HTTPErrorProcessor(),
            _RefuseRedirects(),
            urllib.request.HTTPDefaultErrorHandler(),
        ):
            self._opener.add_handler(handler)

    def __call__(self, url: str, timeout: float) -> Fetched:
        """The document; raises `FetchFailed` or `NotFound`."""
        return self._asked(url, timeout, {})

    def if_changed(self, url: str, timeout: float, etag: str) -> Fetched:
        """The document, unless it is still the one with `etag`; raises like a plain fetch."""
        return self._asked(url, timeout, {"If-None-Match": etag})

    def _asked(self, url: str, timeout: float, conditions: Mapping[str, str]) -> Fetched:
        refuse_unsafe(url)
        request = urllib.request.Request(url, headers={**_HEADERS, **conditions})  # noqa: S310
        deadline = time.monotonic() + timeout
        try:
            with self._opener.open(request, timeout=timeout) as response:
                return Fetched(body=_read(response, deadline), headers=_lower(response.headers))
        except urllib.error.HTTPError as answer:
            answer.close()
            if answer.code == 304:
                return Fetched(body=b"", headers=_lower(answer.headers), modified=False)
            kind = NotFound if answer.code in _ABSENT else FetchFailed
            raise kind(f"{url} answered {answer.code}") from None
        except (OSError, http.client.HTTPException, ValueError) as fault:
            raise FetchFailed(f"{url}: {type(fault).__name__}: {fault}") from None


class _PlainConnection(http.client.HTTPConnection):
    def connect(self) -> None:
        named, self.host = self.host, resolvable(self.host)
        try:
            super().connect()
        finally:
            self.host = named


class _PlainHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_PlainConnection, req)


class _RefuseRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        """None: the redirect becomes the error that it is here."""


def refuse_unsafe(url: str) -> None:
    """Raises `FetchFailed` for anything but HTTPS, or plain HTTP on loopback."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise FetchFailed("not a URL") from None
    if parts.scheme == "https" and host:
        return
    if parts.scheme == "http" and is_loopback_name(host):
        return
    raise FetchFailed(f"{url}: keys are fetched over HTTPS, or over HTTP on loopback only")


def max_age(headers: Mapping[str, str]) -> int | None:
    """For how many seconds the document says it is fresh (RFC 9111, 5.2.2.1); None if it does not.

    `no-store` and `no-cache` count as 0.
    """
    control = headers.get("cache-control", "").lower()
    if "no-store" in control or "no-cache" in control:
        return 0
    stated = re.search(r"(?:^|[,\s])max-age\s*=\s*\"?(\d{1,9})", control)
    return int(stated[1]) if stated else None


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _read(response: IO[bytes], deadline: float) -> bytes:
    """All of the body. A server that trickles is held to the deadline, chunk by chunk."""
    parts: list[bytes] = []
    size = 0
    # read1 returns what is there; read would wait for a whole chunk.
    read = getattr(response, "read1", response.read)
    while chunk := read(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > MAX_DOCUMENT:
            raise FetchFailed("the document is too large")
        if time.monotonic() > deadline:
            raise FetchFailed("the document comes too slowly")
    return b"".join(parts)


def _https_proxies() -> dict[str, str]:
    proxies = urllib.request.getproxies()
    return {"https": proxies["https"]} if "https" in proxies else {}
