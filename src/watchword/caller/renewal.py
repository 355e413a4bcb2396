"""When a token is renewed, who waits for it, and what happens when that fails.

No I/O, no clock, no threads: `now` (seconds of a clock that never jumps, see `steady_clock`) and
`random` (0 ≤ random < 1) are arguments. Drivers ask `Renewal.ask` and do what it answers; one lock
around each call is enough.

Windows. A token of life L is served as it is until its advisory window opens, min(300 s, L/5)
before it ends, less up to a quarter of that by chance, so that a fleet does not renew in one
second. From then on the first who asks starts a renewal and everybody is served the old token.
In the mandatory window, the last min(10 s, L/10), whoever asks waits for the renewal.

One at a time. `ask` counts the renewal that it orders as started; until `renewed` or `failed`
says how it ended, no other is ordered.

Failure. The old token is served as long as it lives, in the mandatory window too. The next
request waits for the back-off: after n failures in a row a random part of min(60 s, 2^(n-1) s),
full jitter, and no less than the server's Retry-After (believed up to ten minutes). After five
failures in a row the breaker is open: one request each 30 s, and `BreakerOpen` for those who have
no token. A refusal (`TokenRefused`) and a fault of the configuration are told at once to all who
ask, without a request, until their back-off is over: nobody gains by waiting for it.

Rejection. An API's 401 drops the token that it was shown, and only that one: a token which
another thread has renewed meanwhile stays. A token that replaced a rejected one and is rejected
within 30 s stays too, because an API which refuses everything would have us renew at each call.
"""

from msgspec import Struct

from watchword.caller.access_token import AccessToken, digest
from watchword.caller.errors import CallerError, TokenUnavailable, breaker_open

ADVISORY_SECONDS = 300.0
ADVISORY_PART = 1 / 5
ADVISORY_JITTER = 1 / 4
MANDATORY_SECONDS = 10.0
MANDATORY_PART = 1 / 10

BACK_OFF_FIRST = 1.0
BACK_OFF_LONGEST = 60.0
BACK_OFF_SHORTEST = 0.1
LONGEST_RETRY_AFTER = 600.0
BREAKER_FAILURES = 5
BREAKER_PAUSE = 30.0

REJECTION_PAUSE = 30.0
# A server that hands out one token until it ends would else be asked ever more often.
SHORTEST_GAP = 1.0
_REMEMBERED_REJECTIONS = 16


class Serve(Struct, frozen=True):
    """Here is a token; `renew`: and start a renewal in the background."""

    token: AccessToken
    renew: bool


class Await(Struct, frozen=True):
    """Wait until the renewal in flight ends, then ask again; `renew`: start it first."""

    renew: bool


class Pause(Struct, frozen=True):
    """Nothing can be had before `until`; `failure` is why. Not worth waiting if it `is_final`."""

    until: float
    failure: CallerError
    is_final: bool


Step = Serve | Await | Pause


def advisory_window(life: float) -> float:
    """Seconds before its end in which a token is renewed in the background."""
    return min(ADVISORY_SECONDS, life * ADVISORY_PART)


def mandatory_window(life: float) -> float:
    """Seconds before its end in which callers wait for a new token."""
    return min(MANDATORY_SECONDS, life * MANDATORY_PART)


def back_off(failures: int, random: float) -> float:
    """Seconds to wait after so many failures in a row: full jitter, doubling up to a minute."""
    most = min(BACK_OFF_LONGEST, BACK_OFF_FIRST * 2.0 ** min(failures - 1, 16))
    return max(BACK_OFF_SHORTEST, random * most)


class Renewal:
    """The token of one source, and the state of its renewal."""

    def __init__(self) -> None:
        self.token: AccessToken | None = None
        self.failures = 0
        self.in_flight = False
        # Up to here the token is served as it is. Set after the token, and read before it, so that
        # `young` needs no lock.
        self.renew_at = 0.0
        self._wait_at = 0.0
        self._not_before = 0.0
        self._failure: CallerError | None = None
        self._rejected: dict[str, None] = {}
        self._replaces_rejected = False
        self._arrived_at = 0.0

    def ask(self, now: float) -> Step:
        """What to do for one who wants a token now."""
        token = self.living(now)
        if token is not None and now < self.renew_at:
            return Serve(token, renew=False)
        if token is not None and now < self._wait_at:
            return Serve(token, renew=self._begin(now))
        if self.in_flight:
            return Await(renew=False)
        if self._begin(now):
            return Await(renew=True)
        if token is not None:
            return Serve(token, renew=False)
        return self._pause(now)

    def young(self, now: float) -> AccessToken | None:
        """The token, while nothing needs to be done about it. The one method that needs no lock."""
        return self.token if now < self.renew_at else None

    def living(self, now: float) -> AccessToken | None:
        """The token, if there is one that has not ended."""
        return self.token if self.token is not None and self.token.lives(now) else None

    def renewed(self, token: AccessToken, now: float, random: float) -> None:
        """A renewal brought `token`."""
        self._wait_at = token.expires_at - mandatory_window(token.life)
        self._not_before = now + min(SHORTEST_GAP, token.life / 4)
        self._replaces_rejected = self.token is None and bool(self._rejected)
        self._arrived_at = now
        self.token, self.failures, self._failure = token, 0, None
        self.in_flight = False
        advisory = advisory_window(token.life)
        self.renew_at = token.expires_at - advisory * (1 - random * ADVISORY_JITTER)

    def failed(self, failure: CallerError, now: float, random: float) -> float:
        """A renewal brought nothing but `failure`; returns the seconds until the next may start."""
        self.failures += 1
        delay = back_off(self.failures, random)
        if isinstance(failure, TokenUnavailable) and failure.retry_after is not None:
            # A little later than asked, so that a fleet does not come back in one second.
            delay = min(max(delay, failure.retry_after), LONGEST_RETRY_AFTER) + random
        if self.failures >= BREAKER_FAILURES:
            delay = max(delay, BREAKER_PAUSE + random)
        self._not_before, self._failure = now + delay, failure
        self.in_flight = False
        return delay

    def rejected(self, value: str, now: float) -> bool:
        """An API answered 401 to the token `value`: whether another token can be expected."""
        self._remember(value)
        if self.token is None or self.token.value != value:
            return True
        if self._replaces_rejected and now - self._arrived_at < REJECTION_PAUSE:
            return False
        self.token, self.renew_at = None, 0.0
        self._not_before = 0.0 if self._failure is None else self._not_before
        return True

    def was_rejected(self, value: str) -> bool:
        """Whether an API has answered 401 to this token: a cache must not bring it back."""
        return digest(value) in self._rejected

    def forget_flight(self) -> None:
        """The one who was renewing is gone (the process was forked)."""
        self.in_flight = False

    def _begin(self, now: float) -> bool:
        if self.in_flight or now < self._not_before:
            return False
        self.in_flight = True
        return True

    def _pause(self, now: float) -> Pause:
        until, failure = self._not_before, self._failure
        if failure is None:
            # The last token had hardly any life: the gap between two requests is kept all the same.
            failure = TokenUnavailable(
                "the last token ended at once; the next one is asked for soon"
            )
        if isinstance(failure, TokenUnavailable) and self.failures >= BREAKER_FAILURES:
            opened = breaker_open(failure, self.failures, until - now)
            return Pause(until, opened, is_final=True)
        return Pause(until, failure, is_final=not isinstance(failure, TokenUnavailable))

    def _remember(self, value: str) -> None:
        self._rejected[digest(value)] = None
        while len(self._rejected) > _REMEMBERED_REJECTIONS:
            del self._rejected[next(iter(self._rejected))]
