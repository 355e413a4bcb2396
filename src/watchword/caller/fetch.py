"""One renewal: from the shared cache, else from the token endpoint, with each secret in turn."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator
from typing import NamedTuple

from watchword.caller import key_check
from watchword.caller.access_token import AccessToken
from watchword.caller.cache_file import CachedToken, CacheFile
from watchword.caller.discovery import Endpoint
from watchword.caller.errors import (
    CallerError,
    InvalidClient,
    TokenUnavailable,
    UnsafeCache,
    without_secrets,
)
from watchword.caller.event import CacheTrouble, Observer, SecretSwitched, announce
from watchword.caller.exchange import Account, Credentials, Outgoing
from watchword.caller.failure import http_date
from watchword.caller.lifetime import LONGEST_LIFE, life_of
from watchword.caller.renewal import advisory_window
from watchword.caller.transport import Transport

# A little longer than one request takes at most by default.
_LOCK_SECONDS = 12.0


class Clocks(NamedTuple):
    """steady: seconds that never jump. calendar: epoch seconds, as people set them."""

    steady: Callable[[], float]
    calendar: Callable[[], float]


class SharedCache(NamedTuple):
    """A cache file and the name of this source's token in it."""

    file: CacheFile
    key: str


def shared_cache(
    path: str | os.PathLike[str] | None, place: str, account: Account
) -> SharedCache | None:
    """The place in the cache file `path` of what `account` wants of the server at `place`."""
    if path is None:
        return None
    wanted, fields = account.wanted, sorted(account.wanted.fields.items())
    parts = [place, account.client_id, wanted.scope or "", *wanted.resource, *fields]
    key = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
    return SharedCache(CacheFile(path), key)


class _Attempt(NamedTuple):
    """Which of the secrets, and which spelling of the request."""

    secret: int
    spelling: int


class Fetch:
    """Gets tokens for one client. Not for two threads at once; the driver sees to that.

    find: where to ask; called again after a failure that a moved endpoint could explain.
    """

    def __init__(
        self,
        find: Callable[[], Endpoint],
        account: Account,
        *,
        transport: Transport,
        clocks: Clocks,
        cache: SharedCache | None,
        observe: Observer | None,
    ) -> None:
        self._find, self._transport, self._clocks = find, transport, clocks
        self._client_id, self._secrets = account.client_id, account.secrets
        self._wanted = account.wanted
        self._cache, self._observe = cache, observe
        self._endpoint: Endpoint | None = None
        self._worked = _Attempt(secret=0, spelling=0)

    def __call__(self, was_rejected: Callable[[str], bool]) -> tuple[AccessToken, str]:
        """A token and its origin, "server" or "cache"; raises `CallerError`."""
        if self._cache is None:
            return self._from_server(), "server"
        with contextlib.ExitStack() as stack:
            self._lock(self._cache, stack)
            token = self._from_cache(self._cache, was_rejected)
            if token is not None:
                return token, "cache"
            token = self._from_server()
            self._keep(self._cache, token)
            return token, "server"

    def _from_server(self) -> AccessToken:
        try:
            endpoint = self._endpoint = self._endpoint or self._find()
            key_check.require_whole(self._secrets, endpoint.exchange.key_prefix)
            return self._with_each_secret(endpoint)
        except TokenUnavailable:
            # The endpoint may have moved: look again next time.
            self._endpoint = None
            raise

    def _with_each_secret(self, endpoint: Endpoint) -> AccessToken:
        attempts = self._attempts(endpoint)
        for number, (attempt, outgoing) in enumerate(attempts, 1):
            try:
                token = self._ask(endpoint, outgoing)
            except InvalidClient:
                if number == len(attempts):
                    raise
            else:
                self._note_success(attempt)
                return token
        raise AssertionError("there is always an attempt")

    def _attempts(self, endpoint: Endpoint) -> list[tuple[_Attempt, Outgoing]]:
        """Each secret in each spelling; what worked last stands in front."""
        credentials = [Credentials(client_id=self._client_id, secret=one) for one in self._secrets]
        attempts = [
            (_Attempt(secret, spelling), outgoing)
            for secret, pair in enumerate(credentials)
            for spelling, outgoing in enumerate(endpoint.exchange.requests(pair, self._wanted))
        ]
        return sorted(attempts, key=lambda attempt: attempt[0] != self._worked)

    def _note_success(self, attempt: _Attempt) -> None:
        if attempt.secret != self._worked.secret:
            announce(SecretSwitched(client_id=self._client_id), self._observe)
        self._worked = attempt

    def _ask(self, endpoint: Endpoint, outgoing: Outgoing) -> AccessToken:
        # Before the request: a token lives from when it was made, not from when it arrived.
        sent_at = self._clocks.steady()
        incoming = self._transport(endpoint.url, outgoing)
        try:
            answer = endpoint.exchange.answer(incoming)
        except CallerError as error:
            raise without_secrets(error, self._secrets) from None
        server_date = http_date(incoming.headers.get("date", ""))
        life = life_of(answer, server_date, self._clocks.calendar())
        return AccessToken(
            value=answer.access_token,
            obtained_at=sent_at,
            expires_at=sent_at + life,
            presentation=endpoint.exchange.presentation,
        )

    def _lock(self, cache: SharedCache, stack: contextlib.ExitStack) -> None:
        with self._trouble_reported():
            if not stack.enter_context(cache.file.locked(_LOCK_SECONDS)):
                self._report("another process holds the lock for too long")

    def _from_cache(
        self, cache: SharedCache, was_rejected: Callable[[str], bool]
    ) -> AccessToken | None:
        cached = None
        with self._trouble_reported():
            cached = cache.file.read(cache.key)
        if cached is None or was_rejected(cached.access_token) or not self._is_fresh(cached):
            return None
        now, today = self._clocks.steady(), self._clocks.calendar()
        return AccessToken(
            value=cached.access_token,
            obtained_at=now + cached.obtained_at - today,
            expires_at=now + cached.expires_at - today,
            presentation=cached.presentation,
        )

    def _is_fresh(self, cached: CachedToken) -> bool:
        life, left = (
            cached.expires_at - cached.obtained_at,
            cached.expires_at - self._clocks.calendar(),
        )
        return advisory_window(life) < left <= life <= LONGEST_LIFE

    def _keep(self, cache: SharedCache, token: AccessToken) -> None:
        now, today = self._clocks.steady(), self._clocks.calendar()
        cached = CachedToken(
            access_token=token.value,
            obtained_at=today + token.obtained_at - now,
            expires_at=today + token.expires_at - now,
            presentation=token.presentation,
        )
        with self._trouble_reported():
            cache.file.write(cache.key, cached, today)

    @contextlib.contextmanager
    def _trouble_reported(self) -> Iterator[None]:
        try:
            yield
        except (OSError, UnsafeCache) as trouble:
            self._report(str(trouble))

    def _report(self, message: str) -> None:
        announce(CacheTrouble(client_id=self._client_id, message=message), self._observe)
