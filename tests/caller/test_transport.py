"""Networks and servers that misbehave, on real sockets."""

import contextlib
import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import trustme

from tests.caller.token_server import Reply, numbered, serving, token_reply
from tests.support.patience import PATIENCE
from watchword.caller import TokenSource, errors
from watchword.caller.exchange import Outgoing
from watchword.caller.transport import UrllibTransport

POST = Outgoing(method="POST", headers=(), body=b"a=b")


@contextlib.contextmanager
def raw_server(behave: Callable[[socket.socket], None]) -> Iterator[str]:
    """A listener that does as it likes with each connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def accept() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                threading.Thread(target=one, args=(connection,), daemon=True).start()

    def one(connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            connection.recv(65536)
            behave(connection)

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/token"
    finally:
        over.set()
        with contextlib.suppress(OSError):
            socket.create_connection(listener.getsockname()).close()
        listener.close()
        thread.join()


def ask(url: str, timeout: float = PATIENCE, tls: ssl.SSLContext | None = None) -> Any:
    return UrllibTransport(timeout=timeout, tls=tls)(url, POST)


def drip(text: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        for position in range(len(text)):
            connection.sendall(text[position : position + 1])
            time.sleep(0.05)

    return behave


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10000\r\n"
# At a twentieth of a second each it would take longer than any test runs.
ENDLESS = b"a" * 9000


@pytest.mark.parametrize(
    "behave",
    [
        lambda connection: time.sleep(2 * PATIENCE),
        drip(HEAD + b"A: " + ENDLESS),
        drip(HEAD[:50] + b"\r\n\r\n" + ENDLESS),
    ],
    ids=["silent", "dripping head", "dripping body"],
)
def test_a_server_that_takes_too_long_is_given_up(
    behave: Callable[[socket.socket], None],
) -> None:
    with raw_server(behave) as url:
        started = time.monotonic()
        with pytest.raises(errors.TimedOut):
            ask(url, timeout=0.5)

        assert time.monotonic() - started < PATIENCE / 2


@pytest.mark.parametrize(
    ("behave", "expected"),
    [
        (lambda connection: None, errors.Unreachable),
        (lambda connection: connection.sendall(b"SSH-2.0-x\r\n"), errors.UnreadableAnswer),
        (lambda connection: connection.sendall(b"\xff" * 70_000), errors.TokenUnavailable),
        (
            lambda connection: connection.sendall(HEAD + b"A: " + b"a" * 70_000),
            errors.UnreadableAnswer,
        ),
    ],
    ids=["hangs up", "ssh", "noise", "long header"],
)
def test_a_server_that_misbehaves_is_an_error_of_ours(
    behave: Callable[[socket.socket], None], expected: type[Exception]
) -> None:
    with raw_server(behave) as url, pytest.raises(expected):
        ask(url)


def test_an_answer_that_is_too_long_is_called_that() -> None:
    body = b"a" * (256 * 1024 + 1)
    longer = pytest.raises(errors.UnreadableAnswer, match="is longer than 256 KiB")
    with serving(lambda _request: Reply(200, body)) as server, longer:
        ask(server.url)


def test_nobody_at_the_address_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(errors.Unreachable, match="refused"):
        ask(f"http://127.0.0.1:{port}/token")


def test_a_name_that_nobody_has_is_unreachable() -> None:
    with pytest.raises(errors.TokenUnavailable):
        ask("https://nobody.invalid/token", timeout=0.5)


def a_server_context(authority: trustme.CA, *, ended: bool = False) -> ssl.SSLContext:
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    certificate = authority.issue_cert("localhost", not_after=long_ago if ended else None)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def a_client_context(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_a_server_of_a_trusted_authority_is_believed() -> None:
    authority = trustme.CA()
    with serving(numbered(), tls=a_server_context(authority)) as server:
        answer = ask(server.url, tls=a_client_context(authority))

    assert answer.status == 200


def test_an_expired_certificate_is_its_own_error() -> None:
    authority = trustme.CA()
    with (
        serving(numbered(), tls=a_server_context(authority, ended=True)) as server,
        pytest.raises(errors.UntrustedCertificate, match="expired"),
    ):
        ask(server.url, tls=a_client_context(authority))

    assert server.requests == []


def test_a_certificate_of_an_unknown_authority_is_not_believed() -> None:
    with (
        serving(numbered(), tls=a_server_context(trustme.CA())) as server,
        pytest.raises(errors.UntrustedCertificate),
    ):
        ask(server.url)


def test_redirects_are_answers_and_are_not_followed() -> None:
    with serving(numbered()) as target:
        moved = Reply(307, headers={"Location": target.url})
        with serving(lambda _: moved) as server:
            answer = ask(server.url)

    assert answer.status == 307
    assert target.requests == []


def test_a_name_below_localhost_is_this_machine_whatever_the_resolver_knows() -> None:
    with serving(numbered()) as server:
        ask(server.url.replace("localhost", "kamoa.localhost"))

    assert server.requests[0].headers["host"].startswith("kamoa.localhost:")


def test_a_loopback_name_that_leads_elsewhere_gets_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A resolver that lies about *.localhost: the connection itself is looked at."""

    class Elsewhere(socket.socket):
        def getpeername(self) -> Any:
            return ("192.0.2.7", 80)

    def connect(address: Any, *_: Any, **__: Any) -> socket.socket:
        connection = Elsewhere(socket.AF_INET, socket.SOCK_STREAM)
        connection.connect(address)
        return connection

    with serving(numbered()) as server:
        monkeypatch.setattr(socket, "create_connection", connect)
        with pytest.raises(errors.InsecureEndpoint):
            ask(server.url)

    assert server.requests == []


def test_no_exception_shows_the_credentials_that_stand_in_a_query() -> None:
    """Some vendors take credentials in the query; urllib's own errors name the URL."""
    query = Outgoing(method="GET", headers=(), body=b"", query="secret=hush-hush-hush")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(errors.Unreachable) as caught:
        UrllibTransport(timeout=1)(f"http://127.0.0.1:{port}/token", query)

    assert "hush" not in repr(caught.value)
    assert caught.value.__context__ is None
    assert "hush" not in repr(query)


def test_a_slow_first_answer_ends_the_callers_patience_and_is_still_used_when_it_comes() -> None:
    with serving(lambda _: token_reply("t")._replace(delay=0.6)) as server:
        came = threading.Event()
        source = TokenSource(
            token_endpoint=server.url,
            client_id="me",
            client_secret="s",
            timeout=0.2,
            observe=lambda event: came.set(),
        )
        with pytest.raises(errors.TimedOut, match="still under way"):
            source.token()
        assert came.wait(PATIENCE)

        assert source.token() == "t"
        assert len(server.requests) == 1
