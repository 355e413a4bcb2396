"""Who uses which secret, and whether one can be revoked without anybody noticing.

Counters are kept by the hour for each client and secret; the last use of a secret to the minute.
"""

from msgspec import Struct

from watchword.core.client import Client
from watchword.core.duration import SECONDS
from watchword.core.secret import Secret
from watchword.core.usage import ISSUED
from watchword.storage import LastUse, Reading, UsageCount

HOUR = SECONDS["h"]
# Nobody who still needs a secret goes without a token for so long.
QUIET = SECONDS["d"]


class SecretUsage(Struct, frozen=True, kw_only=True):
    """A secret and what it was used for.

    issued: tokens in the window; share: of all the client's tokens there, 0 to 1.
    safe_to_revoke: it works, and has not been used for QUIET; its successor is, or nobody asks.
    """

    secret: Secret
    issued: int
    share: float
    last_use: LastUse | None
    safe_to_revoke: bool


def usage_of(
    reading: Reading, client: Client, now: int, *, window: int = QUIET
) -> list[SecretUsage]:
    """The client's secrets that worked within the last `window` seconds, the oldest first."""
    since = now - window
    counts = reading.usage(since - since % HOUR, now + 1, client_ref=client.id)
    known = [secret for secret in reading.secrets(client.id) if secret.is_live(since)]
    used = reading.last_use([secret.id for secret in known])
    issued = {secret.id: _issued(counts, secret) for secret in known}
    total = sum(issued.values())
    return [
        SecretUsage(
            secret=secret,
            issued=issued[secret.id],
            share=issued[secret.id] / total if total else 0.0,
            last_use=used.get(secret.id),
            safe_to_revoke=_is_quiet(secret, used.get(secret.id), now),
        )
        for secret in known
    ]


def _issued(counts: list[UsageCount], secret: Secret) -> int:
    return sum(
        count.count for count in counts if count.secret_id == secret.id and count.outcome == ISSUED
    )


def _is_quiet(secret: Secret, last_use: LastUse | None, now: int) -> bool:
    """A secret that was made lately and never used may be on its way to the customer."""
    quiet_since = secret.created_at if last_use is None else last_use.at
    return secret.is_live(now) and now - quiet_since >= QUIET
