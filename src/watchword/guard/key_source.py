"""RFC 7517: where the keys of an issuer come from: its JWK Set, or a list that was handed over.

Two rules beside those of `kept`:

1. A kid that the set does not have is worth one fetch, then none for a while: a flood of invented
   ones must not become a flood of fetches.
2. Who cannot have keys gets `KeysUnavailable`: that says nothing against the token.
"""

from collections.abc import Callable, Sequence

from watchword.guard.errors import KeysUnavailable, UnknownKey
from watchword.guard.fetch import Fetched, max_age
from watchword.guard.kept import Kept, Loaded, Timing, Withdrawn
from watchword.guard.key_set import KeySet, VerifyingKey, parse_key_set
from watchword.guard.outcome import log
from watchword.guard.pending import Pending
from watchword.jose.algorithm import Algorithm


class KeySource:
    """The published keys of one issuer.

    name: for the log. fetch: brings the JWK Set within so many seconds, or raises `FetchFailed`.
    """

    def __init__(
        self,
        name: str,
        fetch: Callable[[float], Fetched],
        clock: Callable[[], float],
        timing: Timing | None = None,
    ) -> None:
        self.name = name
        self._fetch = fetch
        self.kept = Kept(self._load, clock, timing or Timing(), lost=self._warn)

    @property
    def keys(self) -> KeySet | None:
        """The set as it is now; None before the first fetch."""
        return self.kept.value

    def holds(self, keys: KeySet | None, now: float) -> bool:
        """Whether `keys` are still the keys, and nothing has to be asked first."""
        return self.kept.value is keys and now < self.kept.check_at

    def find(
        self, algorithm: Algorithm, kid: str | None, now: float, *, waited: bool = False
    ) -> Sequence[VerifyingKey] | Pending:
        """The keys that may have signed, or what to wait for before asking again with `waited`.

        Raises `KeysUnavailable`, `UnknownKey` or `UnacceptedAlgorithm`.
        """
        keys = self.kept.current(now, waited=waited)
        if keys is None:
            raise self._unavailable(now)
        if isinstance(keys, Pending):
            return keys
        return keys.candidates(algorithm, kid) or self._reconsider(now, waited)

    def look_again(self, now: float) -> Pending | None:
        """A fetch for the sake of a key that may be new; None while that is not worth one."""
        return self.kept.look_again(now)

    def warm(self, now: float) -> Pending | None:
        """Starts the first fetch; None where the keys are there."""
        pending = self.kept.fetch_if_due(now)
        return pending if self.keys is None else None

    def _reconsider(self, now: float, waited: bool) -> Pending:
        """What to wait for when the set does not have the key; `UnknownKey` if that is certain."""
        asks = self.kept.failures == 0 and not waited
        pending = self.look_again(now) if asks else None
        if pending is not None:
            return pending
        if self.kept.failures > 0 or (waited and self.kept.uncertain):
            # Perhaps a new key of an issuer that does not answer: nobody can say.
            raise self._unavailable(now)
        raise UnknownKey("the issuer publishes no such key")

    def _load(self, old: KeySet | None, timeout: float) -> Loaded[KeySet]:
        fetched = self._fetch(timeout)
        keys = parse_key_set(fetched.body)
        if not keys.keys:
            # The issuer has spoken: its old keys are no longer kept. A 401 would still be wrong.
            raise Withdrawn("the issuer publishes no key that can be used here")
        # The same keys stay the same object: tokens verified with them stay remembered.
        unchanged = old is not None and keys.same_keys(old)
        return Loaded(old if unchanged and old is not None else keys, max_age(fetched.headers))

    def _warn(self, reason: str) -> None:
        kept = "the kept ones go on being used" if self.keys else "no token can be verified"
        log.warning("no fresh keys of %s, %s: %s", self.name, kept, reason)

    def _unavailable(self, now: float) -> KeysUnavailable:
        reason = f"no keys of {self.name}: {self.kept.failure}"
        return KeysUnavailable(reason, retry_after=self.kept.retry_after(now))


class SharedKeys:
    """HMAC keys that were handed over: always at hand, the same to `Guard` as a `KeySource`."""

    def __init__(self, keys: Sequence[VerifyingKey]) -> None:
        self._shared = KeySet(keys)

    @property
    def keys(self) -> KeySet | None:
        """All of them."""
        return self._shared

    def holds(self, keys: KeySet | None, _now: float) -> bool:
        """Whether they are these, for ever."""
        return keys is self._shared

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
