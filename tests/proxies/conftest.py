"""What stands around the proxies: an issuer, a guard without a database, an API."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.guard.issuing import SmallIssuer
from tests.proxies.echo_api import EchoApi, running_echo_api
from tests.proxies.issuer_server import (
    ELSEWHERE,
    IssuerServer,
    running_issuer_server,
    served_over_tls,
)
from tests.proxies.programs import EXAMPLES, Places
from tests.support.demo_server import WATCHWORD
from tests.support.process import await_answer, end, free_port, get
from watchword.jose import jws

UNREACHABLE = "http://127.0.0.1:9"


class Tokens(NamedTuple):
    """read, write: of a client with one scope. elsewhere: good, but for another API.
    other: of another issuer of the same server. expired: a minute ago. confused: signed by HS256,
    with the public key, which everybody has, for a shared one.

    unknown: of an issuer that the guard trusts and cannot reach.
    """

    read: str
    write: str
    elsewhere: str
    other: str
    expired: str
    confused: str
    unknown: str


class Scene(NamedTuple):
    """All that a proxy needs around it."""

    places: Places
    api: EchoApi
    tokens: Tokens
    server: IssuerServer


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("scene")
    with (
        running_echo_api() as api,
        running_issuer_server(tmp_path_factory.mktemp("issuer")) as server,
        running_guard(folder, server.url("vendor")) as guard,
        served_over_tls(f"{server.url('vendor')}/.well-known/jwks.json", folder) as (jwks, ca),
    ):
        pem = folder / "watchword.pem"
        pem.write_text(server.pem("vendor"))
        places = Places(api.address, guard, server.url("vendor"), pem, jwks, ca)
        yield Scene(places, api, tokens(server), server)


def tokens(server: IssuerServer) -> Tokens:
    away = SmallIssuer(UNREACHABLE)
    soon = int(time.time()) + 3600
    header, payload, _, _ = jws.split(server.token("vendor", "reader"))
    claims = json.loads(payload)

    def like(**changes: object) -> dict[str, object]:
        return {**claims, **changes}

    return Tokens(
        read=server.token("vendor", "reader"),
        write=server.token("vendor", "writer"),
        elsewhere=server.token("vendor", "reader", ELSEWHERE),
        other=server.token("other", "reader"),
        expired=server.signed("vendor", like(exp=soon - 3660)),
        confused=jws.Signer(
            "HS256", server.pem("vendor").encode(), {**header, "alg": "HS256"}
        ).sign(json.dumps(like(exp=soon)).encode()),
        unknown=away.token(iat=None, exp=soon, aud=server.url("vendor")),
    )


@contextmanager
def running_guard(folder: Path, issuer: str) -> Iterator[str]:
    """`watchword guard serve` with the shipped rules; its address."""
    address = f"127.0.0.1:{free_port()}"
    rules = ("--rules", str(EXAMPLES / "rules.toml"))
    trusted = ("--issuer", issuer, "--issuer", UNREACHABLE, "--audience", issuer)
    log = folder / "guard.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [WATCHWORD, "guard", "serve", *trusted, *rules, "--listen", address],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
        )
    try:
        await_answer(lambda: get(f"http://{address}/healthz"), process, log)
        yield address
    finally:
        end(process)
