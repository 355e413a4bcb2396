"""RFC 9110 over `urllib`: one request to the token endpoint, bounded in time and size.

Redirects are answers like any other: nothing is followed. Plain HTTP reaches loopback only, by
name and by the address that the connection really has, and never through a proxy. `HTTPS_PROXY`
and `NO_PROXY` are obeyed. The time limit holds for the whole exchange, not for each packet.
"""

import contextlib
import functools
import http.client
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, Self

from watchword import __version__
from watchword.caller.endpoint_url import require_secure
from watchword.caller.errors import (
    InsecureEndpoint,
    TimedOut,
    TokenUnavailable,
    Unreachable,
    UnreadableAnswer,
    UntrustedCertificate,
)
from watchword.caller.exchange import Incoming, Outgoing
from watchword.core.loopback import is_loopback_address, resolvable

LARGEST_BODY = 256 * 1024
USER_AGENT = f"watchword-caller/{__version__}"

Transport = Callable[[str, Outgoing], Incoming]
"""Sends a request to a URL; raises `TokenUnavailable`, or `ConfigurationError` for a bad URL."""


class UrllibTransport:
    """The transport that needs nothing but Python.

    timeout: seconds for one whole exchange. tls: whom to trust, Python's default where None.
    largest_body: octets of an answer.
    """

    def __init__(
        self,
        *,
        timeout: float,
        tls: ssl.SSLContext | None = None,
        largest_body: int = LARGEST_BODY,
    ) -> None:
        self._timeout, self._tls, self._largest_body = timeout, tls, largest_body

    def __call__(self, url: str, outgoing: Outgoing) -> Incoming:
        host = require_secure(url).netloc
        request = _request(url, outgoing)
        with _Limit(self._timeout) as limit:
            try:
                return self._exchange(request, limit)
            except (OSError, http.client.HTTPException) as error:
                problem = _problem(error, limit, host, self._timeout)
        # Raised out here, so that urllib's error, which may name the URL, is not its context.
        raise problem

    def _exchange(self, request: urllib.request.Request, limit: "_Limit") -> Incoming:
        opener = _opener(limit, self._tls or _default_tls())
        with opener.open(request, timeout=self._timeout) as response:
            body = response.read(self._largest_body + 1)
            limit.require_time()
            if len(body) > self._largest_body:
                most = f"{self._largest_body // 1024} KiB"
                raise UnreadableAnswer(f"the answer of {request.host} is longer than {most}")
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Incoming(status=response.status, headers=headers, body=body)


class _Limit:
    """Cuts the connection when the time is over, whatever it is busy with."""

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()

    def watch(self, connection: socket.socket) -> None:
        self._sockets.append(connection)

    def require_time(self) -> None:
        if self.is_over:
            raise TimeoutError

    def _cut(self) -> None:
        self.is_over = True
        for connection in self._sockets:
            with contextlib.suppress(OSError):
                # Not SSLSocket.shutdown, which would take the session from under its reader.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)


class _PlainConnection(http.client.HTTPConnection):
    def __init__(self, limit: _Limit, host: str, **options: Any) -> None:
        super().__init__(host, **options)
        self._limit = limit

    def connect(self) -> None:
        named, self.host = self.host, resolvable(self.host)
        try:
            super().connect()
        finally:
            self.host = named
        self._limit.watch(self.sock)
        # The name said loopback; a resolver that says otherwise gets no secret.
        if not is_loopback_address(str(self.sock.getpeername()[0])):
            self.close()
            raise InsecureEndpoint(
                f"{self.host} is not this machine, and http is for loopback only"
            )


class _TlsConnection(http.client.HTTPSConnection):
    def __init__(self, limit: _Limit, host: str, **options: Any) -> None:
        super().__init__(host, **options)
        self._limit = limit

    def connect(self) -> None:
        super().connect()
        self._limit.watch(self.sock)


class _PlainHandler(urllib.request.HTTPHandler):
    def __init__(self, limit: _Limit) -> None:
        super().__init__()
        self._limit = limit

    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_PlainConnection, self._limit), req)


class _TlsHandler(urllib.request.HTTPSHandler):
    def __init__(self, limit: _Limit, tls: ssl.SSLContext) -> None:
        super().__init__(context=tls)
        self._limit, self._tls = limit, tls

    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(functools.partial(_TlsConnection, self._limit), req, context=self._tls)


def _opener(limit: _Limit, tls: ssl.SSLContext) -> urllib.request.OpenerDirector:
    # Put together by hand: the usual one follows redirects and takes plain HTTP to a proxy.
    opener = urllib.request.OpenerDirector()
    opener.addheaders = []
    proxies = urllib.request.getproxies()
    if "https" in proxies:
        opener.add_handler(urllib.request.ProxyHandler({"https": proxies["https"]}))
    opener.add_handler(_PlainHandler(limit))
    opener.add_handler(_TlsHandler(limit, tls))
    return opener


@functools.cache
def _default_tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _request(url: str, outgoing: Outgoing) -> urllib.request.Request:
    if outgoing.query:
        url += ("&" if "?" in url else "?") + outgoing.query
    headers = {"User-Agent": USER_AGENT, **dict(outgoing.headers)}
    body = outgoing.body if outgoing.body or outgoing.method != "GET" else None
    return urllib.request.Request(url, data=body, headers=headers, method=outgoing.method)  # noqa: S310


def _problem(error: Exception, limit: _Limit, host: str, timeout: float) -> TokenUnavailable:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if limit.is_over or isinstance(reason, TimeoutError):
        return TimedOut(f"{host} did not answer within {timeout:g} s")
    if isinstance(reason, ssl.SSLCertVerificationError):
        return UntrustedCertificate(f"{host} is not to be trusted: {reason.verify_message}")
    if isinstance(reason, OSError):
        return Unreachable(f"{host} could not be reached: {reason.strerror or _name(reason)}")
    return UnreadableAnswer(f"{host} does not answer as an HTTP server does: {_name(reason)}")


def _name(error: object) -> str:
    return type(error).__name__
