"""Keys at hand: one fetch at a time, refreshed ahead, kept while the issuer is away."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from operator import gt
from typing import Any

import pytest

from tests.guard.issuing import (
    API,
    ISSUER,
    NOW,
    Clock,
    SmallIssuer,
    bearer,
    guarded,
)
from tests.support.patience import PATIENCE, eventually, wait_until
from watchword.guard import Guard, errors
from watchword.guard.fetch import Fetched
from watchword.guard.kept import Timing
from watchword.guard.pending import Pending
from watchword.jose import key

PATIENT = Timing(patience=PATIENCE)
HASTY = Timing(patience=0.05)


@pytest.fixture
def issuer() -> SmallIssuer:
    return SmallIssuer()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_keys_are_fetched_once_and_then_at_hand(issuer: SmallIssuer, clock: Clock) -> None:
    guard = guarded(issuer, clock)
    for n in range(20):
        guard.verify(bearer(issuer.token(jti=str(n))))

    assert issuer.fetches == [f"{ISSUER}/.well-known/jwks.json"]


def test_fifty_threads_at_a_cold_start_share_one_fetch(issuer: SmallIssuer, clock: Clock) -> None:
    issuer.slow = threading.Event()
    guard = guarded(issuer, clock, timing=PATIENT)
    tokens = [bearer(issuer.token(jti=str(n))) for n in range(50)]
    with ThreadPoolExecutor(50) as threads:
        waiting = [threads.submit(guard.verify, token) for token in tokens]
        wait_until(lambda: issuer.fetches)
        issuer.slow.set()
        subjects = {verdict.result().subject for verdict in waiting}

    assert subjects == {"ACME01"}
    assert len(issuer.fetches) == 1


def test_a_thousand_tasks_share_one_fetch_and_the_loop_goes_on(
    issuer: SmallIssuer, clock: Clock
) -> None:
    issuer.slow = threading.Event()
    guard = guarded(issuer, clock, timing=PATIENT)
    token = bearer(issuer.token())

    async def main() -> tuple[int, int]:
        waiting = [asyncio.create_task(guard.verify_async(token)) for _ in range(1000)]
        beats = 0
        while beats < 20:
            await asyncio.sleep(0.001)
            beats += 1
        assert issuer.slow is not None
        issuer.slow.set()
        return beats, len(await asyncio.gather(*waiting))

    assert asyncio.run(main()) == (20, 1000)
    assert len(issuer.fetches) == 1


def test_a_task_that_gives_up_leaves_the_fetch_to_the_others(
    issuer: SmallIssuer, clock: Clock
) -> None:
    issuer.slow = threading.Event()
    guard = guarded(issuer, clock, timing=PATIENT)
    token = bearer(issuer.token())

    async def main() -> str:
        one, other = (asyncio.create_task(guard.verify_async(token)) for _ in range(2))
        await asyncio.sleep(0.01)
        one.cancel()
        await asyncio.sleep(0.01)
        assert issuer.slow is not None
        issuer.slow.set()
        return (await other).subject

    assert asyncio.run(main()) == "ACME01"
    assert len(issuer.fetches) == 1


def test_keys_are_refreshed_ahead_of_their_end_while_requests_go_on(
    issuer: SmallIssuer, clock: Clock
) -> None:
    guard = guarded(issuer, clock)
    guard.verify(bearer(issuer.token()))
    issuer.slow = threading.Event()
    clock.now += 299
    # The refresh hangs, and nobody waits for it.
    for n in range(5):
        guard.verify(bearer(issuer.token(jti=str(n))))

    assert eventually(lambda: len(issuer.fetches) == 2)
    issuer.slow.set()


def test_a_rotation_is_followed_without_a_refused_token(issuer: SmallIssuer, clock: Clock) -> None:
    guard = guarded(issuer, clock)
    old = bearer(issuer.token())
    guard.verify(old)
    issuer.rotate("k2")
    new = bearer(issuer.token())

    assert guard.verify(new).subject == guard.verify(old).subject == "ACME01"
    assert len(issuer.fetches) == 2


def test_a_key_that_has_left_the_set_takes_its_tokens_along(
    issuer: SmallIssuer, clock: Clock
) -> None:
    guard = guarded(issuer, clock)
    old = bearer(issuer.token())
    guard.verify(old)
    issuer.rotate("k2")
    issuer.published.remove("k1")
    guard.verify(bearer(issuer.token()))

    with pytest.raises(errors.UnknownKey):
        guard.verify(old)


def test_a_set_whose_time_is_over_is_not_used_unasked(issuer: SmallIssuer, clock: Clock) -> None:
    """After an idle night the first token must not be taken under a key that was withdrawn."""
    guard = guarded(issuer, clock)
    old = bearer(issuer.token(exp=NOW + 10**6))
    guard.verify(old)
    issuer.rotate("k2")
    issuer.published.remove("k1")
    clock.now += 40_000

    with pytest.raises(errors.UnknownKey):
        guard.verify(old)


def test_unknown_kids_cost_one_fetch_in_a_cool_down(issuer: SmallIssuer, clock: Clock) -> None:
    guard = guarded(issuer, clock)
    guard.verify(bearer(issuer.token()))
    for n in range(200):
        with pytest.raises(errors.UnknownKey):
            guard.verify(bearer(issuer.token({"kid": f"unknown-{n}"})))

    assert len(issuer.fetches) == 2
    clock.now += 31
    with pytest.raises(errors.UnknownKey):
        guard.verify(bearer(issuer.token({"kid": "unknown"})))
    assert len(issuer.fetches) == 3


def test_a_new_key_without_a_kid_is_found_by_looking_again(
    issuer: SmallIssuer, clock: Clock
) -> None:
    guard = guarded(issuer, clock)
    guard.verify(bearer(issuer.token({"kid": None})))
    issuer.rotate("k2")

    assert guard.verify(bearer(issuer.token({"kid": None}))).subject == "ACME01"
    assert len(issuer.fetches) == 2


def test_without_a_kid_at_most_four_keys_are_tried(issuer: SmallIssuer, clock: Clock) -> None:
    for n in range(2, 7):
        issuer.rotate(f"k{n}")
    guard = guarded(issuer, clock)

    issuer.kid = "k4"
    assert guard.verify(bearer(issuer.token({"kid": None}))).subject == "ACME01"
    issuer.kid = "k5"
    with pytest.raises(errors.BadSignature):
        guard.verify(bearer(issuer.token({"kid": None})))


def test_keys_are_kept_while_the_issuer_is_away(issuer: SmallIssuer, clock: Clock) -> None:
    guard = guarded(issuer, clock)
    guard.verify(bearer(issuer.token()))
    issuer.down = True
    clock.now += 3000

    assert guard.verify(bearer(issuer.token(exp=NOW + 10**6))).subject == "ACME01"
    clock.now += 80_000
    assert guard.verify(bearer(issuer.token(exp=NOW + 10**6, jti="2"))).subject == "ACME01"


def test_keys_are_not_kept_for_ever(issuer: SmallIssuer, clock: Clock) -> None:
    guard = guarded(issuer, clock)
    token = bearer(issuer.token(exp=NOW + 10**6))
    guard.verify(token)
    issuer.down = True
    clock.now += 86_400 + 301

    with pytest.raises(errors.KeysUnavailable):
        guard.verify(token)


def test_without_keys_it_is_503_with_retry_after_and_never_401(
    issuer: SmallIssuer, clock: Clock
) -> None:
    issuer.down = True
    guard = guarded(issuer, clock)
    for _ in range(3):
        with pytest.raises(errors.KeysUnavailable) as refused:
            guard.verify(bearer(issuer.token()))

    assert (refused.value.status, refused.value.challenge) == (503, None)
    assert ("retry-after", "1") in refused.value.headers
    # Asked again and again, the issuer was asked once.
    assert len(issuer.fetches) == 1


def test_an_issuer_that_is_away_is_warned_of_once(
    issuer: SmallIssuer, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    guard = guarded(issuer, clock)
    issuer.down = True
    for _ in range(3):
        with pytest.raises(errors.KeysUnavailable):
            guard.verify(bearer(issuer.token()))
        clock.now += 100

    warned = [line for line in caplog.messages if line.startswith("no fresh keys of")]
    assert len(warned) == 1
    assert f"{ISSUER}, no token can be verified: " in warned[0]


def test_an_expired_token_is_401_even_without_keys(issuer: SmallIssuer, clock: Clock) -> None:
    issuer.down = True

    with pytest.raises(errors.ExpiredToken):
        guarded(issuer, clock).verify(bearer(issuer.token(exp=NOW - 1)))


def test_attempts_come_ever_more_slowly_and_recovery_comes_by_itself(
    issuer: SmallIssuer, clock: Clock
) -> None:
    issuer.down = True
    guard = guarded(issuer, clock)
    for _ in range(120):
        with pytest.raises(errors.KeysUnavailable):
            guard.verify(bearer(issuer.token()))
        clock.now += 1

    # 1 + 2 + 4 + 8 + 16 + 30 + 30 + 30 seconds between them.
    assert len(issuer.fetches) == 8
    issuer.down = False
    clock.now += 31
    assert guard.verify(bearer(issuer.token())).subject == "ACME01"


def test_a_slow_issuer_is_waited_for_only_so_long(issuer: SmallIssuer, clock: Clock) -> None:
    issuer.slow = threading.Event()
    stuck = threading.Event()

    def fetch(url: str, timeout: float) -> Fetched:
        stuck.wait()
        return issuer.fetch(url, timeout)

    guard = Guard(ISSUER, API, fetch=fetch, clock=clock, timing=HASTY)
    with pytest.raises(errors.KeysUnavailable):
        guard.verify(bearer(issuer.token()))
    with pytest.raises(errors.KeysUnavailable):
        asyncio.run(guard.verify_async(bearer(issuer.token())))

    issuer.slow.set()
    stuck.set()
    assert eventually(guard.warm)
    assert guard.verify(bearer(issuer.token())).subject == "ACME01"


def test_without_a_thread_to_be_had_it_is_503(
    issuer: SmallIssuer, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    guard = guarded(issuer, clock)
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", exhausted)
        with pytest.raises(errors.KeysUnavailable):
            guard.verify(bearer(issuer.token()))
    clock.now += 2

    assert guard.verify(bearer(issuer.token())).subject == "ACME01"


def test_an_unknown_kid_while_the_issuer_is_away_is_503(issuer: SmallIssuer, clock: Clock) -> None:
    """It may be a new key: 401 would tell an honest client that its token is bad."""
    guard = guarded(issuer, clock)
    guard.verify(bearer(issuer.token()))
    issuer.down = True
    issuer.rotate("k2")

    for _ in range(2):
        with pytest.raises(errors.KeysUnavailable):
            guard.verify(bearer(issuer.token()))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"keys":{}}', b'{"keys":[{"kty":"oct"}]}']
)
def test_rubbish_instead_of_keys_is_503(body: bytes, clock: Clock, issuer: SmallIssuer) -> None:
    def fetch(url: str, timeout: float) -> Fetched:
        return Fetched(body=body, headers={})

    with pytest.raises(errors.KeysUnavailable):
        Guard(ISSUER, API, fetch=fetch, clock=clock).verify(bearer(issuer.token()))


def test_whatever_a_fetch_of_the_users_raises_is_503(clock: Clock, issuer: SmallIssuer) -> None:
    def fetch(url: str, timeout: float) -> Fetched:
        raise RuntimeError("a fault in somebody's code")

    with pytest.raises(errors.KeysUnavailable):
        Guard(ISSUER, API, fetch=fetch, clock=clock).verify(bearer(issuer.token()))


def test_rubbish_later_leaves_the_keys_as_they_were(issuer: SmallIssuer, clock: Clock) -> None:
    guard = guarded(issuer, clock)
    guard.verify(bearer(issuer.token()))
    issuer.jwks = lambda: b"<html>"  # type: ignore[method-assign]
    clock.now += 400

    assert guard.verify(bearer(issuer.token(jti="2"))).subject == "ACME01"


@pytest.mark.parametrize(
    ("control", "fresh_for"),
    [
        ("max-age=60", 60),
        ("public, max-age=600", 600),
        ("no-store", 30),
        ("", 300),
        ("max-age=1", 30),
    ],
)
def test_the_answer_says_how_long_it_is_fresh(
    control: str, fresh_for: int, issuer: SmallIssuer, clock: Clock
) -> None:
    issuer.headers = {"cache-control": control}
    guard = guarded(issuer, clock)
    guard.verify(bearer(issuer.token()))

    clock.now += fresh_for * 0.7
    guard.verify(bearer(issuer.token(jti="2")))
    assert len(issuer.fetches) == 1
    clock.now += fresh_for * 0.3
    guard.verify(bearer(issuer.token(jti="3")))
    assert eventually(lambda: len(issuer.fetches) == 2)


def test_warming_brings_the_keys_before_the_first_request(
    issuer: SmallIssuer, clock: Clock
) -> None:
    guard = guarded(issuer, clock)

    assert guard.warm() is True
    assert asyncio.run(guard.warm_async()) is True
    assert len(issuer.fetches) == 1


def test_warming_does_not_stop_an_api_whose_issuer_is_down(
    issuer: SmallIssuer, clock: Clock
) -> None:
    issuer.down = True

    assert guarded(issuer, clock).warm() is False


def test_a_forked_worker_does_not_wait_for_its_parents_threads(
    issuer: SmallIssuer, clock: Clock
) -> None:
    issuer.slow = threading.Event()
    guard: Any = guarded(issuer, clock)
    source = guard._issuers[ISSUER].published
    source.warm(clock())
    assert source.kept._in_flight is not None

    source.kept.forget_threads()

    issuer.slow.set()
    assert guard.verify(bearer(issuer.token())).subject == "ACME01"


def test_keys_that_are_no_use_are_passed_over(issuer: SmallIssuer, clock: Clock) -> None:
    usable = issuer.jwks()[len(b'{"keys": [') : -2]
    others = (
        b'{"kty":"oct","k":"AAAA"},{"kty":"EC","crv":"P-521"},7,{"kty":"RSA","n":"AQ","e":"Aw"}'
    )

    def fetch(url: str, timeout: float) -> Fetched:
        return Fetched(body=b'{"keys":[' + others + b"," + usable + b"]}", headers={})

    guard = Guard(ISSUER, API, fetch=fetch, clock=clock)
    assert guard.verify(bearer(issuer.token())).subject == "ACME01"


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES384", "Ed25519"])
def test_a_key_without_alg_verifies_what_its_type_can(alg: str, clock: Clock) -> None:
    issuer = SmallIssuer(alg=alg)

    def fetch(url: str, timeout: float) -> Fetched:
        body = issuer.jwks().replace(f', "alg": "{alg}"'.encode(), b"")
        assert b'"alg"' not in body
        return Fetched(body=body, headers={})

    guard = Guard(ISSUER, API, fetch=fetch, clock=clock)
    assert guard.verify(bearer(issuer.token())).subject == "ACME01"


def test_a_key_without_kid_in_the_set_serves_tokens_that_have_one(
    issuer: SmallIssuer, clock: Clock
) -> None:
    def fetch(url: str, timeout: float) -> Fetched:
        return Fetched(body=issuer.jwks().replace(b', "kid": "k1"', b""), headers={})

    guard = Guard(ISSUER, API, fetch=fetch, clock=clock)
    assert guard.verify(bearer(issuer.token())).subject == "ACME01"


def test_rotations_under_load_refuse_no_valid_token_and_block_no_request(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Six threads verify while keys come and go; a fetch takes far longer than a request may.

    The clock goes on in steps, and waits for all threads and for a fetch whose time is over.
    """
    issuer, clock = SmallIssuer(), Clock()
    issuer.headers = {"cache-control": "max-age=3"}
    comes_at = [clock.now]

    def fetch(url: str, timeout: float) -> Fetched:
        comes_at[0] = clock.now + fetch_takes
        wait_until(lambda: clock.now >= comes_at[0])
        return issuer.fetch(url, timeout)

    fetch_takes = 0.0
    timing = Timing(least_age=3, refresh=0.5)
    guard: Any = Guard(ISSUER, API, fetch=fetch, clock=clock, timing=timing)
    assert guard.warm()
    fetch_takes = 0.3
    kept = guard._issuers[ISSUER].published.kept
    waited: list[Pending] = []
    monkeypatch.setattr(Pending, "wait", waited.append)
    stop, verified = threading.Event(), [0] * 6

    def load(worker: int) -> None:
        while not stop.is_set():
            now = int(clock.now)
            token = issuer.token(jti=f"{worker}-{verified[worker]}", iat=now, exp=now + 60)
            guard.verify(bearer(token))
            verified[worker] += 1

    def pass_time(seconds: float) -> None:
        for _ in range(round(seconds / 0.1)):
            clock.now += 0.1
            before = list(verified)
            wait_until(lambda before=before: all(map(gt, verified, before)) or workers_ended())
            wait_until(lambda: kept._in_flight is None or clock.now < comes_at[0])

    def workers_ended() -> bool:
        return any(worker.done() for worker in workers)

    with ThreadPoolExecutor(6) as threads:
        workers = [threads.submit(load, worker) for worker in range(6)]
        for new, old in [("k2", "k1"), ("k3", "k2")]:
            # Published before it signs, for longer than a set is fresh; the old one goes later.
            issuer.material[new] = key.generate_key("ES256")
            issuer.published.append(new)
            pass_time(3.2)
            issuer.kid = new
            pass_time(0.3)
            issuer.published.remove(old)
        stop.set()
        for worker in workers:
            worker.result()

    assert guard.counts == {"accepted": sum(verified)}
    assert waited == []
    assert len(issuer.fetches) >= 3
