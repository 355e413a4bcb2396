"""Where the time of a token goes: each step by itself, in this process, in bare signatures.

The steps are those of `watchword.oauth.token`, on a real data folder. What the steps do not add up
to in `HTTP, nothing inside` and `whole` is the event loop, the sockets (absent here) and what
caches cost when everything runs in turn: the parts part of `token` has that in it, this has not.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench import ours, yardstick
from bench.ours import CLIENT_ID, FORM, Wanted
from watchword.app.issuers import Issuers
from watchword.app.routing import Router
from watchword.core.access_token import LedgerEntry
from watchword.core.usage import TokenOutcome
from watchword.dialect import Refusal, Sources, WireRequest
from watchword.oauth import token
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.client_auth import authenticate
from watchword.oauth.decision import decide
from watchword.oauth.mint import mint
from watchword.oauth.parts import Parts
from watchword.oauth.slow_hash import SlowHashes
from watchword.storage import ClientCache

BODY = b"grant_type=client_credentials&scope=payments%3Aread"
CALLS, SAMPLES = 300, 40


def run(*, alg: str = "ES256") -> dict[str, Any]:
    """Microseconds of each step, and of each in bare signatures; the best of many samples."""
    with tempfile.TemporaryDirectory() as folder:
        issuer = ours.prepare_folder(Path(folder), [Wanted("x", alg)], 8080)["x"]
        estate = ours.open_folder(Path(folder))
        issuers = Issuers(estate, Router({}))
        (server,) = [s for s in issuers.read().values() if s.issuer.name == "x"]
        parts = _parts(ClientCache(estate.store))
        steps = asyncio.run(_steps(server, parts, issuer))
        signature = yardstick.signers()[alg]
        costs = _measured({"bare signature": signature, **steps})
        parts.slow_hashes.close()
        estate.store.close()
    bare = costs["bare signature"]
    return {
        name: {"us": round(cost * 1e6, 1), "signatures": round(cost / bare, 2)}
        for name, cost in costs.items()
    }


async def _steps(
    server: AuthorizationServer, parts: Parts, issuer: ours.Registered
) -> dict[str, Callable[[], object]]:
    await parts.directory.read(server.issuer.id, CLIENT_ID)
    request = _request(issuer)
    sources = Sources(time.time(), os.urandom)
    now = int(sources.now)
    read = server.dialect.read(request)
    client = _finish(authenticate(read, server, parts, now))
    grant = decide(client, read, server.issuer)
    signer = server.signer_at(now)
    url = server.issuer.url
    minted = mint(grant, client, url, signer, now, os.urandom)
    answer = token._answer(minted, grant, client, read)
    return {
        "read the request": lambda: server.dialect.read(request),
        "authenticate": lambda: _finish(authenticate(read, server, parts, now)),
        "decide": lambda: decide(client, read, server.issuer),
        "mint, with the signature": lambda: mint(grant, client, url, signer, now, os.urandom),
        "write the answer": lambda: server.dialect.write_token(answer, request, sources),
        "all of them": lambda: _finish(token.answer(request, server, parts)),
    }


def _measured(steps: dict[str, Callable[[], object]]) -> dict[str, float]:
    """CPU seconds of each step: samples are taken in turn, and the lower quarter's best counts."""
    samples: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(SAMPLES):
        for name, step in steps.items():
            begun = time.thread_time()
            for _ in range(CALLS):
                step()
            samples[name].append((time.thread_time() - begun) / CALLS)
    return {name: median(sorted(taken)[: SAMPLES // 4]) for name, taken in samples.items()}


def _request(issuer: ours.Registered) -> WireRequest:
    authorization = ours.basic(CLIENT_ID, issuer.secret).encode()
    headers = [
        (b"host", b"127.0.0.1:8080"),
        (b"accept", b"*/*"),
        (b"authorization", authorization),
        (FORM[0].lower().encode(), FORM[1].encode()),
        (b"content-length", b"%d" % len(BODY)),
    ]
    return WireRequest("POST", issuer.token_path.encode(), b"", headers, BODY, "bench-1")


def _finish(steps: Awaitable[Any]) -> Any:
    """The result of what never has to wait, because everything is in memory."""
    try:
        steps.__await__().__next__()
    except StopIteration as done:
        return done.value
    raise RuntimeError("a step waited")


def _parts(directory: ClientCache) -> Parts:
    nothing = _Nothing()
    return Parts(
        directory=directory,
        observer=nothing,
        ledger=nothing,
        revocations=nothing,
        slow_hashes=SlowHashes(os.urandom(32), nothing),
        clock=time.time,
        random=os.urandom,
    )


class _Nothing:
    """Stands for what a token does not need here."""

    def answered(
        self, outcome: TokenOutcome, refusal: Refusal | None, request: WireRequest
    ) -> None:
        if refusal is not None:
            raise refusal

    def fault(self, error: Exception, request: WireRequest) -> None:
        raise error

    async def commit(self, entry: LedgerEntry) -> None:
        raise AssertionError("the path that is measured has no ledger, slow hash or revocation")

    def first_success(self, secret: object, value: str) -> None:
        raise AssertionError("the path that is measured has no ledger, slow hash or revocation")

    async def revoke(self, *_: object) -> None:
        raise AssertionError("the path that is measured has no ledger, slow hash or revocation")
