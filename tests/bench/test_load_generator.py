"""The load generator: what it sends, what it counts, and what it refuses to count."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from bench import load

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"


@contextmanager
def answering(answer: Callable[[bytes], bytes]) -> Iterator[int]:
    """A server that reads one request at a time and says what it is told to."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            while request := connection.recv(65536):
                connection.sendall(answer(request))

    def accept() -> None:
        try:
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()
        except OSError:
            return

    threading.Thread(target=accept, daemon=True).start()
    yield listening.getsockname()[1]
    listening.close()


def request(port: int) -> load.Request:
    return load.post("/token", b"a=b", [("X-Y", "z")], "127.0.0.1", port)


def test_a_request_has_its_headers_and_its_length() -> None:
    octets = request(80).octets

    assert octets.startswith(b"POST /token HTTP/1.1\r\nHost: 127.0.0.1:80\r\n")
    assert octets.endswith(b"X-Y: z\r\nContent-Length: 3\r\n\r\na=b")


def test_every_answer_is_counted_with_its_latency() -> None:
    with answering(lambda _: OK) as port:
        seen = load.run(request(port), seconds=1, connections=3)

    assert seen.answers >= 3
    assert 0 < seen.percentile(0.5) <= seen.percentile(0.99) <= seen.seconds
    assert load.body_of(seen.samples[0]) == b"{}"


def test_chunked_answers_are_whole_at_their_last_chunk() -> None:
    with answering(lambda _: CHUNKED) as port:
        answer = load.once(request(port))

    assert load.body_of(answer) == b"{}"


def test_a_refusal_is_never_counted_as_a_token() -> None:
    with (
        answering(lambda _: OK.replace(b"200 OK", b"401 No")) as port,
        pytest.raises(load.Broken, match="401"),
    ):
        load.run(request(port), seconds=30, connections=1)
