"""Threads, tasks and the clock around `renewal.Renewal`: the one place where callers wait.

A renewal runs in a thread of its own, whoever ordered it: no event loop is blocked, a cancelled
task cancels nothing for others, and nobody waits longer than their patience. The lock is held for
microseconds and never across I/O, so that tasks may take it too.
"""

import os
import threading
import weakref
from collections.abc import Callable
from typing import NamedTuple

from watchword.caller.access_token import AccessToken
from watchword.caller.errors import CallerError, TimedOut, TokenUnavailable
from watchword.caller.event import Observer, RenewalFailed, Renewed, TokenRejected, announce
from watchword.caller.renewal import Await, Pause, Renewal, Serve
from watchword.caller.settlement import Settlement

Obtain = Callable[[Callable[[str], bool]], tuple[AccessToken, str]]
"""Gets a token, blocking; is told which tokens were rejected; returns it and where it came from."""


class _Wait(NamedTuple):
    settlement: Settlement
    seconds: float


class Surroundings(NamedTuple):
    """clock: a steady one. random: a number in [0, 1). observe: the hook."""

    clock: Callable[[], float]
    random: Callable[[], float]
    observe: Observer | None


class Driver:
    """Serves tokens to threads and tasks, with at most one renewal in flight.

    obtain: fetches a token; raises `CallerError`. patience: seconds that one call may wait.
    """

    def __init__(
        self, obtain: Obtain, client_id: str, *, patience: float, surroundings: Surroundings
    ) -> None:
        self._obtain, self._client_id, self._patience = obtain, client_id, patience
        self._clock, self._random, self._observe = surroundings
        self._renewal = Renewal()
        self._lock = threading.Lock()
        self._settlement = Settlement()
        _drivers.add(self)

    def token(self) -> AccessToken:
        """A living token; blocks this thread while one is fetched."""
        if (young := self._renewal.young(self._clock())) is not None:
            return young
        deadline = self._clock() + self._patience
        while True:
            step = self._advance(deadline)
            if isinstance(step, AccessToken):
                return step
            step.settlement.wait(step.seconds)

    async def token_async(self) -> AccessToken:
        """The same for a task."""
        if (young := self._renewal.young(self._clock())) is not None:
            return young
        deadline = self._clock() + self._patience
        while True:
            step = self._advance(deadline)
            if isinstance(step, AccessToken):
                return step
            await step.settlement.wait_async(step.seconds)

    def rejected(self, value: str) -> bool:
        """An API answered 401 to `value`; returns whether asking again is worth it."""
        with self._lock:
            held = self._renewal.token
            again = self._renewal.rejected(value, self._clock())
            dropped = held is not self._renewal.token
        announce(TokenRejected(client_id=self._client_id, dropped=dropped), self._observe)
        return again

    def _advance(self, deadline: float) -> AccessToken | _Wait:
        now = self._clock()
        with self._lock:
            step = self._renewal.ask(now)
            settlement = self._settlement
        match step:
            case Serve(token, renew):
                if renew:
                    self._launch()
                return token
            case Await(renew):
                if renew:
                    self._launch()
                return self._wait(settlement, deadline, now)
            case Pause():
                return self._pause(step, settlement, deadline, now)

    def _wait(self, settlement: Settlement, deadline: float, now: float) -> AccessToken | _Wait:
        if now < deadline:
            return _Wait(settlement, deadline - now)
        with self._lock:
            old = self._renewal.living(now)
        if old is None:
            raise TimedOut(f"no token within {self._patience:g} s: the request is still under way")
        return old

    def _pause(self, pause: Pause, settlement: Settlement, deadline: float, now: float) -> _Wait:
        if pause.is_final or pause.until > deadline:
            raise pause.failure.afresh()
        return _Wait(settlement, pause.until - now)

    def _launch(self) -> None:
        thread = threading.Thread(target=self._renew, name="watchword-renewal", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            # No more threads: the limit is reached, or the interpreter is ending.
            self._renew()

    def _renew(self) -> None:
        started = self._clock()
        try:
            token, origin = self._obtain(self._renewal.was_rejected)
        except CallerError as failure:
            self._failed(failure)
        except Exception as fault:  # noqa: BLE001 - whatever it is, nobody may wait for ever
            self._failed(TokenUnavailable(f"the renewal broke: {type(fault).__name__}"))
        else:
            self._renewed(token, origin, started)

    def _renewed(self, token: AccessToken, origin: str, started: float) -> None:
        now = self._clock()
        with self._lock:
            self._renewal.renewed(token, now, self._random())
        self._settle()
        event = Renewed(
            client_id=self._client_id,
            life=token.expires_at - now,
            seconds=now - started,
            origin=origin,
        )
        announce(event, self._observe)

    def _failed(self, failure: CallerError) -> None:
        now = self._clock()
        with self._lock:
            delay = self._renewal.failed(failure, now, self._random())
            event = RenewalFailed(
                client_id=self._client_id,
                error=type(failure).__name__,
                message=str(failure),
                failures=self._renewal.failures,
                next_in=delay,
                still_served=self._renewal.living(now) is not None,
            )
        self._settle()
        announce(event, self._observe)

    def _settle(self) -> None:
        with self._lock:
            settled, self._settlement = self._settlement, Settlement()
        settled.settle()

    def start_over(self) -> None:
        """Forget the threads of the parent process; the token stays."""
        self._lock = threading.Lock()
        self._settlement = Settlement()
        self._renewal.forget_flight()


_drivers: "weakref.WeakSet[Driver]" = weakref.WeakSet()


def _after_fork() -> None:
    # The child has the parent's locks as they were, and none of its threads.
    for driver in list(_drivers):
        driver.start_over()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
