"""`watchword guard serve` as a process: what it answers, and within which time."""

import contextlib
import http.client
import itertools
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.guard.issuing import Answer, SmallIssuer, web_server
from tests.support.cost import median_wait
from tests.support.patience import PATIENCE, wait_until
from watchword.guard.kept import Timing
from watchword.jose import base64url, jws, key

COMMAND = (sys.executable, "-m", "watchword.cli", "guard", "serve", "--audience", "api")


class GuardServer:
    """address: where it listens, as `--listen` has it."""

    def __init__(self, process: "subprocess.Popen[str]", address: str) -> None:
        self.process = process
        self.address = address

    def ask(self, path: str = "/verify", **headers: str) -> http.client.HTTPResponse:
        """The answer, read."""
        connection = self.connection()
        with contextlib.closing(connection):
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request("GET", path, headers=named)
            answer = connection.getresponse()
            answer.read()
            return answer

    def connection(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("localhost", timeout=PATIENCE)
        if self.address.startswith("unix:"):
            connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.sock.connect(self.address.removeprefix("unix:"))
        else:
            host, _, port = self.address.rpartition(":")
            connection.sock = socket.create_connection((host, int(port)), timeout=PATIENCE)
        return connection


@contextlib.contextmanager
def guarding(folder: Path, *options: str, listen: str = "127.0.0.1:0") -> Iterator[GuardServer]:
    """Run it for the length of the block."""
    process = subprocess.Popen(
        [*COMMAND, *options, "--listen", listen, "--log-level", "info"],
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    )
    assert process.stderr is not None
    try:
        started = json.loads(process.stderr.readline())
        assert started["event"] == "guard.started"
        process.stderr.readline()
        yield GuardServer(process, started["listen"])
    finally:
        process.send_signal(signal.SIGTERM)
        with process.stderr:
            process.stderr.read()
        assert process.wait(PATIENCE) == 0


class WebIssuer:
    """An issuer on loopback. answers: set while it does; until then everybody waits."""

    def __init__(self) -> None:
        self.issuer = SmallIssuer()
        self.answers = threading.Event()
        self.answers.set()

    def answer(self, path: str) -> Answer:
        self.answers.wait(PATIENCE)
        if path.endswith("/jwks.json"):
            return 200, {"content-type": "application/json"}, self.issuer.jwks()
        return 404, {}, b""

    def shown(self, **claims: object) -> str:
        now = int(time.time())
        stated: dict[str, Any] = {"aud": "api", "iat": now, "exp": now + 600, **claims}
        return f"Bearer {self.issuer.token(**stated)}"


@pytest.fixture
def issuer() -> Iterator[WebIssuer]:
    made = WebIssuer()
    with web_server(made.answer) as url:
        made.issuer.url = url
        yield made


def test_it_answers_with_identity_scopes_and_health(issuer: WebIssuer, tmp_path: Path) -> None:
    with guarding(tmp_path, "--issuer", issuer.issuer.url) as server:
        good = server.ask(authorization=issuer.shown())

        assert (good.status, good.headers["x-client-id"]) == (200, "ACME01")
        assert server.ask("/verify?scope=admin", authorization=issuer.shown()).status == 403
        assert server.ask("/verify?scop=admin", authorization=issuer.shown()).status == 400
        assert server.ask().status == 401
        assert server.ask("/verify/any/path?a=b", authorization=issuer.shown()).status == 200
        assert server.ask("/elsewhere", authorization=issuer.shown()).status == 404
        assert [server.ask(path).status for path in ("/healthz", "/readyz")] == [200, 200]


def test_it_listens_at_a_unix_socket_and_takes_it_away_when_it_stops(
    issuer: WebIssuer, tmp_path: Path
) -> None:
    place = tmp_path / "guard.sock"
    with guarding(tmp_path, "--issuer", issuer.issuer.url, listen=f"unix:{place}") as server:
        assert server.ask(authorization=issuer.shown()).status == 200
    assert not place.exists()


def test_kamoas_bare_hs256_tokens_are_verified_with_the_exported_key(tmp_path: Path) -> None:
    secret = key.generate_key("HS256")
    exported = {"kty": "oct", "k": base64url.encode(secret), "alg": "HS256", "kid": "k"}
    (tmp_path / "kamoa.key").write_text(json.dumps(exported))
    soon = int(time.time()) + 600
    claims = {"iss": "http://127.0.0.1:9", "aud": "api", "exp": soon, "sub": "a", "client_id": "a"}
    signer = jws.Signer("HS256", secret, {"alg": "HS256", "typ": "JWT"})
    token = signer.sign(json.dumps(claims).encode())
    options = ("--issuer", "http://127.0.0.1:9", "--dialect", "kamoa")
    with guarding(tmp_path, *options, "--shared-key-file", "kamoa.key") as server:
        assert server.ask(authorization=token).status == 200
        assert server.ask(authorization=f"Bearer {token}").status == 401
        assert server.ask("/readyz").status == 200


def test_an_issuer_that_stalls_costs_a_request_the_budget_and_no_more(
    issuer: WebIssuer, tmp_path: Path
) -> None:
    issuer.answers.clear()
    with guarding(tmp_path, "--issuer", issuer.issuer.url, "--budget", "0.2") as server:
        began = time.monotonic()
        answer = server.ask(authorization=issuer.shown())

        assert (answer.status, answer.headers["retry-after"]) == (503, "1")
        # Far less than the fetch itself may take.
        assert time.monotonic() - began < Timing().patience
        assert server.ask("/readyz").status == 503
        assert server.ask("/healthz").status == 200
        issuer.answers.set()
        # By itself: the fetch goes on, and the next request finds the keys.
        wait_until(lambda: server.ask(authorization=issuer.shown()).status == 200)


def test_with_keys_at_hand_an_answer_is_there_within_the_stated_50_ms(
    issuer: WebIssuer, tmp_path: Path
) -> None:
    with guarding(tmp_path, "--issuer", issuer.issuer.url) as server:
        server.ask(authorization=issuer.shown())
        numbers = itertools.count()
        with contextlib.closing(server.connection()) as connection:

            def ask_with_a_new_token() -> None:
                shown = {"Authorization": issuer.shown(jti=f"{next(numbers):030}")}
                connection.request("GET", "/verify", headers=shown)
                answer = connection.getresponse()
                answer.read()
                assert answer.status == 200

            assert median_wait(ask_with_a_new_token, times=40, enough=0.05) <= 0.05
