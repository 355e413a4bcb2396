"""Watchword under test: a server in a folder of its own, with the issuers and clients asked for."""

import base64
import contextlib
import os
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import JWKRegistry, OctKey

from bench import load, process
from bench.rounds import Candidate, NotAToken
from watchword.admin import view
from watchword.admin.client import NewClient, create_client
from watchword.admin.estate import Estate
from watchword.admin.issuer import NewIssuer, create_issuer
from watchword.admin.key import export_shared
from watchword.admin.set_up import Place, prepare
from watchword.core.event import Context
from watchword.core.issuer import Issuer

CLIENT_ID = "bench-client"
SCOPES = ("payments:read", "payments:write")
FORM = ("Content-Type", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Registered:
    """An issuer under test, and the secret of its client."""

    url: str
    alg: str
    token_path: str
    secret: str
    key: Any


@dataclass(frozen=True)
class Wanted:
    """An issuer to be made: its name, algorithm and dialect (a shipped name, or a file's text)."""

    name: str
    alg: str
    dialect: str = "rfc6749"
    dialect_text: str | None = None
    ledger: bool = False


@contextlib.contextmanager
def serving(wanted: Sequence[Wanted]) -> Iterator[tuple[process.Server, dict[str, Registered]]]:
    """A server with those issuers, each with one client; one worker, everything as it ships."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        registered = prepare_folder(Path(folder), wanted, port)
        with start(Path(folder), port) as server:
            yield server, registered


def prepare_folder(folder: Path, wanted: Sequence[Wanted], port: int) -> dict[str, Registered]:
    """Make a data folder with those issuers, for a server that will listen on `port`."""
    estate = open_folder(folder)
    registered = {each.name: _register(estate, each, port) for each in wanted}
    estate.store.close()
    return registered


def open_folder(folder: Path) -> Estate:
    """The data folder, made where it is missing."""
    place = Place(data=folder, database=f"sqlite:///{folder}/watchword.db", environ={})
    return prepare(place, os.urandom).estate


def start(folder: Path, port: int) -> process.Server:
    """Start `watchword serve` on what is in `folder`."""
    listen = ["--listen", f"127.0.0.1:{port}", "--admin-listen", "off"]
    command = process.python("-m", "watchword.cli", "serve", "--data", str(folder), *listen)
    return process.start("Watchword", command)


def candidate(
    server: process.Server, issuer: Registered, name: str, request: load.Request
) -> Candidate:
    """A way of getting a token from that issuer."""
    return Candidate(
        name=name,
        server=server,
        request=request,
        alg=issuer.alg,
        check=verifier(issuer.key, ["payments:read"], issuer.alg, issuer.url),
    )


@contextlib.contextmanager
def es256_candidate(body: bytes) -> Iterator[Candidate]:
    """Ours as the peers are: plain RFC 6749, client_secret_basic, ES256."""
    with serving([Wanted("es256", "ES256")]) as (server, registered):
        issuer = registered["es256"]
        headers = [("Authorization", basic(CLIENT_ID, issuer.secret)), FORM]
        request = load.post(issuer.token_path, body, headers, "127.0.0.1", server.port)
        yield candidate(server, issuer, "Watchword", request)


def basic(client_id: str, secret: str) -> str:
    """The value of an Authorization header (RFC 7617)."""
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def verifier(
    key: Any, scopes: list[str], alg: str = "ES256", issuer: str | None = None
) -> Callable[[str], None]:
    """A check by joserfc: signature, expiry, issuer, and that the scopes are those asked for."""

    def check(token: str) -> None:
        claims = jwt.decode(token, key, algorithms=[alg]).claims
        if claims["exp"] <= time.time() or (issuer is not None and claims["iss"] != issuer):
            raise NotAToken("the token has expired, or is of another issuer")
        if sorted(claims["scope"].split()) != scopes:
            raise NotAToken("the token has other scopes than were asked for")

    return check


def free_port() -> int:
    """A port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def context() -> Context:
    """Who makes the issuers."""
    return Context(actor="bench", source="cli", now=int(time.time()))


def _register(estate: Estate, wanted: Wanted, port: int) -> Registered:
    url = f"http://127.0.0.1:{port}/{wanted.name}"
    new = NewIssuer(
        name=wanted.name,
        url=url,
        alg=wanted.alg,
        dialect=wanted.dialect,
        dialect_text=wanted.dialect_text,
        scopes=SCOPES,
        ledger=wanted.ledger,
    )
    issuer = create_issuer(estate, context(), new)
    made = create_client(
        estate, context(), issuer.id, NewClient(client_id=CLIENT_ID, scopes=SCOPES[:1])
    )
    assert made.secret is not None
    path = view.token_endpoint(issuer).removeprefix(f"http://127.0.0.1:{port}")
    return Registered(url, wanted.alg, path, made.secret.value, _key(estate, issuer))


def _key(estate: Estate, issuer: Issuer) -> Any:
    """What verifies the issuer's tokens, for the independent verifier."""
    with estate.store.reading() as reading:
        signing = reading.keys(issuer.id)[0]
    if signing.public_jwk:
        return JWKRegistry.import_key(dict(signing.public_jwk))
    return OctKey.import_key(export_shared(estate, context(), issuer.id, signing.kid))
