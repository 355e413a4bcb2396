"""A listener in a thread, and a client that sends bytes as they are."""

import asyncio
import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Iterator

import uvloop

from tests.support.patience import PATIENCE
from watchword.app.address import Address, bind, bound_address
from watchword.app.asgi import Application
from watchword.app.limits import Limits
from watchword.app.listener import Listener

# A server that forgets to close a connection closes it when it has been idle: too late for a test.
_HALF_OF_IDLE = Limits().idle_seconds / 2
QUICK = Limits(request_seconds=0.4, idle_seconds=0.8, tick_seconds=0.05)


class Served:
    """What a test needs of a running listener."""

    def __init__(self, listener: Listener, loop: asyncio.AbstractEventLoop, address: Address):
        self.listener = listener
        self.loop = loop
        self.address = address

    @property
    def port(self) -> int:
        return self.address.port

    @property
    def has_connections(self) -> bool:
        return bool(self.listener._connections())

    def stop(self, within: float = 5) -> None:
        stopping = asyncio.run_coroutine_threadsafe(self.listener.stop(within), self.loop)
        stopping.result(within + PATIENCE)


@contextlib.contextmanager
def serving(
    app: Application,
    *,
    limits: Limits | None = None,
    tls: ssl.SSLContext | None = None,
    unix: str | None = None,
) -> Iterator[Served]:
    """Serve `app` on a free port of loopback (or at the path `unix`) while the block runs."""
    listening = bind(Address(path=unix) if unix else Address(host="127.0.0.1", port=0))
    address = bound_address(listening)
    loop = uvloop.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> Listener:
        listener = Listener(app, listening, tls=tls, limits=limits or Limits())
        await listener.start()
        return listener

    served = Served(asyncio.run_coroutine_threadsafe(start(), loop).result(PATIENCE), loop, address)
    try:
        yield served
    finally:
        served.stop(0.5)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


class RawClient:
    """A connection on which bytes go out exactly as written."""

    def __init__(self, sock: socket.socket):
        self.sock = sock
        self.buffer = b""

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer: status, headers, body."""
        head = self._until(b"\r\n\r\n")
        status = int(head[9:12])
        lines = head.decode("latin-1").split("\r\n")[1:]
        headers = {
            name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)
        }
        return status, headers, self._take(int(headers.get("content-length", "0")))

    def status(self) -> int:
        return self.answer()[0]

    def is_closed(self) -> bool:
        """Whether the server closes the connection (waits up to the socket's timeout)."""
        try:
            return self.buffer == b"" and self.sock.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def _until(self, mark: bytes) -> bytes:
        while mark not in self.buffer:
            self._receive()
        head, self.buffer = re.split(re.escape(mark), self.buffer, maxsplit=1)
        return head

    def _take(self, size: int) -> bytes:
        while len(self.buffer) < size:
            self._receive()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    def _receive(self) -> None:
        data = self.sock.recv(65536)
        if not data:
            raise EOFError(f"closed after {self.buffer!r}")
        self.buffer += data


@contextlib.contextmanager
def raw_client(address: Address, *, timeout: float = _HALF_OF_IDLE) -> Iterator[RawClient]:
    """A connection to `address`."""
    family = socket.AF_UNIX if address.path else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as sock:
        sock.settimeout(timeout)
        sock.connect(address.path or (address.host, address.port))
        yield RawClient(sock)
