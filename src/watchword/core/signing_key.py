"""A signing key and its life.

States, a pure function of the key's timestamps and the time; nobody moves a key between them:

    upcoming   published in the JWK Set, does not sign yet         now < activates_at
    active     signs                                               activates_at <= now < retires_at
    retired    published, until the last token it signed is dead   retires_at <= now < removed_at
    removed    neither signs nor is published                      removed_at <= now

Rules. A key never signs before it has been published for longer than the JWK Set may be cached.
A rotation puts in a key with a later `activates_at` and sets the old one's `retires_at` to that
instant and `removed_at` to one longest token lifetime after it. An issuer's first key is active at
once: no guard has cached anything yet. Of several active keys the one activated last signs.
"""

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

State = Literal["upcoming", "active", "retired", "removed"]

# Beyond the JWK Set's cache time: clocks of guards, the time a fetch takes, a late worker.
PUBLICATION_MARGIN = 60
# Beyond the longest token's lifetime: clocks of guards that allow some leeway.
RETIREMENT_MARGIN = 120


class SigningKey(Struct, frozen=True, kw_only=True):
    """A key of an issuer.

    kid: its `kid` in headers and JWK Set. sealed: its private part, encrypted under the master
    key. public_jwk: what is published, {} for a shared (HS256) key, which never is.
    retires_at, removed_at: None while no rotation has set them.
    """

    id: str
    issuer_id: str
    kid: str
    alg: str
    sealed: bytes
    public_jwk: dict[str, str] = {}
    created_at: int
    activates_at: int
    retires_at: int | None = None
    removed_at: int | None = None

    def state(self, now: int) -> State:
        """State at `now` by the rules above."""
        if self.removed_at is not None and self.removed_at <= now:
            return "removed"
        if self.retires_at is not None and self.retires_at <= now:
            return "retired"
        return "active" if self.activates_at <= now else "upcoming"


def signing_key_at(keys: Iterable[SigningKey], now: int) -> SigningKey | None:
    """The key that signs at `now`: the active one that was activated last."""
    active = [key for key in keys if key.state(now) == "active"]
    return max(active, key=lambda key: (key.activates_at, key.id), default=None)


def published_at(keys: Iterable[SigningKey], now: int) -> list[SigningKey]:
    """Keys whose public part belongs into the JWK Set at `now`, the signing one first."""
    order = {"active": 0, "upcoming": 1, "retired": 2}
    shown = [key for key in keys if key.public_jwk and key.state(now) in order]
    return sorted(shown, key=lambda key: (order[key.state(now)], -key.activates_at))


def next_change_after(keys: Iterable[SigningKey], now: int) -> int | None:
    """The next instant at which any of `keys` changes its state, None if none will."""
    instants = (at for key in keys for at in (key.activates_at, key.retires_at, key.removed_at))
    return min((at for at in instants if at is not None and at > now), default=None)
