"""RFC 9111: a document of the issuer, kept at hand and fresh.

The rules, in the order in which they matter:

1. One fetch at a time, however many threads and tasks want it. It runs in a thread of its own.
2. It is used while it is fresh and refreshed before that ends, in the background.
3. Once its time is over the next fetch is waited for; while fetches fail, the old one is kept.
4. After a failure the next attempt waits, twice as long each time, up to half a minute.

`current` decides and never blocks: it gives the document, or a `Pending` to wait for before asking
again, or None if neither can be had.
"""

import os
import random
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from math import ceil, inf
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import Struct

from watchword.guard.fetch import FetchFailed
from watchword.guard.pending import Pending
from watchword.jose.errors import JoseError

T = TypeVar("T")


class Timing(Struct, frozen=True, kw_only=True):
    """All in seconds.

    patience: how long a request waits for a fetch, and a fetch may take.
    default_age, least_age, most_age: how long a document is fresh that does not say, and the bounds
    of what it may say. refresh: at which part of that time it is refreshed.
    keep: how long it is used beyond that while fetches fail.
    cool_down: between two fetches for the sake of something that it does not have.
    first_retry, last_retry: after a failed fetch, doubling from one to the other.
    """

    patience: float = 5.0
    default_age: float = 300.0
    least_age: float = 30.0
    most_age: float = 86400.0
    refresh: float = 0.8
    keep: float = 86400.0
    cool_down: float = 30.0
    first_retry: float = 1.0
    last_retry: float = 30.0


class Withdrawn(FetchFailed):
    """The issuer has said that the old document is no longer to be used."""


class Loaded(NamedTuple, Generic[T]):
    """A document, and for how many seconds it says that it is fresh (None: it does not)."""

    value: T
    fresh_for: float | None


class Kept(Generic[T]):
    """One document.

    load: (the old one or None, seconds) → the new one, within so many seconds; gives back the old
    one where nothing has changed. Raises `FetchFailed` or `JoseError`. clock: epoch seconds.
    lost: told why, once, when fetching begins to fail.
    """

    def __init__(
        self,
        load: Callable[[T | None, float], Loaded[T]],
        clock: Callable[[], float],
        timing: Timing,
        jitter: Callable[[float, float], float] = random.uniform,
        lost: Callable[[str], None] = lambda reason: None,
    ) -> None:
        self.value: T | None = None
        # Until then `value` may be used without asking `current`.
        self.check_at = -inf
        self.failure: str | None = None
        self.failures = 0
        self._load = load
        self._clock = clock
        self._timing = timing
        self._jitter = jitter
        self._lost = lost
        self._refresh_at = self._expires_at = self._retry_at = self._cool_until = -inf
        self._in_flight: Future[None] | None = None
        self._lock = threading.Lock()
        _ALL.add(self)

    def current(self, now: float, *, waited: bool = False) -> T | Pending | None:
        """The document to use now, or what to wait for before asking again with `waited`."""
        value = self.value
        if value is not None and now < self.check_at:
            return value
        pending = self.fetch_if_due(now)
        value = self.value
        if value is not None and now < self._expires_at + self._timing.keep:
            usable = now < self._expires_at or self.failures > 0 or waited
            return value if usable or pending is None else pending
        return None if waited else pending

    def fetch_if_due(self, now: float) -> Pending | None:
        """Begins the fetch that is due, if one is; what to wait for."""
        if now < self._refresh_at and self.value is not None:
            return None
        with self._lock:
            if self._in_flight is None and now < self._retry_at:
                return None
            return self._start(now)

    def look_again(self, now: float) -> Pending | None:
        """A fetch for the sake of something that may be new; None while that is not worth one."""
        with self._lock:
            if self.failures > 0 or (self._in_flight is None and now < self._cool_until):
                return None
            self._cool_until = now + self._timing.cool_down
            return self._start(now)

    @property
    def uncertain(self) -> bool:
        """Whether the issuer may have something new that could not be asked for."""
        return self.failures > 0 or self._in_flight is not None

    def retry_after(self, now: float) -> int:
        """In how many seconds another attempt is made, at least one."""
        return min(max(1, ceil(self._retry_at - now)), 3600) if self._retry_at > now else 1

    def forget_threads(self) -> None:
        """For a child process: its parent's threads and locks are not here."""
        self._lock = threading.Lock()
        self._in_flight = None

    def _start(self, now: float) -> Pending | None:
        """Joins the fetch in flight or starts one. The lock is held."""
        if self._in_flight is None:
            done: Future[None] = Future()
            # Running from the start, so that no waiter can cancel it for the others.
            done.set_running_or_notify_cancel()
            fetching = threading.Thread(
                target=self._run, args=(done,), name="watchword-guard", daemon=True
            )
            try:
                fetching.start()
            except RuntimeError:
                # No more threads are to be had: as if the issuer were away.
                self._count_failure("no thread for a fetch")
                return None
            self._in_flight = done
            # What is remembered stays good meanwhile, as long as the document is fresh.
            self.check_at = min(now + self._timing.patience, self._expires_at)
        return Pending(done=self._in_flight, timeout=self._timing.patience)

    def _run(self, done: "Future[None]") -> None:
        try:
            self._install(self._load(self.value, self._timing.patience))
        except Withdrawn as fault:
            self.value = None
            self._failed(str(fault))
        except (FetchFailed, JoseError) as fault:
            self._failed(str(fault))
        except Exception as fault:  # noqa: BLE001 - a `fetch` of the user's may raise anything
            self._failed(f"{type(fault).__name__} while fetching")
        finally:
            with self._lock:
                self._in_flight = None
            done.set_result(None)

    def _install(self, loaded: Loaded[T]) -> None:
        timing, now = self._timing, self._clock()
        age = timing.default_age if loaded.fresh_for is None else loaded.fresh_for
        age = min(max(age, timing.least_age), timing.most_age)
        with self._lock:
            self.value = loaded.value
            self._expires_at = now + age
            # Jitter, so that many guards do not come at once.
            self._refresh_at = now + age * timing.refresh * self._jitter(0.9, 1.0)
            self.check_at = self._refresh_at
            self.failures, self.failure, self._retry_at = 0, None, -inf

    def _failed(self, reason: str) -> None:
        with self._lock:
            self._count_failure(reason)

    def _count_failure(self, reason: str) -> None:
        timing, now = self._timing, self._clock()
        self.failures += 1
        if self.failures == 1:
            self._lost(reason)
        self.failure = reason
        delay = min(timing.first_retry * 2 ** min(self.failures - 1, 16), timing.last_retry)
        self._retry_at = now + delay
        # The kept document is good until the next attempt, and never beyond its time.
        self.check_at = min(self._retry_at, self._expires_at + timing.keep)


_ALL: "weakref.WeakSet[Kept[Any]]" = weakref.WeakSet()


def _after_fork() -> None:
    for kept in list(_ALL):
        kept.forget_threads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
