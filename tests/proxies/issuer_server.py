"""A whole Watchword with two issuers, made without a command for each thing."""

import base64
import contextlib
import http.server
import json
import os
import ssl
import threading
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import trustme

from tests.app.running import Running, context
from tests.cli.program import Program
from tests.support.patience import PATIENCE
from tests.support.process import free_port
from watchword.admin.client import NewClient, create_client, disable_client
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.key import open_key
from watchword.admin.set_up import Place, prepare
from watchword.app.settings import ServeSettings
from watchword.core.signing_key import SigningKey
from watchword.jose import jws

ELSEWHERE = "https://other.example"
CLIENTS = {
    "reader": "payments:read",
    "writer": "payments:write",
    "leaver": "payments:read",
}
SCOPES = ("payments:read", "payments:write")


class IssuerServer:
    """Issuers `vendor` and `other`, each with the clients of CLIENTS."""

    def __init__(self, data: Path) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        self.database = f"sqlite:///{data}/watchword.db"
        self.data = data
        self.estate = prepare(
            Place(data=data, database=self.database, environ={}), os.urandom
        ).estate
        self._secrets: dict[tuple[str, str], str] = {}
        for name in ("vendor", "other"):
            audiences = (self.url(name), ELSEWHERE)
            new = NewIssuer(name=name, url=self.url(name), scopes=SCOPES, audiences=audiences)
            create_issuer(self.estate, context(), new)
            for client_id, scope in CLIENTS.items():
                wanted = NewClient(client_id=client_id, scopes=(scope,), audiences=audiences)
                made = create_client(self.estate, context(), name, wanted)
                assert made.secret is not None
                self._secrets[name, client_id] = made.secret.value

    def url(self, name: str) -> str:
        return f"http://{self.address}/{name}"

    def settings(self) -> ServeSettings:
        return ServeSettings(
            data=self.data,
            database_url=self.database,
            listen=self.address,
            admin_listen=None,
            stop_within=2,
        )

    def token(self, name: str, client_id: str, audience: str = "") -> str:
        """A new token, asked for over HTTP."""
        form = {"grant_type": "client_credentials"}
        if audience:
            form["resource"] = audience
        credentials = base64.b64encode(f"{client_id}:{self._secrets[name, client_id]}".encode())
        request = urllib.request.Request(
            f"{self.url(name)}/oauth/token",
            data=urlencode(form).encode(),
            headers={"Authorization": f"Basic {credentials.decode()}"},
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return str(json.loads(answer.read())["access_token"])

    def signed(self, name: str, claims: dict[str, object]) -> str:
        """A token that the issuer's own key signs, whatever it says."""
        key = self._key(name)
        header = {"alg": key.alg, "typ": "at+jwt", "kid": key.kid}
        signer = jws.Signer(key.alg, open_key(self.estate, key), header)
        return signer.sign(json.dumps(claims).encode())

    def disable(self, name: str, client_id: str) -> None:
        """Disable a client; the running server hears of it by itself."""
        with self.estate.store.reading() as reading:
            client = reading.client_named(self._key(name).issuer_id, client_id)
        assert client is not None
        disable_client(self.estate, context(), client.id)

    def pem(self, name: str) -> str:
        """The public key, as the command exports it."""
        options = ("--issuer", name, "--format", "pem", "--data", str(self.data))
        return Program(self.data).ok("key", "export", *options).out

    def _key(self, name: str) -> SigningKey:
        with self.estate.store.reading() as reading:
            issuer = reading.issuer_named(name)
            assert issuer is not None
            return reading.keys(issuer.id)[0]


@contextlib.contextmanager
def running_issuer_server(data: Path) -> Iterator[IssuerServer]:
    """Run it for the length of the block."""
    server = IssuerServer(data)
    process = Running(server.settings(), data / "server.log")
    try:
        yield server
    finally:
        process.stop()
        if process.process.stdout:
            process.process.stdout.close()


@contextlib.contextmanager
def served_over_tls(url: str, folder: Path) -> Iterator[tuple[str, Path]]:
    """The document of `url` over TLS: where it is, and the PEM file of who signed for it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        document = answer.read()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(document)))
            self.end_headers()
            self.wfile.write(document)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/jwks.json", folder / "ca.pem"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
