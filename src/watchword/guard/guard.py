"""RFC 9068, 4 and RFC 6750: verifying an access token inside the API that it is meant for.

The order, which is the order of what it costs and of what may be believed:

1. where the token stands, and that there is one, of 16 KiB at most;
2. was this very token verified a moment ago? then only time and the route's wishes are asked;
3. strict form, header, issuer, binding, types of claims, audience, time: none needs a key;
4. the issuer's key, fetched if it must be, and the signature;
5. what the route requires.

All of it is one generator, `_admission`; `verify` and `verify_async` only drive it.
"""

import time
from collections.abc import Iterator, Sequence
from typing import Generic, Literal, TypeVar, Unpack, cast, overload

from watchword.guard import pending
from watchword.guard.claims import Claims, refuse_wrong_time
from watchword.guard.errors import BadSignature, GuardError, UnknownIssuer
from watchword.guard.fetch import UrllibFetch
from watchword.guard.issuer import Issuer, TrustedIssuer
from watchword.guard.key_set import KeySet
from watchword.guard.key_source import KeySource, SharedKeys
from watchword.guard.memory import Remembered, TokenMemory, digest_of
from watchword.guard.options import (
    Options,
    challenge_parameters,
    issuers_of,
    metadata_of,
    presentation_of,
)
from watchword.guard.outcome import Mode, Tally, log_refusal, warn_of_report
from watchword.guard.pending import Pending, Steps
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
    algorithms, typ: as in `Issuer`, for every issuer that is given as a mere URL.
    mode: "report" refuses nothing, see `outcome`; claims are None where it would have refused.
    dialect: of the vendor whose API this is, by name or loaded: says `presentation` and `typ`.
    presentation: where the token stands, if not as `Authorization: Bearer`.
    leeway: seconds of clock difference that are forgiven.
    realm, resource, scopes: for challenges (RFC 6750) and for the metadata (RFC 9728) of the API
    whose URL is `resource`.
    fetch: how documents are fetched. timing: how keys are kept fresh.
    remember: how many verified tokens are remembered. clock: epoch seconds.

    Raises `ValueError` (`InvalidKey`, `UnsupportedAlgorithm`) for what cannot work.
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
        self.mode = mode
        self._clock = options.get("clock", time.time)
        self._leeway = options.get("leeway", 0.0)
        self._reader = TokenReader(presentation_of(options))
        self._issuers = {
            trusted.url: trusted
            for trusted in self._trusted(issuers_of(issuer, audience, options), options)
        }
        self._headers = HeaderMemory()
        self._memory = TokenMemory(options.get("remember", 10_000))
        self._tally = Tally()
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
        steps = self._verdict(presented, scope, require, query)
        return cast("VerdictT", pending.run(steps))

    async def verify_async(
        self,
        presented: Presented = None,
        *,
        scope: str = "",
        require: Requirement = NOTHING,
        query: bytes = b"",
    ) -> VerdictT:
        """The same as `verify`, for an event loop, which it never blocks."""
        steps = self._verdict(presented, scope, require, query)
        return cast("VerdictT", await pending.run_async(steps))

    def warm(self, *, wait: bool = True) -> bool:
        """Fetches the keys of all issuers; whether all are there now. For the start of an API.

        An issuer that is down stops nobody from starting. `wait=False` only begins, and does not
        block: for an event loop, or a start that shall not wait at all.
        """
        steps = self._warming()
        if wait:
            return pending.run(steps)
        return next(steps, None) is None

    async def warm_async(self) -> bool:
        """The same as `warm`, for an event loop."""
        return await pending.run_async(self._warming())

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
        self, presented: Presented, scope: str, require: Requirement, query: bytes
    ) -> Steps[Claims | None]:
        try:
            refuse_token_in_url(query)
            claims = yield from self._admission(self._token(presented))
            require.refuse(claims)
            if scope:
                requirement(scope).refuse(claims)
        except GuardError as refusal:
            self._tally.count(type(refusal).__name__)
            log_refusal(refusal, self.mode)
            if self.mode == "report":
                return None
            raise self.refusal(refusal) from None
        self._tally.count("accepted")
        return claims

    def _token(self, presented: Presented) -> bytes:
        if presented is None or isinstance(presented, str | bytes):
            return self._reader.of_value(presented)
        return self._reader.of_headers(presented)

    def _admission(self, token: bytes) -> Steps[Claims]:
        now = self._clock()
        digest = digest_of(token)
        remembered = self._memory.get(digest)
        if remembered is not None and remembered.good(now):
            return remembered.claims
        unverified = read_token(token, self._headers)
        issuer = self._issuer_of(unverified)
        issuer.refuse_header(unverified.header)
        claims = issuer.read(unverified.claims)
        refuse_wrong_time(claims, now, self._leeway)
        source = issuer.source(unverified.header.algorithm)
        keys = yield from self._signature(unverified, source)
        self._memory.put(digest, Remembered(claims, source, keys))
        return claims

    def _issuer_of(self, unverified: UnverifiedToken) -> TrustedIssuer:
        said = unverified.claims.get("iss")
        trusted = self._issuers.get(said) if isinstance(said, str) else None
        if trusted is None:
            raise UnknownIssuer("iss is not an issuer whose tokens are taken here")
        return trusted

    def _signature(
        self, unverified: UnverifiedToken, source: KeySource | SharedKeys
    ) -> Steps[KeySet | None]:
        """The keys of which one signed; raises `BadSignature` and what `KeySource.find` does."""
        header, waited = unverified.header, False
        while True:
            # Seen before `find`: if the set is replaced meanwhile, the token is verified again.
            keys = source.keys
            found = source.find(header.algorithm, header.kid, self._clock(), waited=waited)
            if not isinstance(found, Pending):
                for key in found:
                    if key.verifier.verify(unverified.signing_input, unverified.signature):
                        return keys
                # Without a kid, only trying tells that the key may be a new one.
                again = None if waited or header.kid else source.look_again(self._clock())
                if again is None:
                    raise BadSignature("no key of the issuer made this signature")
                found = again
            yield found
            waited = True

    def _warming(self) -> Steps[bool]:
        sources = [source for trusted in self._issuers.values() for source in trusted.sources()]
        # All fetches are started before the first is waited for.
        started = [source.warm(self._clock()) for source in sources]
        for pending_fetch in started:
            if pending_fetch is not None:
                yield pending_fetch
        return all(source.keys is not None for source in sources)

    def _trusted(self, issuers: Sequence[Issuer], options: Options) -> Iterator[TrustedIssuer]:
        fetch = options.get("fetch") or UrllibFetch()
        for issuer in issuers:
            yield TrustedIssuer(issuer, fetch, self._clock, options.get("timing"))
