"""RFC 9068, 4 and RFC 6750: verifying an access token inside the API that it is meant for.

The order, which is the order of what it costs and of what may be believed:

1. where the token stands, and that there is one, of 16 KiB at most;
2. was this very token verified a moment ago? then only time and the route's wishes are asked;
3. strict form, header, issuer, binding, types of claims, audience, time: none needs a key;
4. the issuer's key, fetched if it must be, and the signature;
5. what the route requires.

All of it is one function, `_verdict`. Where it answers that keys are pending, `verify` blocks and
`verify_async` awaits, and asks it again; nothing else differs.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Generic, Literal, TypeVar, Unpack, cast, overload

from watchword.guard.claims import Claims, refuse_wrong_time
from watchword.guard.errors import BadSignature, GuardError, UnknownIssuer
from watchword.guard.fetch import UrllibFetch
from watchword.guard.issuer import Issuer, TrustedIssuer
from watchword.guard.key_set import VerifyingKey
from watchword.guard.key_source import KeySource, SharedKeys
from watchword.guard.memory import Remembered, TokenMemory, digest_of
from watchword.guard.options import (
    Options,
    challenge_parameters,
    issuers_of,
    metadata_of,
    presentation_of,
    refuse_impossible,
    refuse_unknown,
)
from watchword.guard.outcome import Mode, Tally, log, log_refusal, warn_of_report
from watchword.guard.pending import Pending
from watchword.guard.presentation import (
    BEARER,
    HeaderList,
    Presentation,
    TokenReader,
    refuse_token_in_url,
)
from watchword.guard.requirement import NOTHING, Requirement, requirement
from watchword.guard.token import HeaderMemory, UnverifiedToken, read_token

ErrorT = TypeVar("ErrorT", bound=GuardError)
VerdictT = TypeVar("VerdictT", bound=Claims | None)

# Whatever a framework has at hand: the header's value, or a whole header list.
Presented = str | bytes | HeaderList | None


class Guard(Generic[VerdictT]):
    """Verifies access tokens offline. One for an API, made at start, shared by all threads.

    issuer: the URL in `iss`, or several URLs and `Issuer`s. audience, jwks_uri, shared_keys,
    algorithms, typ, revocations: as in `Issuer`, for every issuer that is given as a mere URL.
    mode: "report" refuses nothing, see `outcome`; claims are None where it would have refused.
    dialect: of the vendor whose API this is: a shipped one's name, the path (a `Path`) of a file of
    it, or loaded. Says `presentation` and `typ`.
    presentation: where the token stands, if not as `Authorization: Bearer`.
    leeway: seconds of clock difference that are forgiven.
    realm, resource, scopes: for challenges (RFC 6750) and for the metadata (RFC 9728) of the API
    whose URL is `resource`; scopes also for its OpenAPI document.
    fetch: how documents are fetched. timing: how keys are kept fresh.
    remember: how many verified tokens are remembered. clock: epoch seconds.

    Raises `TypeError` for an option that there is not, `ValueError` (`InvalidKey`,
    `UnsupportedAlgorithm`) for what cannot work.
    """

    @overload
    def __init__(
        self: "Guard[Claims]",
        issuer: str | Issuer | Sequence[str | Issuer],
        audience: str | Sequence[str] | None = None,
        *,
        mode: Literal["enforce"] = "enforce",
        **options: Unpack[Options],
    ) -> None: ...

    @overload
    def __init__(
        self: "Guard[Claims | None]",
        issuer: str | Issuer | Sequence[str | Issuer],
        audience: str | Sequence[str] | None = None,
        *,
        mode: Mode,
        **options: Unpack[Options],
    ) -> None: ...

    def __init__(
        self,
        issuer: str | Issuer | Sequence[str | Issuer],
        audience: str | Sequence[str] | None = None,
        *,
        mode: Mode = "enforce",
        **options: Unpack[Options],
    ) -> None:
        refuse_unknown(options)
        refuse_impossible(mode, options)
        self.mode = mode
        self._clock = options.get("clock", time.time)
        self._leeway = options.get("leeway", 0.0)
        self._reader = TokenReader(presentation_of(options))
        trusted = list(self._trusted(issuers_of(issuer, audience, options), options))
        self._issuers = {each.url: each for each in trusted}
        if len(self._issuers) < len(trusted):
            raise ValueError("an issuer is named twice")
        self._headers = HeaderMemory()
        self._memory = TokenMemory(options.get("remember", 10_000))
        self._tally = Tally()
        self.scopes = tuple(options.get("scopes", ()))
        self.resource_metadata = metadata_of(list(self._issuers), options)
        self._scheme = self.presentation.scheme or BEARER.scheme
        self._parameters = challenge_parameters(self.resource_metadata, options)
        if mode == "report":
            warn_of_report()

    def verify(
        self,
        presented: Presented = None,
        *,
        scope: str = "",
        require: Requirement = NOTHING,
        query: bytes = b"",
    ) -> VerdictT:
        """The claims of the token in `presented`, or the `GuardError` that says why not.

        presented: the value of the header that holds the token (None without one), or the whole
        header list of the request as pairs of bytes. query: its raw query string, in which tokens
        are refused. scope: needed scopes, space-separated. require: more than scopes.

        Blocks while keys are fetched for the first time: in an event loop use `verify_async`.
        """
        verdict = self._verdict(presented, scope, require, query)
        waits = 0
        while isinstance(verdict, Pending):
            verdict.wait()
            waits += 1
            verdict = self._verdict(presented, scope, require, query, waits)
        return cast("VerdictT", verdict)

    async def verify_async(
        self,
        presented: Presented = None,
        *,
        scope: str = "",
        require: Requirement = NOTHING,
        query: bytes = b"",
    ) -> VerdictT:
        """The same as `verify`, for an event loop, which it never blocks."""
        verdict = self._verdict(presented, scope, require, query)
        waits = 0
        while isinstance(verdict, Pending):
            await verdict.wait_async()
            waits += 1
            verdict = self._verdict(presented, scope, require, query, waits)
        return cast("VerdictT", verdict)

    def warm(self, *, wait: bool = True) -> bool:
        """Fetches the keys of all issuers; whether all are there now. For the start of an API.

        An issuer that is down stops nobody from starting; the log says why its keys are not there.
        `wait=False` only begins, and does not block: for an event loop, or a start that shall not
        wait at all.
        """
        for pending in self._begin():
            if wait:
                pending.wait()
        for pending in self._begin_feeds():
            if wait:
                pending.wait()
        return self._has_keys()

    async def warm_async(self) -> bool:
        """The same as `warm`, for an event loop."""
        for pending in self._begin():
            await pending.wait_async()
        for pending in self._begin_feeds():
            await pending.wait_async()
        return self._has_keys()

    @property
    def presentation(self) -> Presentation:
        """Where this guard looks for the token."""
        return self._reader.presentation

    @property
    def counts(self) -> dict[str, int]:
        """How often each outcome was: `accepted`, or the name of an error's class."""
        return self._tally.counts()

    def refusal(self, error: ErrorT) -> ErrorT:
        """`error` with this guard's scheme, realm and metadata in its challenge."""
        error.scheme, error.parameters = self._scheme, self._parameters
        return error

    def _verdict(
        self,
        presented: Presented,
        scope: str,
        require: Requirement,
        query: bytes,
        waits: int = 0,
    ) -> Claims | Pending | None:
        """The claims, None in report mode, or what to wait for: twice at most, and counted.

        First the keys are waited for, then the revocation list, which they have to verify.
        """
        try:
            if query:
                refuse_token_in_url(query)
            verdict = self._alive(self._token(presented), waits)
            if isinstance(verdict, Pending):
                return verdict
            if require is not NOTHING:
                require.refuse(verdict)
            if scope:
                requirement(scope).refuse(verdict)
        except GuardError as refusal:
            self._tally.count(type(refusal).__name__)
            log_refusal(refusal, self.mode)
            if self.mode == "report":
                return None
            raise self.refusal(refusal) from None
        self._tally.count("accepted")
        return verdict

    def _token(self, presented: Presented) -> bytes:
        if presented is None or isinstance(presented, str | bytes):
            return self._reader.of_value(presented)
        return self._reader.of_headers(presented)

    def _alive(self, token: bytes, waits: int) -> Claims | Pending:
        """The claims of a token that is good, and that its issuer has not stopped."""
        now, digest = self._clock(), digest_of(token)
        verified = self._memory.get(digest)
        if verified is None or not verified.good(now):
            found = self._verified(token, digest, now, waited=waits > 0)
            if isinstance(found, Pending):
                return found
            verified = found
        feed = verified.issuer.feed
        if feed is not None:
            pending = feed.refuse(verified.claims, verified.thumbprint, now, waited=waits > 1)
            if pending is not None:
                return pending
        return verified.claims

    def _verified(
        self, token: bytes, digest: bytes, now: float, *, waited: bool
    ) -> Remembered | Pending:
        unverified = read_token(token, self._headers)
        issuer = self._issuer_of(unverified)
        issuer.refuse_header(unverified.header)
        claims = issuer.read(unverified.claims)
        refuse_wrong_time(claims, now, self._leeway)
        source = issuer.source(unverified.header.algorithm)
        # Seen before they are used: if the set is replaced meanwhile, this is verified once more.
        keys = source.keys
        key = _signing_key(unverified, source, now, waited)
        if isinstance(key, Pending):
            return key
        verified = Remembered(claims, issuer, source, keys, key.thumbprint)
        self._memory.put(digest, verified)
        return verified

    def _issuer_of(self, unverified: UnverifiedToken) -> TrustedIssuer:
        said = unverified.claims.get("iss")
        trusted = self._issuers.get(said) if isinstance(said, str) else None
        if trusted is None:
            raise UnknownIssuer("iss is not an issuer whose tokens are taken here")
        return trusted

    def _sources(self) -> list[KeySource | SharedKeys]:
        return [source for trusted in self._issuers.values() for source in trusted.sources()]

    def _begin(self) -> list[Pending]:
        """Starts all fetches; what to wait for."""
        now = self._clock()
        started = [source.warm(now) for source in self._sources()]
        return [pending for pending in started if pending is not None]

    def _begin_feeds(self) -> list[Pending]:
        """Starts the fetches that need keys, where there are keys; what to wait for."""
        now = self._clock()
        ready = [
            trusted.feed
            for trusted in self._issuers.values()
            if trusted.feed is not None and trusted.published.keys is not None
        ]
        started = [feed.warm(now) for feed in ready]
        return [pending for pending in started if pending is not None]

    def _has_keys(self) -> bool:
        """Whether all keys are there; of those that could not be had, the log says why."""
        missing = [source for source in self._sources() if source.keys is None]
        for source in missing:
            if isinstance(source, KeySource) and source.kept.failure is not None:
                log.warning("no keys of %s yet: %s", source.name, source.kept.failure)
        return not missing

    def _trusted(self, issuers: Sequence[Issuer], options: Options) -> Iterator[TrustedIssuer]:
        fetch = options.get("fetch") or UrllibFetch()
        for issuer in issuers:
            yield TrustedIssuer(issuer, fetch, self._clock, options.get("timing"))


def _signing_key(
    unverified: UnverifiedToken, source: KeySource | SharedKeys, now: float, waited: bool
) -> VerifyingKey | Pending:
    """The key that signed, or what to wait for before asking again with `waited`.

    Raises `BadSignature` and what `KeySource.find` does.
    """
    header = unverified.header
    found = source.find(header.algorithm, header.kid, now, waited=waited)
    if isinstance(found, Pending):
        return found
    for key in found:
        if key.verifier.verify(unverified.signing_input, unverified.signature):
            return key
    # Without a kid, only trying tells that the key may be a new one.
    again = None if waited or header.kid else source.look_again(now)
    if again is None:
        raise BadSignature("no key of the issuer made this signature")
    return again
