"""Many callers, few requests: through renewals, and when the token endpoint is in trouble."""

import asyncio
import contextlib
import datetime
import socket
import ssl
import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import pytest
import trustme

from tests.caller.token_server import (
    Reply,
    Request,
    error_reply,
    no_patience,
    numbered,
    serving,
    token_reply,
)
from tests.support.patience import PATIENCE, until, wait_until
from watchword.caller import TokenSource, errors


class Minting:
    """Hands out tokens with a short life, and can tell of each when it ended."""

    def __init__(self, life: float) -> None:
        self.life, self.ends = life, dict[str, float]()

    def __call__(self, request: Request) -> Reply:
        token = f"token-{len(self.ends)}"
        self.ends[token] = time.monotonic() + self.life
        return token_reply(token, self.life)

    def lived(self, token: str, at: float) -> bool:
        return at < self.ends[token]


def test_50_threads_and_1000_tasks_through_20_renewals_send_one_request_each() -> None:
    minting, dead, calls = Minting(life=0.8), list[str](), [0]
    over = threading.Event()

    def use(token: str, asked_at: float) -> None:
        calls[0] += 1
        if not minting.lived(token, asked_at):
            dead.append(token)

    def thread(source: TokenSource) -> None:
        while not over.is_set():
            asked_at = time.monotonic()
            use(source.token(), asked_at)
            time.sleep(0.01)

    async def task(source: TokenSource) -> None:
        while not over.is_set():
            asked_at = time.monotonic()
            use(await source.token_async(), asked_at)
            await asyncio.sleep(0.2)

    async def tasks(source: TokenSource) -> None:
        await asyncio.gather(*(task(source) for _ in range(1000)))

    with serving(minting) as server:
        renewals: list[Any] = []
        source = TokenSource(
            token_endpoint=server.url, client_id="me", client_secret="s", observe=renewals.append
        )
        with ThreadPoolExecutor(51) as pool:
            running = [pool.submit(thread, source) for _ in range(50)]
            running.append(pool.submit(asyncio.run, tasks(source)))
            wait_until(lambda: len(server.requests) >= 21)
            over.set()
            for future in running:
                future.result(PATIENCE)
            # One may have been under way when all stopped asking.
            wait_until(lambda: len(renewals) == len(server.requests))

    assert dead == []
    assert calls[0] > 1000
    # A token is renewed when four fifths of its life are over, and not before.
    gaps = [later.at - one.at for one, later in pairwise(server.requests)]
    assert statistics.median(gaps) > 0.75 * minting.life


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (Reply(500), errors.ServerFailed),
        (error_reply(429, "slow_down", **{"Retry-After": "30"}), errors.TooManyRequests),
        (Reply(200, b"rubbish"), errors.UnreadableAnswer),
        (Reply(302, headers={"Location": "https://elsewhere.example"}), errors.Redirected),
        (error_reply(401, "invalid_client"), errors.InvalidClient),
    ],
    ids=["500", "429", "rubbish", "redirect", "invalid_client"],
)
def test_a_thousand_callers_of_a_broken_server_cause_no_storm(
    reply: Reply, expected: type[errors.CallerError]
) -> None:
    async def ask(source: TokenSource) -> errors.CallerError:
        try:
            await source.token_async()
        except errors.CallerError as error:
            return error
        raise AssertionError

    async def ask_all(source: TokenSource) -> list[errors.CallerError]:
        return await asyncio.gather(*(ask(source) for _ in range(1000)))

    with serving(lambda _: reply) as server:
        source = TokenSource(
            token_endpoint=server.url,
            client_id="me",
            client_secret="s",
            random=no_patience,
        )
        raised = asyncio.run(ask_all(source))

    assert {type(error) for error in raised} == {expected}
    assert len(server.requests) == 1


def token_in_the_end(source: TokenSource) -> str:
    tokens: list[str] = []

    def asked() -> bool:
        with contextlib.suppress(errors.CallerError):
            tokens.append(source.token())
        return bool(tokens)

    wait_until(asked)
    return tokens[0]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(503),
        error_reply(429, "slow_down", **{"Retry-After": "1"}),
        Reply(200, b"rubbish"),
        Reply(302),
        error_reply(401, "invalid_client"),
        token_reply("t")._replace(delay=4),
    ],
    ids=["500", "503", "429", "rubbish", "redirect", "invalid_client", "slow"],
)
def test_recovery_comes_by_itself(reply: Reply) -> None:
    with serving(lambda _: reply) as server:
        source = TokenSource(
            token_endpoint=server.url,
            client_id="me",
            client_secret="s",
            timeout=0.3,
            request_timeout=2,
        )
        with pytest.raises(errors.CallerError):
            source.token()
        server.answer = numbered()

        assert token_in_the_end(source).startswith("token-")


class Clock:
    """Goes on as time does, and jumps where a test is not willing to wait."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead

    def jump(self) -> None:
        self.ahead += 2000


def test_recovery_from_a_stopped_server() -> None:
    clock = Clock()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    source = TokenSource(
        token_endpoint=f"http://127.0.0.1:{port}/t",
        client_id="me",
        client_secret="s",
        clock=clock,
        random=no_patience,
    )
    with pytest.raises(errors.Unreachable):
        source.token()
    with serving(numbered(), port=port):
        clock.jump()

        assert source.token() == "token-1"


def test_recovery_from_an_expired_certificate() -> None:
    clock, authority, client = Clock(), trustme.CA(), ssl.create_default_context()
    authority.configure_trust(client)
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", not_after=long_ago).configure_cert(context)
    with serving(numbered(), tls=context) as server:
        source = TokenSource(
            token_endpoint=server.url,
            client_id="me",
            client_secret="s",
            tls=client,
            clock=clock,
            random=no_patience,
        )
        with pytest.raises(errors.UntrustedCertificate):
            source.token()
        authority.issue_cert("localhost").configure_cert(context)
        clock.jump()

        assert source.token() == "token-1"


def test_an_outage_shorter_than_the_tokens_life_is_not_noticed() -> None:
    """On a clock that the test moves: renewed from 116 on, awaited from 118 on, dead at 120."""
    now, seen = [100.0], list[Any]()
    with serving(numbered(expires_in=20)) as server:
        source = TokenSource(
            token_endpoint=server.url,
            client_id="me",
            client_secret="s",
            clock=lambda: now[0],
            random=lambda: 0.3,
            observe=seen.append,
        )
        tokens = [source.token()]
        healthy, server.answer = server.answer, lambda _: Reply(500)
        for attempt, now[0] in enumerate((116.5, 117.5, 118.5), 2):
            tokens.append(source.token())
            wait_until(lambda attempt=attempt: len(seen) == attempt)
        server.answer = healthy
        now[0] = 119.9
        tokens.append(source.token())

    assert tokens == [*["token-1"] * 4, "token-2"]
    kinds = [type(event).__name__ for event in seen]
    assert kinds == ["Renewed", *["RenewalFailed"] * 3, "Renewed"]


def test_tokens_that_live_20_seconds_are_renewed_at_16_and_awaited_at_18() -> None:
    """The same source on a clock that a test moves."""
    now, seen = [100.0], list[Any]()
    with serving(numbered(expires_in=20)) as server:
        source = TokenSource(
            token_endpoint=server.url,
            client_id="me",
            client_secret="s",
            clock=lambda: now[0],
            random=lambda: 0.0,
            observe=seen.append,
        )
        tokens = [source.token()]
        now[0] = 115.9
        tokens.append(source.token())
        now[0] = 116
        tokens.append(source.token())
        wait_until(lambda: len(seen) == 2)
        now[0] = 134.5
        tokens.append(source.token())

    assert tokens == ["token-1", "token-1", "token-1", "token-3"]


def test_a_cancelled_task_cancels_the_token_of_nobody_else() -> None:
    cancelled = threading.Event()

    def answer(request: Request) -> Reply:
        cancelled.wait(PATIENCE)
        return token_reply("token-1")

    async def run(source: TokenSource) -> str:
        first = asyncio.create_task(source.token_async())
        await until(lambda: server.requests)
        second = asyncio.create_task(source.token_async())
        await asyncio.sleep(0.05)
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        cancelled.set()
        return await second

    with serving(answer) as server:
        source = TokenSource(token_endpoint=server.url, client_id="me", client_secret="s")

        assert asyncio.run(run(source)) == "token-1"
    assert len(server.requests) == 1


def test_the_event_loop_goes_on_while_a_token_is_fetched() -> None:
    """The token endpoint answers only once the loop has gone round a few times."""
    went_on = threading.Event()

    def answer(request: Request) -> Reply:
        went_on.wait(PATIENCE)
        return token_reply("token-1")

    async def run(source: TokenSource) -> str:
        task = asyncio.create_task(source.token_async())
        await until(lambda: server.requests)
        for _ in range(10):
            await asyncio.sleep(0.001)
        went_on.set()
        return await task

    with serving(answer) as server:
        source = TokenSource(
            token_endpoint=server.url, client_id="me", client_secret="s", random=no_patience
        )

        assert asyncio.run(run(source)) == "token-1"


def test_a_hook_that_raises_costs_nobody_the_token(caplog: pytest.LogCaptureFixture) -> None:
    def broken(event: Any) -> None:
        raise RuntimeError("broken hook")

    with serving(numbered()) as server:
        source = TokenSource(
            token_endpoint=server.url, client_id="me", client_secret="s", observe=broken
        )

        assert source.token() == "token-1"
    assert "observer raised" in caplog.text


def test_a_transport_that_breaks_in_an_unknown_way_leaves_nobody_waiting() -> None:
    def broken(url: str, outgoing: Any) -> Any:
        raise KeyError("surprise")

    source = TokenSource(
        token_endpoint="https://api.example/t",
        client_id="me",
        client_secret="s",
        transport=broken,
        random=no_patience,
    )
    with pytest.raises(errors.TokenUnavailable, match="KeyError"):
        source.token()
