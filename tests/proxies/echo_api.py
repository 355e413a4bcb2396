"""An API behind a proxy: it answers with what reached it."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class EchoApi:
    """address: where it listens. asked: method and path of each request that reached it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[tuple[str, str]] = []


@contextmanager
def running_echo_api() -> Iterator[EchoApi]:
    """Run it on a free port of loopback for the length of the block."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            received = self.rfile.read(length).decode()
            api.asked.append((self.command, self.path))
            # As WSGI has them: names that differ only in - and _ are one.
            headers = {name.lower().replace("_", "-"): "" for name in self.headers}
            for name, value in self.headers.items():
                headers[name.lower().replace("_", "-")] += value
            body = json.dumps({"path": self.path, "headers": headers, "body": received}).encode()
            # A 500 of the API's own is its own, whatever the proxy makes of the guard's answers.
            self.send_response(500 if self.path.endswith("/broken") else 200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    api = EchoApi(f"127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
