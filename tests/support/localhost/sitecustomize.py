"""On PYTHONPATH, it makes Python resolve *.localhost as curl and browsers do (RFC 6761, 6.3)."""

import socket

_resolve = socket.getaddrinfo


def _getaddrinfo(host, *arguments, **options):  # type: ignore[no-untyped-def]
    if isinstance(host, str) and host.endswith(".localhost"):
        host = "127.0.0.1"
    return _resolve(host, *arguments, **options)


socket.getaddrinfo = _getaddrinfo
