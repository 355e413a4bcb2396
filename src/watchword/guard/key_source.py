"""RFC 7517 and RFC 9111: an issuer's keys, kept at hand.

The rules, in the order in which they matter:

1. One fetch at a time, however many threads and tasks want keys. It runs in a thread of its own.
2. A set is used while it is fresh (max-age) and refreshed before that ends, in the background.
3. A set whose time is over is waited for once; while fetches fail, the old one is kept (`keep`).
4. After a failure the next attempt waits, twice as long each time, up to half a minute.
5. A kid that the set does not have is worth one fetch, then none for a while (`cool_down`).
6. Who cannot have keys gets `KeysUnavailable`: that says nothing against the token.

`find` decides and never blocks: it returns keys, or a `Pending` to wait for before asking again.
"""

import os
import random
import threading
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from math import ceil, inf

from msgspec import Struct

from watchword.guard.errors import KeysUnavailable, UnknownKey
from watchword.guard.fetch import Fetched, FetchFailed, max_age
from watchword.guard.key_set import KeySet, VerifyingKey, parse_key_set
from watchword.guard.pending import Pending
from watchword.jose.algorithm import Algorithm
from watchword.jose.errors import JoseError


class Timing(Struct, frozen=True, kw_only=True):
    """All in seconds.

    patience: how long a request waits for a fetch, and a fetch may take.
    default_age, least_age, most_age: how long a set is fresh that does not say, and the bounds of
    what it may say. refresh: at which part of that time it is refreshed.
    keep: how long a set that is no longer fresh is used while fetches fail.
    cool_down: between two fetches for the sake of unknown kids.
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


class KeySource:
    """The published keys of one issuer.

    name: for the log. fetch: brings the JWK Set within so many seconds, or raises `FetchFailed`.
    clock: epoch seconds.
    """

    def __init__(
        self,
        name: str,
        fetch: Callable[[float], Fetched],
        clock: Callable[[], float],
        timing: Timing | None = None,
        jitter: Callable[[float, float], float] = random.uniform,
    ) -> None:
        self.name = name
        self.keys: KeySet | None = None
        # Until then `keys` may be used without asking `find`.
        self.check_at = -inf
        self.failure: str | None = None
        self._fetch = fetch
        self._clock = clock
        self._timing = timing or Timing()
        self._jitter = jitter
        self._refresh_at = self._expires_at = self._retry_at = self._cool_until = -inf
        self._failures = 0
        self._in_flight: Future[None] | None = None
        self._lock = threading.Lock()
        _SOURCES.add(self)

    def find(
        self, algorithm: Algorithm, kid: str | None, now: float, *, waited: bool = False
    ) -> Sequence[VerifyingKey] | Pending:
        """The keys that may have signed, or what to wait for before asking again with `waited`.

        Raises `KeysUnavailable`, `UnknownKey` or `UnacceptedAlgorithm`.
        """
        keys = self.keys
        if keys is None or now >= self.check_at:
            current = self._current(now, waited)
            if isinstance(current, Pending):
                return current
            keys = current
        return keys.candidates(algorithm, kid) or self._reconsider(now, waited)

    def _current(self, now: float, waited: bool) -> KeySet | Pending:
        """The set to use now, or what to wait for; raises `KeysUnavailable`."""
        pending = self._fetch_if_due(now)
        keys = self.keys
        if keys is not None and now < self._expires_at + self._timing.keep:
            usable = now < self._expires_at or self._failures > 0 or waited
            return keys if usable or pending is None else pending
        if pending is None or waited:
            raise self._unavailable(now)
        return pending

    def look_again(self, now: float) -> Pending | None:
        """A fetch for the sake of a key that may be new; None while that is not worth one."""
        with self._lock:
            if self._failures > 0 or (self._in_flight is None and now < self._cool_until):
                return None
            self._cool_until = now + self._timing.cool_down
            return self._start(now)

    def warm(self, now: float) -> Pending | None:
        """Starts the first fetch; None where the keys are there."""
        pending = self._fetch_if_due(now)
        return pending if self.keys is None else None

    def _reconsider(self, now: float, waited: bool) -> Pending:
        """What to wait for when the set does not have the key; `UnknownKey` if that is certain."""
        if self._failures > 0 or (waited and self._in_flight is not None):
            # Perhaps a new key of an issuer that does not answer: nobody can say.
            raise self._unavailable(now)
        pending = None if waited else self.look_again(now)
        if pending is None:
            raise UnknownKey("the issuer publishes no such key")
        return pending

    def _fetch_if_due(self, now: float) -> Pending | None:
        if now < self._refresh_at and self.keys is not None:
            return None
        with self._lock:
            if self._in_flight is None and now < self._retry_at:
                return None
            return self._start(now)

    def _start(self, now: float) -> Pending:
        """Joins the fetch in flight or starts one. The lock is held."""
        if self._in_flight is None:
            # Running from the start, so that no waiter can cancel it for the others.
            self._in_flight = Future()
            self._in_flight.set_running_or_notify_cancel()
            threading.Thread(
                target=self._run, args=(self._in_flight,), name="watchword-keys", daemon=True
            ).start()
            # What is remembered stays good meanwhile, as long as the set is fresh.
            self.check_at = min(now + self._timing.patience, self._expires_at)
        return Pending(done=self._in_flight, timeout=self._timing.patience)

    def _run(self, done: "Future[None]") -> None:
        try:
            fetched = self._fetch(self._timing.patience)
            self._install(self._usable(parse_key_set(fetched.body)), fetched)
        except (FetchFailed, JoseError) as fault:
            self._failed(str(fault))
        except Exception as fault:  # noqa: BLE001 - a `fetch` of the user's may raise anything
            self._failed(f"{type(fault).__name__} while fetching")
        finally:
            with self._lock:
                self._in_flight = None
            done.set_result(None)

    def _usable(self, keys: KeySet) -> KeySet:
        if not keys.keys:
            # The issuer has spoken: its old keys are no longer kept. A 401 would still be wrong.
            self.keys = None
            raise FetchFailed("the issuer publishes no key that can be used here")
        return keys

    def _install(self, keys: KeySet, fetched: Fetched) -> None:
        timing, now = self._timing, self._clock()
        stated = max_age(fetched.headers)
        age = timing.default_age if stated is None else stated
        age = min(max(age, timing.least_age), timing.most_age)
        with self._lock:
            # The same keys stay the same object: tokens verified with them stay remembered.
            if self.keys is None or not keys.same_keys(self.keys):
                self.keys = keys
            self._expires_at = now + age
            # Jitter, so that many guards do not come at once.
            self._refresh_at = now + age * timing.refresh * self._jitter(0.9, 1.0)
            self.check_at = self._refresh_at
            self._failures, self.failure, self._retry_at = 0, None, -inf

    def _failed(self, reason: str) -> None:
        timing, now = self._timing, self._clock()
        with self._lock:
            self._failures += 1
            self.failure = reason
            delay = min(timing.first_retry * 2 ** min(self._failures - 1, 16), timing.last_retry)
            self._retry_at = now + delay
            # The kept set is good until the next attempt, and never beyond its time.
            self.check_at = min(self._retry_at, self._expires_at + timing.keep)

    def _unavailable(self, now: float) -> KeysUnavailable:
        wait = min(max(1, ceil(self._retry_at - now)), 3600) if self._retry_at > now else 1
        return KeysUnavailable(f"no keys of {self.name}: {self.failure}", retry_after=wait)

    def forget_threads(self) -> None:
        """For a child process: its parent's threads and locks are not here."""
        self._lock = threading.Lock()
        self._in_flight = None


class SharedKeys:
    """HMAC keys that were handed over: always at hand, the same to `Guard` as a `KeySource`."""

    failure: str | None = None

    def __init__(self, keys: Sequence[VerifyingKey]) -> None:
        self.check_at = inf
        self._shared = KeySet(keys)
        self.keys: KeySet | None = self._shared

    def find(
        self, algorithm: Algorithm, _kid: str | None, _now: float, *, waited: bool = False
    ) -> Sequence[VerifyingKey] | Pending:
        """All of them; a kid means nothing here. `waited` is there for likeness."""
        del waited
        return self._shared.candidates(algorithm, None)

    def look_again(self, _now: float) -> Pending | None:
        """None: no key can be new."""
        return None

    def warm(self, _now: float) -> Pending | None:
        """None: there is nothing to wait for."""
        return None


_SOURCES: "weakref.WeakSet[KeySource]" = weakref.WeakSet()


def _after_fork() -> None:
    for source in list(_SOURCES):
        source.forget_threads()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
