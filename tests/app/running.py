"""A whole server as a process of its own, on a data folder made like the command line does."""

import base64
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.app.serving import RawClient, raw_client
from tests.support.patience import PATIENCE
from watchword.admin.client import NewClient, create_client
from watchword.admin.estate import Estate
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.set_up import Place, prepare
from watchword.app.address import Address, parse_address
from watchword.app.process import encode_settings
from watchword.app.settings import ServeSettings
from watchword.core.event import Context

_PROGRAM = """
import sys
from watchword.app.process import decode_settings
from watchword.app.serve import run
settings = decode_settings(sys.stdin.buffer.readline())
sys.exit(run(settings, lambda bound: print(bound.public, bound.admin, flush=True)))
"""

HOST = "auth.test"


def context() -> Context:
    return Context(actor="local:test", source="cli", now=int(time.time()))


class World:
    """A prepared data folder with one issuer per dialect asked for, and a client `acme` in each."""

    def __init__(self, data: Path, *dialects: str, alg: str = "ES256", **settings: Any):
        self.data = data
        self.url = f"sqlite:///{data}/watchword.db"
        place = Place(data=data, database=self.url, environ={})
        self.estate: Estate = prepare(place, os.urandom).estate
        self.secrets: dict[str, str] = {}
        for dialect in dialects or ("rfc6749",):
            new = NewIssuer(
                name=dialect, url=f"http://{HOST}/{dialect}", dialect=dialect, alg=alg, **settings
            )
            create_issuer(self.estate, context(), new)
            created = create_client(
                self.estate, context(), dialect, NewClient(client_id="acme", scopes=new.scopes)
            )
            assert created.secret is not None
            self.secrets[dialect] = created.secret.value

    @property
    def secret(self) -> str:
        return next(iter(self.secrets.values()))

    def settings(self, **changes: Any) -> ServeSettings:
        named = {
            "listen": "127.0.0.1:0",
            "admin_listen": "127.0.0.1:0",
            "stop_within": 5,
            **changes,
        }
        return ServeSettings(data=self.data, database_url=self.url, **named)


class Running:
    """A server process. log: what it has written so far."""

    def __init__(self, settings: ServeSettings, log_path: Path):
        self._log_path = log_path
        with log_path.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(encode_settings(settings))
        self.process.stdin.close()
        said = self.process.stdout.readline().decode().split()
        if not said:
            self.process.wait(PATIENCE)
            raise AssertionError(self.log)
        self.public: Address = parse_address(said[0])
        self.admin: Address | None = None if said[1] == "None" else parse_address(said[1])

    @property
    def log(self) -> str:
        return self._log_path.read_text()

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Log lines called `event`."""
        lines = [json.loads(line) for line in self.log.splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]

    def ask(self, request: bytes) -> tuple[int, dict[str, str], bytes]:
        """The answer to `request` on a new connection."""
        with raw_client(self.public) as client:
            client.send(request)
            return client.answer()

    def ask_admin(self, path: str) -> tuple[int, dict[str, str], bytes]:
        assert self.admin
        with raw_client(self.admin) as client:
            client.send(f"GET {path} HTTP/1.1\r\nHost: admin\r\n\r\n".encode())
            return client.answer()

    def worker_pids(self) -> list[int]:
        """The worker processes below the supervisor."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def running(world: World, **settings: Any) -> Iterator[Running]:
    """A server on `world` while the block runs."""
    server = Running(world.settings(**settings), world.data / "server.log")
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.terminate()
            try:
                server.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                server.process.kill()
                server.process.wait()
        if server.process.stdout:
            server.process.stdout.close()


def token_request(
    secret: str,
    *,
    client_id: str = "acme",
    path: str = "/rfc6749/oauth/token",
    host: str = HOST,
    body: bytes = b"grant_type=client_credentials",
    headers: tuple[str, ...] = (),
) -> bytes:
    """A token request with HTTP Basic, as bytes."""
    credentials = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    lines = [
        f"POST {path} HTTP/1.1",
        f"Host: {host}",
        f"Authorization: Basic {credentials}",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def get(path: str, *headers: str, host: str = HOST) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *headers, "", ""]).encode()


def plain(text: str) -> str:
    """`text` without terminal colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


__all__ = ["RawClient", "Running", "World", "get", "raw_client", "running", "token_request"]
