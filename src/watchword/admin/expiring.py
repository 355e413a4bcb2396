"""What ends soon: secrets that expire or were rolled or retired, and whom to tell."""

from typing import Literal

from msgspec import Struct

from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret
from watchword.storage import LastUse, Reading

_End = Literal["expires_at", "revoked_at"]


class Expiring(Struct, frozen=True, kw_only=True):
    """A secret that still works and ends soon.

    successor: key id of another secret of the client that lives longer, "" if there is none.
    """

    secret: Secret
    client: Client
    issuer: Issuer
    customer: Customer | None
    last_use: LastUse | None
    successor: str


def ending_secrets(reading: Reading, now: int, within: int) -> list[Expiring]:
    """Secrets that end within `within` seconds: expire, were rolled or retired; nearest first."""
    ended = _found(reading, "revoked_at", now, within)
    return sorted([*expiring_secrets(reading, now, within), *ended], key=_end)


def expiring_secrets(reading: Reading, now: int, within: int) -> list[Expiring]:
    """Secrets that end within `within` seconds because they expire then, the nearest first."""
    return _found(reading, "expires_at", now, within)


def _found(reading: Reading, by: _End, now: int, within: int) -> list[Expiring]:
    found: list[Expiring] = []
    after: tuple[int, str] | None = None
    while page := reading.secrets_ending(by, now, now + within, after=after):
        mine = [secret for secret in page if _ended_by(secret) == by]
        used = reading.last_use([secret.id for secret in mine])
        for secret in mine:
            expiring = _expiring(reading, secret, used.get(secret.id), now)
            if expiring is not None:
                found.append(expiring)
        after = (getattr(page[-1], by), page[-1].id)
    return found


def _ended_by(secret: Secret) -> _End:
    return "expires_at" if secret.ends_at == secret.expires_at else "revoked_at"


def _end(expiring: Expiring) -> tuple[int, str]:
    return expiring.secret.ends_at or 0, expiring.secret.id


def _expiring(
    reading: Reading, secret: Secret, last_use: LastUse | None, now: int
) -> Expiring | None:
    """`secret` with its owner; None if it has ended already, or its client has."""
    client = reading.client(secret.client_ref)
    issuer = reading.issuer(secret.issuer_id)
    if client is None or issuer is None or client.deleted_at is not None:
        return None
    if not secret.is_live(now):
        return None
    return Expiring(
        secret=secret,
        client=client,
        issuer=issuer,
        customer=reading.customer(client.customer_id) if client.customer_id else None,
        last_use=last_use,
        successor=_successor(reading, secret, now),
    )


def _successor(reading: Reading, secret: Secret, now: int) -> str:
    ends_at = secret.ends_at or 0
    for other in reading.secrets(secret.client_ref):
        later = other.ends_at is None or other.ends_at > ends_at
        if other.id != secret.id and other.is_live(now) and later:
            return other.key_id
    return ""
