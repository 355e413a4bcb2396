"""A small real issuer for the guard's tests: keys, tokens, a JWK Set, and what may go wrong."""

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from watchword.guard import Guard
from watchword.guard.claims import Claims
from watchword.guard.fetch import Fetched, FetchFailed, NotFound
from watchword.jose import jws, key

ISSUER = "https://auth.example.com"
API = "https://api.example.com"
NOW = 1_800_000_000


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, now: float = NOW) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class SmallIssuer:
    """Mints tokens and publishes keys; `fetch` is what a guard is given, and counts its calls."""

    def __init__(self, url: str = ISSUER, alg: str = "ES256") -> None:
        self.url = url
        self.alg = alg
        self.kid = "k1"
        self.material = {"k1": key.generate_key(alg)}
        self.published = ["k1"]
        self.headers = {"cache-control": "max-age=300"}
        self.fetches: list[str] = []
        self.down = False
        self.slow: threading.Event | None = None

    def rotate(self, kid: str, *, publish: bool = True) -> None:
        """Signs with a new key from now on."""
        self.material[kid] = key.generate_key(self.alg)
        self.kid = kid
        if publish:
            self.published.append(kid)

    def header(self, **changes: Any) -> dict[str, Any]:
        return without_none({"alg": self.alg, "typ": "at+jwt", "kid": self.kid, **changes})

    def claims(self, **changes: Any) -> dict[str, Any]:
        claims = {
            "iss": self.url,
            "sub": "ACME01",
            "client_id": "ACME01",
            "aud": API,
            "iat": NOW - 10,
            "exp": NOW + 3600,
            "jti": "0123456789",
            "scope": "payments:read providers:read",
            **changes,
        }
        return without_none(claims)

    def token(self, header: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token with the usual claims; None takes one away."""
        stated = self.header(**(header or {}))
        return self.sign(json.dumps(self.claims(**changes)).encode(), stated)

    def sign(self, payload: bytes, header: dict[str, Any] | None = None) -> str:
        stated = self.header() if header is None else header
        return jws.Signer(self.alg, self.material[self.kid], stated).sign(payload)

    def jwks(self) -> bytes:
        keys = [key.public_jwk(self.alg, self.material[kid], kid) for kid in self.published]
        return json.dumps({"keys": keys}).encode()

    def fetch(self, url: str, timeout: float) -> Fetched:
        if not url.endswith("/jwks.json"):
            raise NotFound("there is nothing here")
        self.fetches.append(url)
        if self.slow is not None:
            self.slow.wait(timeout)
        if self.down:
            raise FetchFailed("connection refused")
        return Fetched(body=self.jwks(), headers=self.headers)


def without_none(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def guarded(
    issuer: SmallIssuer, clock: Callable[[], float] | None = None, **options: Any
) -> Guard[Claims]:
    """A guard of the API over `issuer`."""
    options.setdefault("audience", API)
    return Guard(issuer.url, fetch=issuer.fetch, clock=clock or Clock(), **options)


def bearer(token: str) -> str:
    return f"Bearer {token}"


Answer = tuple[int, dict[str, str], bytes]


@contextmanager
def web_server(
    answer: Callable[[str], Answer], etags: list[str | None] | None = None
) -> Iterator[str]:
    """A real HTTP server on loopback; `answer` gets the path. Yields its base URL.

    etags: gets those of the requests.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if etags is not None:
                etags.append(self.headers["if-none-match"])
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in {"content-length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    class Server(http.server.ThreadingHTTPServer):
        request_queue_size = 1024

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
