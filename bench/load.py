"""A load generator: one request again and again over keep-alive connections, on one core.

It reads no more of an answer than it must: status, length, and now and then the whole of it. That
costs some 15 µs a request, so that one core of it can keep one core of a server busy.
"""

import contextlib
import select
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

CONNECTIONS = 32
# Whole answers kept for a later look, one in so many.
SAMPLED = 211


@dataclass(frozen=True, kw_only=True)
class Request:
    """The octets of one HTTP request, where to send them, and the statuses that are right."""

    host: str
    port: int
    octets: bytes
    statuses: tuple[bytes, ...] = (b"200", b"201")


@dataclass(kw_only=True)
class Load:
    """What one run saw. seconds: of wall time; latencies: each answer's, seconds."""

    seconds: float
    latencies: list[float]
    samples: list[bytes] = field(default_factory=list)

    @property
    def answers(self) -> int:
        return len(self.latencies)

    def percentile(self, share: float) -> float:
        """Seconds within which `share` (0.99) of all answers came."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class Broken(Exception):
    """The server answered something other than what was asked for."""


def post(
    path: str, body: bytes, headers: Sequence[tuple[str, str]], host: str, port: int
) -> Request:
    """A POST as a client would send it."""
    return request("POST", path, body, headers, host, port)


def request(
    method: str,
    path: str,
    body: bytes,
    headers: Sequence[tuple[str, str]],
    host: str,
    port: int,
) -> Request:
    """A request of any method; `body` empty for none."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}:{port}", "Accept: */*"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    octets = "\r\n".join(lines).encode("ascii") + b"\r\n\r\n" + body
    return Request(host=host, port=port, octets=octets)


def run(request: Request, *, seconds: float, connections: int = CONNECTIONS) -> Load:
    """Send `request` over `connections` keep-alive connections for `seconds`."""
    sockets = {s.fileno(): s for s in (_connect(request) for _ in range(connections))}
    try:
        return _drive(request, sockets, seconds)
    finally:
        for each in sockets.values():
            each.close()


def once(request: Request) -> bytes:
    """Head and body of one answer over a connection of its own."""
    with keep_alive(request) as ask:
        return ask(request)


@contextlib.contextmanager
def keep_alive(request: Request) -> Iterator[Callable[[Request], bytes]]:
    """A connection to where `request` goes: what sends a request over it and awaits its answer."""
    with _connect(request) as connection:
        connection.settimeout(10)
        yield lambda each: _ask(connection, each)


def _ask(connection: socket.socket, request: Request) -> bytes:
    connection.sendall(request.octets)
    answer = connection.recv(65536)
    while not _is_whole(answer, request.statuses):
        more = connection.recv(65536)
        if not more:
            raise Broken(_first_line(answer))
        answer += more
    return answer


def _connect(request: Request) -> socket.socket:
    connection = socket.create_connection((request.host, request.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _drive(request: Request, sockets: dict[int, socket.socket], seconds: float) -> Load:
    poll = select.epoll()
    clock, octets = time.perf_counter, request.octets
    sent_at: dict[int, float] = {}
    pending: dict[int, bytes] = {}
    load = Load(seconds=0, latencies=[])
    begun = clock()
    end = begun + seconds
    for number, connection in sockets.items():
        poll.register(number, select.EPOLLIN)
        connection.send(octets)
        sent_at[number] = clock()
    while sent_at:
        for number, _ in poll.poll(5) or _stalled():
            answer = sockets[number].recv(65536)
            if number in pending:
                answer = pending.pop(number) + answer
            if not _is_whole(answer, request.statuses):
                if not answer:
                    raise Broken("the server closed a connection")
                pending[number] = answer
                continue
            now = clock()
            load.latencies.append(now - sent_at[number])
            if len(load.latencies) % SAMPLED == 1:
                load.samples.append(answer)
            if now < end:
                sent_at[number] = now
                sockets[number].send(octets)
            else:
                del sent_at[number]
    load.seconds = clock() - begun
    poll.close()
    return load


def _is_whole(answer: bytes, statuses: Sequence[bytes]) -> bool:
    head, blank, body = answer.partition(b"\r\n\r\n")
    if not blank:
        return False
    if answer[9:12] not in statuses:
        raise Broken(_first_line(answer))
    at = head.find(b"ontent-length:")
    at = at if at >= 0 else head.lower().find(b"ontent-length:")
    if at < 0:
        return body.endswith(b"0\r\n\r\n")
    line_end = head.find(b"\r\n", at)
    length = int(head[at + 14 : line_end if line_end > 0 else len(head)])
    return len(body) >= length


def body_of(answer: bytes) -> bytes:
    """The body of an answer, chunked or not."""
    head, _, body = answer.partition(b"\r\n\r\n")
    if b"chunked" not in head.lower():
        return body
    whole = b""
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        whole, body = whole + body[:length], body[length + 2 :]
    return whole


def _first_line(answer: bytes) -> str:
    return answer.partition(b"\r\n")[0].decode("latin-1") or "the server closed a connection"


def _stalled() -> list[tuple[int, int]]:
    raise Broken("no answer for five seconds")
