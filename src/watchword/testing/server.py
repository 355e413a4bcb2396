"""A whole Watchword for integration tests: `watchword serve` in its own folder, on loopback."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from watchword.caller import TokenSource
from watchword.caller.private import Private
from watchword.guard import Guard
from watchword.guard.claims import Claims

_COMMAND = (sys.executable, "-m", "watchword.cli")
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


class ServerDidNotStart(Exception):
    """What the server wrote instead of answering."""


class CommandFailed(Exception):
    """What a command wrote to standard error; secrets are not among it."""


class ServedIssuer(Struct, frozen=True, kw_only=True):
    """An issuer of the running server. name: for the command line. url: its `iss`."""

    name: str
    url: str


class ServedClient(Private, frozen=True, kw_only=True):
    """A client of the running server, and its secret."""

    shown = ("client_id", "token_endpoint")

    client_id: str
    client_secret: str
    token_endpoint: str


class WatchwordServer:
    """A running server. `url` is that of its issuer `default`, which speaks plain RFC 6749."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.issuer = ServedIssuer(name="default", url=self.url)
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers. Raises `ServerDidNotStart`."""
        log = self._folder / "server.log"
        listen = f"127.0.0.1:{self._port}"
        with log.open("w") as output:
            command = [*_COMMAND, "serve", "--listen", listen, "--admin-listen", "off"]
            self._process = subprocess.Popen(  # noqa: S603 - our own command
                [*command, "--data", str(self._folder / "data")],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServerDidNotStart(log.read_text())
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop it gracefully, or at once if it does not want to."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def run(self, *arguments: str) -> dict[str, Any]:
        """Run a command of the command line against it; what it answers as JSON.

        server.run("client", "disable", "ACME01", "--issuer", "default"). Raises `CommandFailed`.
        """
        command = [*_COMMAND, *arguments, "--data", str(self._folder / "data"), "--json"]
        done = subprocess.run(  # noqa: S603 - our own command
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise CommandFailed(done.stderr.strip())
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def create_issuer(
        self, name: str, *, dialect: str = "rfc6749", scopes: Iterable[str] = ()
    ) -> ServedIssuer:
        """Another issuer, at `<url>/<name>`."""
        issuer = ServedIssuer(name=name, url=f"{self.url}/{name}")
        options = [word for scope in scopes for word in ("--scope", scope)]
        self.run("issuer", "create", name, "--url", issuer.url, "--dialect", dialect, *options)
        return issuer

    def create_client(
        self,
        client_id: str,
        *,
        issuer: ServedIssuer | None = None,
        scopes: Iterable[str] = (),
        claims: Mapping[str, object] | None = None,
    ) -> ServedClient:
        """A client with a secret. scopes: of the issuer's. claims: extra ones for its tokens."""
        options = [word for scope in scopes for word in ("--scope", scope)]
        for name, value in (claims or {}).items():
            options += ["--claim", f"{name}:={json.dumps(value)}"]
        name = (issuer or self.issuer).name
        made = self.run("client", "create", client_id, "--issuer", name, *options)
        return ServedClient(
            client_id=made["client_id"],
            client_secret=made["client_secret"],
            token_endpoint=made["token_endpoint"],
        )

    def source(self, client: ServedClient, **options: Any) -> TokenSource:
        """A token source for `client`; `options` are those of `TokenSource`."""
        return TokenSource(
            token_endpoint=client.token_endpoint,
            client_id=client.client_id,
            client_secret=client.client_secret,
            **options,
        )

    def guard(self, issuer: ServedIssuer | None = None, **options: Any) -> Guard[Claims]:
        """A guard that takes the issuer's tokens; `options` are those of `Guard`."""
        return Guard((issuer or self.issuer).url, **options)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
                connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return connection.recv(64).startswith(b"HTTP/1.1 200")
        except OSError:
            return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
