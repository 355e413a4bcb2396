"""Where a listener stands: `host:port`, `[v6]:port` or `unix:PATH`."""

import ipaddress
import os
import socket
from pathlib import Path

from msgspec import Struct

_BACKLOG = 2048


class InvalidAddress(ValueError):
    """The text names no place to listen; the message says what one looks like."""


class Address(Struct, frozen=True):
    """host and port for TCP, or `path` for a Unix socket."""

    host: str = ""
    port: int = 0
    path: str | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it; a Unix socket counts as loopback."""
        return self.path is not None or _is_loopback_host(self.host)

    def __str__(self) -> str:
        if self.path is not None:
            return f"unix:{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Read `127.0.0.1:8080`, `localhost:0`, `[::1]:8080` or `unix:PATH`. Raises InvalidAddress."""
    if text.startswith("unix:") and len(text) > len("unix:"):
        return Address(path=text.removeprefix("unix:"))
    host, colon, port = text.rpartition(":")
    if not (colon and port.isascii() and port.isdigit() and int(port) < 65536):
        raise InvalidAddress(f"{text!r} is no address: write 127.0.0.1:8080 or unix:PATH")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        raise InvalidAddress(f"{text!r}: an IPv6 address stands in brackets, as in [::1]:8080")
    return Address(host=host or "0.0.0.0", port=int(port))  # noqa: S104 - ":8080" says all


def bind(address: Address, *, mode: int = 0o666) -> socket.socket:
    """A listening socket that child processes may inherit. Raises OSError with the address.

    mode: of a Unix socket's file; 0666 lets in whom loopback would let in.
    """
    try:
        listening = _bind_unix(address.path, mode) if address.path else _bind_tcp(address)
    except OSError as fault:
        fault.filename = str(address)
        raise
    listening.listen(_BACKLOG)
    listening.setblocking(False)
    return listening


def bound_address(listening: socket.socket) -> Address:
    """The address of a bound socket, with the port that the system chose for port 0."""
    name = listening.getsockname()
    if listening.family == socket.AF_UNIX:
        return Address(path=os.fsdecode(name))
    return Address(host=name[0], port=name[1])


def _bind_tcp(address: Address) -> socket.socket:
    family, kind, protocol, _, place = socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    listening = socket.socket(family, kind, protocol)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(place)
    except OSError:
        listening.close()
        raise
    return listening


def _bind_unix(path: str, mode: int) -> socket.socket:
    _remove_stale(path)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(path)
        Path(path).chmod(mode)
    except OSError:
        listening.close()
        raise
    return listening


def _remove_stale(path: str) -> None:
    """Remove a socket file that nobody listens at; a live one makes `bind` fail by itself."""
    if not Path(path).is_socket():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(path)
        except ConnectionRefusedError:
            Path(path).unlink(missing_ok=True)


def _is_loopback_host(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
