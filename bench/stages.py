"""Where the time of a token goes: each step by itself, in this process, in bare signatures.

The steps are those of `watchword.oauth.token`, on a real data folder: each alone in a loop, then
all of them for one request after the other, and for as many in step as the load has connections.
No event loop and no sockets: the part `token` has those in it, this has not.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any

from bench import load, ours, yardstick
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
CALLS, SAMPLES = 320, 40
_DONE = object()
_IN_FLIGHT = range(load.CONNECTIONS)
ONE_BY_ONE = "all of them, one request after the other"
IN_STEP = f"all of them, {len(_IN_FLIGHT)} requests in step"


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
        ONE_BY_ONE: lambda: _finish(token.answer(request, server, parts)),
        IN_STEP: lambda: _in_step([token.answer(request, server, parts) for _ in _IN_FLIGHT]),
    }


def _measured(steps: dict[str, Callable[[], object]]) -> dict[str, float]:
    """CPU seconds of each step: samples are taken in turn, and the lower quarter's best counts."""
    samples: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(SAMPLES):
        for name, step in steps.items():
            begun = time.thread_time()
            for _ in range(CALLS // len(_IN_FLIGHT) if name == IN_STEP else CALLS):
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
    """The result of what waits for nothing but its turn, because everything is in memory."""
    turns = steps.__await__()
    while True:
        try:
            awaited = next(turns)
        except StopIteration as done:
            return done.value
        if awaited is not None:
            raise RuntimeError("a step waited")


def _in_step(requests: Iterable[Awaitable[Any]]) -> None:
    """Bring all of them to their end, each a turn after the other, as an event loop does."""
    waiting = [request.__await__() for request in requests]
    while waiting:
        waiting = [turns for turns in waiting if next(turns, _DONE) is not _DONE]


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
