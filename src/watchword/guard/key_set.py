"""RFC 7517, 5: an issuer's JWK Set, its verifiers prepared."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from watchword.guard.errors import UnacceptedAlgorithm
from watchword.jose import key, strict_json
from watchword.jose.algorithm import ALGORITHMS, Algorithm
from watchword.jose.errors import InvalidJson, JoseError
from watchword.jose.jws import Verifier

# A token without kid is tried with so many keys, and costs no more.
MAX_TRIED = 4
MAX_KEYS = 64


class VerifyingKey(Struct, frozen=True, kw_only=True, eq=False):
    """A key that is prepared for one algorithm.

    kid: None where the issuer gives none. thumbprint: None for an HMAC key.
    """

    kid: str | None
    verifier: Verifier
    thumbprint: str | None = None

    @property
    def algorithm(self) -> Algorithm:
        """The only algorithm that the key verifies."""
        return self.verifier.algorithm

    @property
    def identity(self) -> tuple[str | None, str | None, str]:
        """What makes two keys of two sets the same."""
        return self.kid, self.thumbprint, self.algorithm.name


class KeySet:
    """Keys at one moment; never changed, only replaced."""

    __slots__ = ("_by_kid", "_only", "keys")

    def __init__(self, keys: Iterable[VerifyingKey]) -> None:
        self.keys = tuple(keys)
        self._by_kid: dict[str | None, tuple[VerifyingKey, ...]] = {}
        for held in self.keys:
            self._by_kid[held.kid] = (*self._by_kid.get(held.kid, ()), held)
        # The usual case at one look: a kid, and the one key that it names.
        self._only: dict[tuple[str | None, Algorithm], tuple[VerifyingKey, ...]] = {
            (kid, named[0].algorithm): named
            for kid, named in self._by_kid.items()
            if kid is not None and len(named) == 1
        }

    def candidates(self, algorithm: Algorithm, kid: str | None) -> Sequence[VerifyingKey]:
        """The keys that may have signed: at most four, none if the kid is unknown.

        Raises `UnacceptedAlgorithm` where the kid is known and its key is for another algorithm.
        """
        only = self._only.get((kid, algorithm))
        if only is not None:
            return only
        named = self._by_kid.get(kid) if kid is not None else None
        # Some issuers name the key in the token and not in the set.
        among = named or (self.keys if kid is None else self._by_kid.get(None, ()))
        fitting = [held for held in among if held.verifier.algorithm is algorithm]
        if named and not fitting:
            raise UnacceptedAlgorithm("the algorithm is not the key's")
        return fitting[:MAX_TRIED]

    def same_keys(self, other: "KeySet") -> bool:
        """Whether both hold the same keys in the same order."""
        return [held.identity for held in self.keys] == [held.identity for held in other.keys]


def parse_key_set(data: bytes) -> KeySet:
    """The keys of a JWK Set that can verify; others are passed over, as RFC 7517, 5 wants.

    Raises `InvalidJson` for what is not a JWK Set. Symmetric keys in it are never used: a published
    secret is no secret.
    """
    document = strict_json.loads(data)
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise InvalidJson("not a JWK Set")
    return KeySet(held for jwk in listed[:MAX_KEYS] for held in _prepared(jwk))


def _prepared(jwk: object) -> Iterator[VerifyingKey]:
    if not isinstance(jwk, dict):
        return
    kid = jwk.get("kid")
    for name in _algorithms(jwk):
        try:
            yield VerifyingKey(
                kid=kid if isinstance(kid, str) else None,
                verifier=Verifier(name, jwk),
                thumbprint=key.thumbprint(jwk),
            )
        except JoseError:
            continue


def _algorithms(jwk: Mapping[str, object]) -> Iterator[str]:
    """The algorithms that a JWK may verify: its own, or all of its type where it names none."""
    stated = jwk.get("alg")
    for name, row in ALGORITHMS.items():
        if row.symmetric or row.kty != jwk.get("kty") or row.crv not in (None, jwk.get("crv")):
            continue
        if stated == name or (stated is None and name == row.name):
            yield name
