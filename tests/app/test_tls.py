"""TLS of our own: certificates shown, renewed and taken."""

import json
import signal
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.app.running import HOST, World, raw_client, running, token_request
from tests.app.serving import RawClient, serving
from tests.support.patience import PATIENCE, wait_until
from watchword.app.asgi import Receive, Scope, Send, send_answer
from watchword.app.protocol import CERTIFICATE
from watchword.app.settings import InvalidSettings
from watchword.app.tls import ServerTls

CA = trustme.CA()


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def pem(tmp_path: Path) -> dict[str, Path]:
    return write_pem(tmp_path)


def write_pem(folder: Path) -> dict[str, Path]:
    issued = CA.issue_cert(HOST)
    cert, key, ca = folder / "cert.pem", folder / "key.pem", folder / "ca.pem"
    cert.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    CA.cert_pem.write_to_path(str(ca))
    return {"tls_cert": cert, "tls_key": key, "ca": ca}


def trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    CA.configure_trust(context)
    return context


def tls_client(port: int, context: ssl.SSLContext | None = None) -> ssl.SSLSocket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    return (context or trusting()).wrap_socket(plain, server_hostname=HOST)


def test_tokens_are_given_over_tls(world: World, pem: dict[str, Path]) -> None:
    with (
        running(world, tls_cert=pem["tls_cert"], tls_key=pem["tls_key"]) as server,
        tls_client(server.public.port) as sock,
    ):
        client = RawClient(sock)
        client.send(token_request(world.secret))
        status, _, body = client.answer()

        assert status == 200
        assert json.loads(body)["access_token"]
        assert sock.version() in ("TLSv1.2", "TLSv1.3")


def test_plain_http_on_a_tls_listener_gets_no_answer(world: World, pem: dict[str, Path]) -> None:
    with (
        running(world, tls_cert=pem["tls_cert"], tls_key=pem["tls_key"]) as server,
        raw_client(server.public) as client,
    ):
        client.send(token_request(world.secret))

        assert client.is_closed()


def test_a_renewed_certificate_is_taken_at_sighup(
    world: World, pem: dict[str, Path], tmp_path: Path
) -> None:
    with running(world, workers=2, tls_cert=pem["tls_cert"], tls_key=pem["tls_key"]) as server:
        with tls_client(server.public.port) as sock:
            first = sock.getpeercert(binary_form=True)
        write_pem(tmp_path)
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(server.lines("tls.reloaded")) == 2)

        with tls_client(server.public.port) as sock:
            assert sock.getpeercert(binary_form=True) != first


def test_a_certificate_that_cannot_be_used_leaves_the_old_one(
    world: World, pem: dict[str, Path]
) -> None:
    with running(world, tls_cert=pem["tls_cert"], tls_key=pem["tls_key"]) as server:
        pem["tls_key"].write_text("rubbish")
        server.process.send_signal(signal.SIGHUP)
        wait_until(lambda: len(server.lines("tls.not_reloaded")) == 1)

        with tls_client(server.public.port) as sock:
            assert sock.version()


def test_a_key_that_does_not_fit_is_refused_by_its_name(world: World, pem: dict[str, Path]) -> None:
    pem["tls_key"].write_text("rubbish")
    settings = world.settings(tls_cert=pem["tls_cert"], tls_key=pem["tls_key"])
    with pytest.raises(InvalidSettings, match="cannot be used"):
        ServerTls(settings)


@pytest.fixture
def seen(world: World, pem: dict[str, Path]) -> Iterator[tuple[list[Scope], int]]:
    scopes: list[Scope] = []

    async def look(scope: Scope, receive: Receive, send: Send) -> None:
        scopes.append(scope)
        await send_answer(send, 200, [], b"")

    settings = world.settings(
        tls_cert=pem["tls_cert"], tls_key=pem["tls_key"], tls_client_ca=pem["ca"]
    )
    with serving(look, tls=ServerTls(settings).context) as served:
        yield scopes, served.port


def ask_with(port: int, context: ssl.SSLContext) -> int:
    with tls_client(port, context) as sock:
        client = RawClient(sock)
        client.send(b"GET / HTTP/1.1\r\nHost: auth.test\r\n\r\n")
        return client.status()


def test_a_clients_certificate_reaches_the_application(seen: tuple[list[Scope], int]) -> None:
    scopes, port = seen
    context = trusting()
    issued = CA.issue_cert("client.test")
    issued.configure_cert(context)

    assert ask_with(port, context) == 200
    der = scopes[0]["extensions"][CERTIFICATE]["der"]
    assert ssl.DER_cert_to_PEM_cert(der).encode() == issued.cert_chain_pems[0].bytes()


def test_a_client_without_a_certificate_is_served_too(seen: tuple[list[Scope], int]) -> None:
    scopes, port = seen

    assert ask_with(port, trusting()) == 200
    assert "extensions" not in scopes[0]


def test_a_clients_certificate_of_somebody_else_is_refused(seen: tuple[list[Scope], int]) -> None:
    scopes, port = seen
    context = trusting()
    trustme.CA().issue_cert("client.test").configure_cert(context)

    with pytest.raises((ssl.SSLError, ConnectionError, EOFError)):
        ask_with(port, context)
    assert scopes == []


def test_a_client_that_never_shakes_hands_holds_up_nobody(
    world: World, pem: dict[str, Path]
) -> None:
    with running(world, tls_cert=pem["tls_cert"], tls_key=pem["tls_key"]) as server:
        with raw_client(server.public) as silent, tls_client(server.public.port) as sock:
            silent.send(b"\x16\x03\x01")
            client = RawClient(sock)
            client.send(token_request(world.secret))

            assert client.status() == 200
            # Its own time for a handshake is not over yet.
            silent.sock.setblocking(False)
            with pytest.raises(BlockingIOError):
                silent.sock.recv(1)
        assert server.stop() == 0
