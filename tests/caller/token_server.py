"""A token endpoint whose behaviour a test scripts, on a real socket."""

import contextlib
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import parse_qsl


def no_patience() -> float:
    """Dice for sources that shall raise at once: each back-off is longer than anybody waits."""
    return 1000.0


class Request(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


class Reply(NamedTuple):
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = MappingProxyType({})
    delay: float = 0


class TokenServer:
    """`answer` makes the reply to a request; `requests` are all that came, in order."""

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self.url = ""


def token_reply(token: str, expires_in: float | None = 3600, **more: object) -> Reply:
    """An RFC 6749 answer."""
    body: dict[str, object] = {"access_token": token, "token_type": "Bearer", **more}
    if expires_in is not None:
        body["expires_in"] = expires_in
    return Reply(200, json.dumps(body).encode(), {"Content-Type": "application/json"})


def error_reply(status: int, error: str, description: str = "", **headers: str) -> Reply:
    """An RFC 6749 refusal."""
    body = json.dumps({"error": error, "error_description": description}).encode()
    return Reply(status, body, {"Content-Type": "application/json", **headers})


def numbered(expires_in: float = 3600, delay: float = 0) -> Callable[[Request], Reply]:
    """Answers with token-1, token-2, ... in turn."""
    numbers = iter(range(1, 1_000_000))
    return lambda _request: token_reply(f"token-{next(numbers)}", expires_in)._replace(delay=delay)


@contextlib.contextmanager
def serving(
    answer: Callable[[Request], Reply], *, tls: ssl.SSLContext | None = None, port: int = 0
) -> Iterator[TokenServer]:
    """Run a token server on loopback until the block ends."""
    server = TokenServer(answer)
    listener = _Listener(("127.0.0.1", port), _handler(server))
    if tls is not None:
        listener.socket = tls.wrap_socket(listener.socket, server_side=True)
    scheme = "http" if tls is None else "https"
    server.url = f"{scheme}://localhost:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown()
        listener.server_close()
        thread.join()


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    # Many callers at once must not have to knock again, which takes seconds.
    request_queue_size = 1024
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what some tests are about."""


def _handler(server: TokenServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, body, time.monotonic())
            server.requests.append(request)
            reply = server.answer(request)
            time.sleep(reply.delay)
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
