"""RFC 9068 and RFC 7519, 4.1: what a verified access token says.

Types are strict: an instant is a JSON number (never a text, never `true`), a name is a text. A
token whose claims have other types was made by something that cannot be trusted to mean what it
says.
"""

from collections.abc import Mapping
from functools import lru_cache
from math import floor
from types import MappingProxyType
from typing import cast

from msgspec import Struct

from watchword.guard.errors import (
    BoundToken,
    ExpiredToken,
    InvalidClaims,
    TokenNotYetValid,
)

REGISTERED = frozenset(
    {"iss", "sub", "client_id", "aud", "iat", "nbf", "exp", "jti", "scope", "cnf"}
)
# A token from further ahead than any two honest clocks are apart is a fault at its issuer.
FUTURE_ISSUE = 60


class Claims(Struct, frozen=True, kw_only=True, gc=False):
    """The claims of a token whose signature, issuer, audience and time have been verified.

    issuer: iss.  subject: sub.  client_id: client_id, "" without one.
    audience: aud, always as a tuple.  scopes: the words of scope.
    issued_at, expires_at: epoch seconds; issued_at is None without iat.
    token_id: jti, None without one.
    claims: all of them as they were signed, read-only: lists have become tuples.
    """

    issuer: str
    subject: str
    client_id: str
    audience: tuple[str, ...]
    scopes: frozenset[str]
    issued_at: int | None
    expires_at: int
    token_id: str | None
    claims: Mapping[str, object]

    @property
    def extra(self) -> Mapping[str, object]:
        """The claims that no field above has: the customer's scope of data."""
        return {name: value for name, value in self.claims.items() if name not in REGISTERED}

    def to_dict(self) -> dict[str, object]:
        """All claims as plain dictionaries and lists, a copy that may be changed or serialized."""
        return cast("dict[str, object]", _thawed(self.claims))


def read_claims(said: Mapping[str, object]) -> Claims:
    """The claims in their types; `InvalidClaims` for one that is missing or of another type.

    This does NOT verify anything: whose they are and whether their time is now is asked elsewhere.
    """
    issued_at = _instant(said, "iat")
    return Claims(
        issuer=_text(said, "iss"),
        subject=_text(said, "sub", ""),
        client_id=_text(said, "client_id", ""),
        audience=_audience(said.get("aud")),
        scopes=_words(_text(said, "scope", "")),
        issued_at=None if issued_at is None else floor(issued_at),
        expires_at=_expiry(said),
        token_id=_text(said, "jti", "") or None,
        claims=cast("Mapping[str, object]", _frozen(said)),
    )


def refuse_wrong_time(claims: Claims, now: float, leeway: float) -> None:
    """Raises `ExpiredToken` or `TokenNotYetValid`; `leeway` seconds are forgiven both ways.

    Arithmetic is done on `now`, which is ours: a signed instant may be too large for it.
    """
    said = claims.claims
    # "The current date/time MUST be before the expiration date/time" (RFC 7519, 4.1.4).
    if now - leeway >= cast("float", said["exp"]):
        raise ExpiredToken("exp has passed")
    not_before = _instant(said, "nbf")
    if not_before is not None and now + leeway < not_before:
        raise TokenNotYetValid("nbf is to come")
    issued_at = claims.issued_at
    if issued_at is not None and now + leeway + FUTURE_ISSUE < issued_at:
        raise TokenNotYetValid("iat is more than a minute ahead")


def refuse_bound(said: Mapping[str, object]) -> None:
    """Raises `BoundToken`: a stolen token that is bound to a key must be of no use (RFC 7800)."""
    if "cnf" in said:
        raise BoundToken("the token is bound to a key (cnf) and was shown as a plain bearer")


@lru_cache(maxsize=1024)
def _words(scope: str) -> frozenset[str]:
    """The scopes of a token; few texts, for many tokens."""
    return frozenset(scope.split())


def _text(said: Mapping[str, object], name: str, default: str | None = None) -> str:
    value = said.get(name, default)
    if not isinstance(value, str):
        raise InvalidClaims(f"{name} is missing or not a text")
    return value


def _instant(said: Mapping[str, object], name: str) -> int | float | None:
    value = said.get(name)
    # Strict JSON has no infinities; `true` is an int to Python and must not be one here.
    if type(value) is int or type(value) is float:
        return value
    if name in said:
        raise InvalidClaims(f"{name} is not a number")
    return None


def _expiry(said: Mapping[str, object]) -> int:
    expiry = _instant(said, "exp")
    if expiry is None:
        raise InvalidClaims("exp is missing")
    return floor(expiry)


def _audience(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise InvalidClaims("aud is missing or not a text or a list of texts")


def _frozen(value: object) -> object:
    """Claims are remembered and shared between requests, so nobody may change them."""
    if isinstance(value, dict):
        nested = {name: _frozen(item) for name, item in value.items() if type(item) in (dict, list)}
        return MappingProxyType({**value, **nested} if nested else value)
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    return value


def _thawed(value: object) -> object:
    if isinstance(value, Mapping):
        return {name: _thawed(item) for name, item in value.items()}
    if isinstance(value, tuple):
        return [_thawed(item) for item in value]
    return value
