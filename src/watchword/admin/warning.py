"""Warnings before something ends: secrets that expire, signing keys that should be rotated.

Rules. A warning is due DAYS before the end, once for each of these days; what is nearer than
several of them at once (a young secret, a server that was down) is warned of once, for the nearest.
A secret that was rolled or retired and ends before it expires, or whose client is gone, is left
alone. A signing key has no end of its own:
after KEY_LIFETIME it should be rotated, and is warned of like a secret that expires then.
"""

from watchword.admin import notice, view
from watchword.admin.estate import Estate
from watchword.admin.expiring import Expiring, expiring_secrets
from watchword.core.duration import SECONDS
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.core.notification import Notification
from watchword.core.signing_key import SigningKey, signing_key_at
from watchword.storage import Changing

DAYS = (90, 60, 30, 15, 7, 1)
KEY_LIFETIME = SECONDS["y"]
_DAY = SECONDS["d"]


def warn(estate: Estate, context: Context) -> int:
    """Put in all warnings that are due and new; how many there are. Raises StorageError."""
    with estate.store.reading() as reading:
        found = expiring_secrets(reading, context.now, DAYS[0] * _DAY)
        issuers = reading.issuers()
    told = 0
    for expiring in found:
        with estate.store.changing() as changing:
            told += _warn_of_secret(changing, context, expiring)
    for issuer in issuers:
        with estate.store.changing() as changing:
            told += _warn_of_key(changing, context, issuer)
    return told


def days_before(ends_at: int, now: int) -> int | None:
    """For which of DAYS a warning is due at `now`, None if the end is further away."""
    return min((days for days in DAYS if ends_at - now <= days * _DAY), default=None)


def _warn_of_secret(changing: Changing, context: Context, expiring: Expiring) -> int:
    secret, client = expiring.secret, expiring.client
    days = days_before(secret.expires_at or 0, context.now)
    facts = {
        "secret_id": secret.key_id,
        "label": secret.label,
        "expires_at": view.instant(secret.expires_at),
        "days": days,
        "last_used_at": view.instant(expiring.last_use.at) if expiring.last_use else None,
        "successor": expiring.successor or None,
    }
    return notice.tell(
        changing, context, "secret.expires", client, f"{secret.key_id}:{days}", facts
    )


def _warn_of_key(changing: Changing, context: Context, issuer: Issuer) -> int:
    key = signing_key_at(changing.keys(issuer.id), context.now)
    if key is None or key.retires_at is not None or not issuer.enabled:
        return 0
    due_at = key.activates_at + KEY_LIFETIME
    days = days_before(due_at, context.now)
    if days is None:
        return 0
    return changing.add_notification(_key_warning(context, issuer, key, due_at, days))


def _key_warning(
    context: Context, issuer: Issuer, key: SigningKey, due_at: int, days: int
) -> Notification:
    """For the vendor alone: customers have nothing to do with its keys."""
    facts = {"issuer": issuer.name, "kid": key.kid, "due_at": view.instant(due_at), "days": days}
    return Notification(
        id=f"key.due:{key.kid}:{days}:{notice.WEBHOOK}",
        channel="webhook",
        recipient=notice.WEBHOOK,
        kind="key.due",
        target=key.id,
        issuer_id=issuer.id,
        payload=facts,
        created_at=context.now,
        next_try_at=context.now,
    )
