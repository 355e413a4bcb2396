"""What the issuer has stopped before its time: its signed list, polled.

A token is verified offline, so its issuer cannot take it back but by saying so to every guard. The
list says so: in handles, token ids and key thumbprints, "issued at or before". The rules:

1. The list is a JWS of its own type, signed with a published key. No token passes for one.
2. A guard takes no list with a lower version than one that it has seen.
3. A list older than `FRESH_FOR` seconds is not decided on: the next one is waited for. In between
   it is asked for in the background, mostly to hear that nothing has changed.
4. While the issuer is away, the list at hand goes on. After its `exp` the guard has lost touch:
   "required" refuses with 503 then, "auto" goes on and says so in the log.
5. An issuer without such a list (404) is asked again every few minutes by "auto".
"""

import logging
from collections.abc import Callable
from math import inf
from typing import Literal

import msgspec
from msgspec import Struct

from watchword.core.revocation import LIST_TYP, RevocationList
from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError, KeysUnavailable, RevokedToken, UnknownKey
from watchword.guard.fetch import ConditionalFetch, Fetch, Fetched, FetchFailed, NotFound
from watchword.guard.kept import Kept, Loaded, Timing
from watchword.guard.key_source import KeySource
from watchword.guard.pending import Pending
from watchword.guard.token import HeaderMemory, UnverifiedToken, read_token

Policy = Literal["auto", "required", "off"]

# Within so many seconds a stopped token is refused everywhere, while the issuer can be reached.
FRESH_FOR = 10.0
# How often an issuer that has no list is asked whether it has one now.
_ASK_AGAIN = 300.0
# Two clocks that are both right differ by so much.
_SKEW = 60
_TIMING = Timing(
    patience=2.0,
    default_age=FRESH_FOR,
    least_age=FRESH_FOR,
    most_age=_ASK_AGAIN,
    refresh=0.5,
    keep=inf,
    last_retry=10.0,
)

log = logging.getLogger("watchword.guard")


class Known(Struct, frozen=True):
    """What was last heard. revoked: None from an issuer that has no list.

    empty: whether nothing at all is stopped, which is the usual case and the cheap one.
    """

    revoked: RevocationList | None
    etag: str | None
    empty: bool


NO_LIST = Known(None, None, True)


class RevocationFeed:
    """The list of one issuer. keys: its published keys, one of which signs the list."""

    def __init__(
        self,
        issuer: str,
        url: str,
        policy: Policy,
        keys: KeySource,
        fetch: Fetch,
        clock: Callable[[], float],
    ) -> None:
        self._issuer = issuer
        self._url = url
        self._required = policy == "required"
        self._keys = keys
        self._fetch = fetch
        self._clock = clock
        self._lost = False
        self.kept = Kept(self._load, clock, _TIMING)

    def refuse(
        self, claims: Claims, thumbprint: str | None, now: float, *, waited: bool
    ) -> Pending | None:
        """None for a token that may live, or what to wait for before asking again.

        thumbprint: of the key that signed it. Raises `RevokedToken`, and `KeysUnavailable` where a
        list is required and cannot be had.
        """
        kept = self.kept
        known = kept.value if now < kept.check_at else kept.current(now, waited=waited)
        if known is NO_LIST:
            return None
        if isinstance(known, Pending):
            return known
        if known is None or known.revoked is None:
            self._refuse_if_required(now)
            return None
        self._notice_lost_touch(known.revoked, now)
        # A token that does not say when it was issued cannot show that it is newer.
        issued_at = claims.issued_at if claims.issued_at is not None else 0
        if not known.empty and known.revoked.stops(claims.token_id or "", issued_at, thumbprint):
            raise RevokedToken("the issuer has stopped this token, its client, secret or key")
        return None

    def warm(self, now: float) -> Pending | None:
        """Asks for the first list; what to wait for."""
        return self.kept.fetch_if_due(now) if self.kept.value is None else None

    def _notice_lost_touch(self, listed: RevocationList, now: float) -> None:
        lost = now >= listed.exp + _SKEW
        if lost and not self._lost:
            log.warning("no fresh revocation list of %s: %s", self._issuer, self.kept.failure)
        self._lost = lost
        if lost:
            self._refuse_if_required(now)

    def _refuse_if_required(self, now: float) -> None:
        if self._required:
            reason = f"no revocation list of {self._issuer}: {self.kept.failure}"
            raise KeysUnavailable(reason, retry_after=self.kept.retry_after(now))

    def _load(self, old: Known | None, timeout: float) -> Loaded[Known]:
        etag = old.etag if old is not None else None
        try:
            fetched = self._fetched(timeout, etag)
        except NotFound:
            # A list that was there before does not end by being absent.
            if self._required or (old is not None and old.revoked is not None):
                raise
            return Loaded(NO_LIST, _ASK_AGAIN)
        if old is not None and not fetched.modified:
            return Loaded(old, None)
        listed = self._read(fetched.body)
        if old is not None and old.revoked is not None and listed.version < old.revoked.version:
            raise FetchFailed("the revocation list is older than one that was seen")
        empty = not (listed.clients or listed.secrets or listed.tokens or listed.keys)
        return Loaded(Known(listed, fetched.headers.get("etag"), empty), None)

    def _fetched(self, timeout: float, etag: str | None) -> Fetched:
        conditional: ConditionalFetch | None = getattr(self._fetch, "if_changed", None)
        if etag is not None and conditional is not None:
            return conditional(self._url, timeout, etag)
        return self._fetch(self._url, timeout)

    def _read(self, body: bytes) -> RevocationList:
        try:
            token = read_token(body.strip(), HeaderMemory())
            self._refuse_forged(token)
            listed = msgspec.convert(token.claims, RevocationList)
        except GuardError as refusal:
            raise FetchFailed(f"the revocation list: {refusal.reason}") from None
        except msgspec.ValidationError:
            raise FetchFailed("the revocation list has other members than it should") from None
        now = self._clock()
        if listed.iss != self._issuer or not listed.iat - _SKEW <= now < listed.exp + _SKEW:
            raise FetchFailed("the revocation list is another issuer's, or not of this time")
        return listed

    def _refuse_forged(self, token: UnverifiedToken) -> None:
        header, now = token.header, self._clock()
        if header.typ != LIST_TYP or header.algorithm.symmetric:
            raise FetchFailed("what stands at the list's place is not a revocation list")
        try:
            keys = self._keys.find(header.algorithm, header.kid, now, waited=True)
        except UnknownKey:
            # Signed with a key that is newer than the set at hand.
            self._keys.look_again(now)
            raise
        candidates = () if isinstance(keys, Pending) else keys
        if not any(key.verifier.verify(token.signing_input, token.signature) for key in candidates):
            raise FetchFailed("the signature of the revocation list is not the issuer's")
