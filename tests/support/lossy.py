"""A proxy that passes requests on and loses answers: what a bad network does to a client."""

import contextlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


class Lossy:
    """url: where to reach it. The next `lose` answers to a path that ends in `ending` are lost."""

    def __init__(self, upstream: str) -> None:
        self.upstream = urlsplit(upstream).netloc
        self.url = ""
        self.lose = 0
        self.ending = ""
        self.passed_on: list[str] = []


@contextlib.contextmanager
def lossy_proxy(upstream: str) -> Iterator[Lossy]:
    """A proxy before the server at `upstream`, until the block ends."""
    lossy = Lossy(upstream)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            connection = http.client.HTTPConnection(lossy.upstream, timeout=60)
            connection.request(self.command, self.path, self.rfile.read(length), self._kept())
            answer = connection.getresponse()
            body = answer.read()
            lossy.passed_on.append(self.path)
            if lossy.lose and self.path.endswith(lossy.ending):
                lossy.lose -= 1
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def _kept(self) -> dict[str, str]:
            left_out = ("host", "connection")
            return {n: v for n, v in self.headers.items() if n.lower() not in left_out}

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    lossy.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield lossy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
