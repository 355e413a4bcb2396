"""A secret (people say API key): one of a client's several passwords (RFC 6749, 2.3.1).

States, in this order of precedence; nobody moves a secret between them but time and a revocation:

    revoked    revoked_at has come: a person or a roll ended it. A roll sets it ahead of time.
    expired    expires_at has come.
    expiring   its end is set and nearer than EXPIRING_WITHIN; it still works.
    active     it works.

The value of a secret is never in this type: `verifier` is what it is compared with.
"""

from typing import Literal

from msgspec import Struct

from watchword.core.duration import SECONDS

State = Literal["active", "expiring", "expired", "revoked"]

EXPIRING_WITHIN = 30 * SECONDS["d"]
HMAC = "hmac"


class Secret(Struct, frozen=True, kw_only=True):
    """A stored secret.

    id: opaque and stable, 8 base62 digits; also its handle in `jti`. key_id: its public name.
    client_ref: `Client.id`. kind: how `verifier` was made: "hmac" (HMAC-SHA-256 under a pepper),
    or the name of a slow hash, whose verifier is its encoded text.
    pepper_id: the pepper of an "hmac" verifier, else None.
    generated: whether we made it, in our format; imported and customer-chosen ones are not.
    expires_at, revoked_at: None for never.
    """

    id: str
    issuer_id: str
    client_ref: str
    key_id: str
    kind: str = HMAC
    verifier: bytes
    pepper_id: int | None = None
    label: str = ""
    generated: bool = True
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None

    @property
    def ends_at(self) -> int | None:
        """When it stops working: the earlier of expiry and revocation, None for never."""
        if self.revoked_at is None or self.expires_at is None:
            return self.expires_at if self.revoked_at is None else self.revoked_at
        return min(self.expires_at, self.revoked_at)

    def is_live(self, now: int) -> bool:
        """Whether it gets tokens at `now`."""
        ends_at = self.ends_at
        return ends_at is None or now < ends_at

    def state(self, now: int) -> State:
        """State at `now` by the rules above."""
        if self.revoked_at is not None and self.revoked_at <= now:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        ends_at = self.ends_at
        return "active" if ends_at is None or ends_at - now > EXPIRING_WITHIN else "expiring"
