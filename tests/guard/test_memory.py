"""Verified tokens are remembered: bounded, until they expire or their key leaves."""

from typing import Any

import pytest

from tests.guard.issuing import ISSUER, NOW, Clock, SmallIssuer, bearer, guarded
from watchword.guard import errors
from watchword.guard.memory import Remembered, TokenMemory

REMEMBERED: Any = Remembered(None, None, None, None, None)  # type: ignore[arg-type]


def test_a_token_seen_before_is_not_verified_again() -> None:
    issuer = SmallIssuer()
    guard: Any = guarded(issuer)
    token = bearer(issuer.token())
    first = guard.verify(token)
    key = guard._issuers[ISSUER].published.keys.keys[0]
    key.verifier.verify = None

    assert guard.verify(token) is first


def test_a_remembered_token_expires_to_the_second() -> None:
    issuer, clock = SmallIssuer(), Clock()
    guard = guarded(issuer, clock)
    token = bearer(issuer.token(exp=NOW + 10))
    guard.verify(token)
    clock.now = NOW + 9.99
    guard.verify(token)
    clock.now = NOW + 10

    with pytest.raises(errors.ExpiredToken):
        guard.verify(token)


def test_it_holds_digests_and_never_a_token() -> None:
    issuer = SmallIssuer()
    guard: Any = guarded(issuer)
    guard.verify(bearer(issuer.token()))

    assert [len(digest) for digest in guard._memory._young] == [32]


def test_it_never_grows_beyond_its_size() -> None:
    memory = TokenMemory(100)
    for n in range(1000):
        memory.put(n.to_bytes(32, "big"), REMEMBERED)

    assert len(memory) <= 100


def test_what_is_used_stays_and_what_is_not_goes() -> None:
    memory = TokenMemory(100)
    for n in range(1000):
        memory.put(n.to_bytes(32, "big"), REMEMBERED)
        memory.get((0).to_bytes(32, "big"))

    assert memory.get((0).to_bytes(32, "big")) is REMEMBERED
    assert memory.get((1).to_bytes(32, "big")) is None


def test_refused_tokens_are_not_remembered() -> None:
    issuer = SmallIssuer()
    guard: Any = guarded(issuer)
    for n in range(10):
        with pytest.raises(errors.WrongAudience):
            guard.verify(bearer(issuer.token(aud=str(n))))

    assert len(guard._memory) == 0
