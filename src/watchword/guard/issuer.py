"""RFC 9068, 4: whose tokens a guard takes, and what they must be."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import get_args

from msgspec import Struct

from watchword.guard.claims import Claims, read_claims, refuse_bound
from watchword.guard.discovery import KeySetLocation
from watchword.guard.errors import UnacceptedAlgorithm, UnacceptedHeader, WrongAudience
from watchword.guard.fetch import Fetch, UrllibFetch
from watchword.guard.kept import Timing
from watchword.guard.key_set import MAX_TRIED, VerifyingKey
from watchword.guard.key_source import KeySource, SharedKeys
from watchword.guard.revocations import Policy, RevocationFeed
from watchword.guard.token import TokenHeader, normal_typ
from watchword.guard.validation import (
    is_fetchable,
    require_fetchable,
    require_issuer,
    require_list,
    require_text,
    require_texts,
    require_word,
)
from watchword.jose.algorithm import ALGORITHMS, Algorithm, named
from watchword.jose.jws import Verifier

log = logging.getLogger("watchword.guard")


class Issuer(Struct, frozen=True, kw_only=True):
    """One authorization server whose tokens a guard takes.

    url: as it stands in `iss`.
    audience: what `aud` must hold one of; by default the issuer's URL.
    jwks_uri: where its JWK Set is, if not at `/.well-known/jwks.json` and not in its metadata.
    shared_keys: HS256 keys, each of 32 octets or more, at most four: the new one and the old ones.
    algorithms: names of what is taken; by default HS256 where keys are shared, else every
    asymmetric one. typ: the `typ` that its tokens have; None for tokens without one.
    revocations: "auto" follows the issuer's revocation list if it has one, "required" refuses
    tokens without it, "off" never asks. revocations_uri: where it is, if not at
    `/oauth/revocations`.
    """

    url: str
    audience: str | Sequence[str] | None = None
    jwks_uri: str | None = None
    shared_keys: Sequence[bytes] = ()
    algorithms: Sequence[str] | None = None
    typ: str | Sequence[str | None] | None = "at+jwt"
    revocations: Policy = "auto"
    revocations_uri: str | None = None

    def __repr__(self) -> str:
        return f"Issuer(url={self.url!r})"


class TrustedIssuer:
    """An `Issuer` made ready: what does not change from token to token is worked out once.

    Raises `InvalidKey` or `UnsupportedAlgorithm` for keys and names that cannot be used, and
    `ValueError` for more shared keys than are ever tried, a misspelt word, an audience that is
    empty, or keys that could never be fetched.
    """

    def __init__(
        self,
        issuer: Issuer,
        fetch: Fetch,
        clock: Callable[[], float],
        timing: Timing | None,
    ) -> None:
        _refuse_impossible(issuer)
        self.url = issuer.url
        self.audiences = frozenset(
            _several(issuer.url if issuer.audience is None else issuer.audience)
        )
        self._typs = frozenset(normal_typ(typ) for typ in _several(issuer.typ))
        self._algorithms = _accepted(issuer)
        if len(issuer.shared_keys) > MAX_TRIED:
            raise ValueError("at most four shared keys are tried")
        self.shared = SharedKeys(
            [VerifyingKey(kid=None, verifier=Verifier("HS256", key)) for key in issuer.shared_keys]
        )
        if any(not algorithm.symmetric for algorithm in self._algorithms):
            _refuse_out_of_reach(issuer, fetch)
        location = KeySetLocation(issuer.url, issuer.jwks_uri)
        self.published = KeySource(
            issuer.url, lambda timeout: location.fetch(fetch, timeout), clock, timing
        )
        self.feed = self._feed(issuer, fetch, clock)

    def _feed(
        self, issuer: Issuer, fetch: Fetch, clock: Callable[[], float]
    ) -> RevocationFeed | None:
        # An issuer with shared keys has no list: whoever verifies it could also write it.
        asymmetric = any(not algorithm.symmetric for algorithm in self._algorithms)
        if issuer.revocations == "off" or not asymmetric:
            return None
        url = _list_of(issuer)
        if isinstance(fetch, UrllibFetch) and not is_fetchable(url):
            log.warning("%s is not asked for a revocation list: that needs https", issuer.url)
            return None
        return RevocationFeed(issuer.url, url, issuer.revocations, self.published, fetch, clock)

    def source(self, algorithm: Algorithm) -> KeySource | SharedKeys:
        """Where the keys of `algorithm` come from."""
        return self.shared if algorithm.symmetric else self.published

    def sources(self) -> Sequence[KeySource | SharedKeys]:
        """Those that tokens can need."""
        return tuple({id(source): source for source in map(self.source, self._algorithms)}.values())

    def refuse_header(self, header: TokenHeader) -> None:
        """Raises `UnacceptedAlgorithm` or `UnacceptedHeader`."""
        if header.algorithm not in self._algorithms:
            raise UnacceptedAlgorithm("an algorithm that this issuer does not use")
        # Other JWTs of the issuer must not pass for access tokens (RFC 8725, 3.11; RFC 9068, 4).
        if header.typ not in self._typs:
            raise UnacceptedHeader("typ is not that of this issuer's access tokens")

    def read(self, said: Mapping[str, object]) -> Claims:
        """The claims in their types and for this API; they still have to be verified.

        Raises `BoundToken`, `InvalidClaims` or `WrongAudience`.
        """
        refuse_bound(said)
        claims = read_claims(said)
        if self.audiences.isdisjoint(claims.audience):
            raise WrongAudience("aud names another API")
        return claims


def _several(value: str | Sequence[str | None] | None) -> Sequence[str | None]:
    return (value,) if value is None or isinstance(value, str) else value


def _list_of(issuer: Issuer) -> str:
    return issuer.revocations_uri or issuer.url.rstrip("/") + "/oauth/revocations"


def _refuse_impossible(issuer: Issuer) -> None:
    require_text("the issuer", issuer.url)
    require_word("revocations", issuer.revocations, get_args(Policy))
    if issuer.audience is not None:
        require_texts("audience", issuer.audience)
    typs = _several(issuer.typ)
    require_texts("typ", ["none" if typ is None else typ for typ in typs])
    require_list("shared_keys", issuer.shared_keys)
    if issuer.algorithms is not None:
        require_list("algorithms", issuer.algorithms)
        require_texts("algorithms", issuer.algorithms)


def _refuse_out_of_reach(issuer: Issuer, fetch: Fetch) -> None:
    """A `fetch` of the user's own may bring what ours does not, over ways that only it knows."""
    if not isinstance(fetch, UrllibFetch):
        return
    if issuer.jwks_uri is None:
        require_issuer(issuer.url)
    else:
        require_fetchable("jwks_uri", issuer.jwks_uri)
    if issuer.revocations == "required" or issuer.revocations_uri is not None:
        require_fetchable("the revocation list", _list_of(issuer))


def _accepted(issuer: Issuer) -> frozenset[Algorithm]:
    if issuer.algorithms is not None:
        accepted = frozenset(named(name) for name in issuer.algorithms)
        if not issuer.shared_keys and any(row.symmetric for row in accepted):
            raise ValueError("HS256 needs shared_keys")
        return accepted
    shared = bool(issuer.shared_keys)
    published = not shared or issuer.jwks_uri is not None
    return frozenset(row for row in ALGORITHMS.values() if (shared if row.symmetric else published))
