"""Fetching over real HTTP and TLS, from servers that misbehave."""

import socket
import threading
import time

import pytest
import trustme

from tests.guard.issuing import API, Answer, SmallIssuer, bearer, web_server
from watchword.guard import Guard, errors
from watchword.guard.fetch import Fetched, FetchFailed, NotFound, UrllibFetch, max_age

FETCH = UrllibFetch()


def test_a_document_comes_with_its_headers() -> None:
    with web_server(lambda path: (200, {"Cache-Control": "max-age=7"}, path.encode())) as url:
        fetched = FETCH(f"{url}/here", 5)

    assert fetched.body == b"/here"
    assert max_age(fetched.headers) == 7


def test_a_name_below_localhost_is_this_machine_whatever_the_resolver_knows() -> None:
    with web_server(lambda path: (200, {}, path.encode())) as url:
        port = url.rpartition(":")[2]

        assert FETCH(f"http://kamoa.localhost:{port}/here", 5).body == b"/here"


def test_an_unmodified_document_has_no_bytes() -> None:
    asked: list[str | None] = []

    def answer(path: str) -> Answer:
        return 304, {"etag": '"1"'}, b""

    with web_server(answer, asked) as url:
        fetched = FETCH.if_changed(url, 5, '"1"')
        FETCH(url, 5)

    assert (fetched.modified, fetched.body, fetched.headers["etag"]) == (False, b"", '"1"')
    assert asked == ['"1"', None]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_refused(status: int) -> None:
    asked: list[str] = []

    def answer(path: str) -> Answer:
        asked.append(path)
        return status, {"location": "/elsewhere"}, b""

    with web_server(answer) as url, pytest.raises(FetchFailed, match=str(status)):
        FETCH(f"{url}/here", 5)
    assert asked == ["/here"]


@pytest.mark.parametrize("status", [400, 418, 429, 500, 503])
def test_an_error_is_a_failure(status: int) -> None:
    with web_server(lambda path: (status, {}, b"{}")) as url, pytest.raises(FetchFailed) as failed:
        FETCH(url, 5)
    assert type(failed.value) is FetchFailed


@pytest.mark.parametrize("status", [401, 403, 404, 405, 410])
def test_a_missing_document_is_told_apart(status: int) -> None:
    with web_server(lambda path: (status, {}, b"")) as url, pytest.raises(NotFound):
        FETCH(url, 5)


def test_a_document_that_is_too_large_is_refused() -> None:
    with (
        web_server(lambda path: (200, {}, b"x" * 1_100_000)) as url,
        pytest.raises(FetchFailed, match="too large"),
    ):
        FETCH(url, 5)


@pytest.mark.parametrize(
    "url",
    [
        "http://auth.example.com/jwks",
        "http://10.0.0.1/jwks",
        "http://localhost.example.com/jwks",
        "http://127.0.0.1.example.com/jwks",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "data:application/json,{}",
        "https://",
        "http://[::1",
        "",
    ],
)
def test_only_https_or_loopback_is_asked(url: str) -> None:
    with pytest.raises(FetchFailed):
        FETCH(url, 5)


def test_nobody_listening_is_a_failure() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(FetchFailed):
            FETCH(f"http://127.0.0.1:{taken.getsockname()[1]}/", 5)


def served_once(send: list[bytes], pause: float) -> tuple[str, threading.Thread]:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, listener:
            connection.recv(4096)
            for part in send:
                try:
                    connection.sendall(part)
                except OSError:
                    return
                time.sleep(pause)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return f"http://127.0.0.1:{listener.getsockname()[1]}/", thread


def test_a_server_that_trickles_is_held_to_the_deadline() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"
    url, thread = served_once([head, *[b"x"] * 1000], 0.05)
    began = time.monotonic()

    with pytest.raises(FetchFailed, match="slow"):
        FETCH(url, 0.3)
    # The whole answer would have taken 50 s.
    assert time.monotonic() - began < 25
    thread.join()


@pytest.mark.parametrize(
    "answer", [b"", b"rubbish\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nx"]
)
def test_a_broken_answer_is_a_failure_or_no_key_set(answer: bytes) -> None:
    url, thread = served_once([answer], 0)
    issuer = SmallIssuer("http://127.0.0.1")

    with pytest.raises(errors.KeysUnavailable):
        Guard(issuer.url, API, jwks_uri=url).verify(bearer(issuer.token(iat=1, exp=2**40)))
    thread.join()


class TestDiscovery:
    def verified(self, documents: dict[str, bytes], issuer: SmallIssuer, path: str) -> list[str]:
        asked: list[str] = []

        def answer(asked_path: str) -> Answer:
            asked.append(asked_path)
            body = documents.get(asked_path)
            return (404, {}, b"") if body is None else (200, {}, body)

        with web_server(answer) as url:
            issuer.url = url + path
            for name, body in documents.items():
                documents[name] = body.replace(b"URL", url.encode())
            token = issuer.token(iat=1, exp=2**40)
            guard = Guard(issuer.url, API, revocations="off")
            assert guard.verify(bearer(token)).subject == "ACME01"
        return asked

    def test_the_key_set_is_below_the_issuer(self) -> None:
        issuer = SmallIssuer()
        documents = {"/kashimi/.well-known/jwks.json": issuer.jwks()}

        assert self.verified(documents, issuer, "/kashimi") == ["/kashimi/.well-known/jwks.json"]

    @pytest.mark.parametrize(
        ("metadata", "path"),
        [
            ("/.well-known/oauth-authorization-server/tenant", "/tenant"),
            ("/tenant/.well-known/openid-configuration", "/tenant"),
            ("/.well-known/openid-configuration", ""),
        ],
    )
    def test_or_where_the_metadata_says(self, metadata: str, path: str) -> None:
        issuer = SmallIssuer()
        stated = b'{"issuer":"URL%s","jwks_uri":"URL/jwks"}' % path.encode()

        asked = self.verified({metadata: stated, "/jwks": issuer.jwks()}, issuer, path)

        assert asked[-2:] == [metadata, "/jwks"]

    def test_another_issuers_metadata_is_not_believed(self) -> None:
        issuer = SmallIssuer()
        stated = b'{"issuer":"https://evil.example","jwks_uri":"URL/jwks"}'
        documents = {"/.well-known/openid-configuration": stated, "/jwks": issuer.jwks()}

        with pytest.raises(errors.KeysUnavailable, match="another issuer"):
            self.verified(documents, issuer, "")


def test_tls_is_verified() -> None:
    import http.server
    import ssl

    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    url = f"https://localhost:{server.server_port}/"
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    try:
        with pytest.raises(FetchFailed, match="CERTIFICATE_VERIFY_FAILED"):
            FETCH(url, 5)
        # The server answers 501 to everything: the connection itself was trusted.
        with pytest.raises(FetchFailed, match="answered 501"):
            UrllibFetch(trusting)(url, 5)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("max-age=300", 300),
        ("public,max-age=300, must-revalidate", 300),
        ('max-age="300"', 300),
        ("s-maxage=5, max-age=300", 300),
        ("no-cache, max-age=300", 0),
        ("max-age=-5", None),
        ("max-age=" + "9" * 40, 999_999_999),
        ("", None),
    ],
)
def test_max_age_is_read_as_it_is_meant(control: str, expected: int | None) -> None:
    fetched = Fetched(body=b"", headers={"cache-control": control})

    assert max_age(fetched.headers) == expected
