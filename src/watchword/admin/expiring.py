"""What ends soon: secrets that expire, and whom to tell."""

from msgspec import Struct

from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret
from watchword.storage import LastUse, Reading


class Expiring(Struct, frozen=True, kw_only=True):
    """A secret that still works and expires soon.

    successor: key id of another secret of the client that lives longer, "" if there is none.
    """

    secret: Secret
    client: Client
    issuer: Issuer
    customer: Customer | None
    last_use: LastUse | None
    successor: str


def expiring_secrets(reading: Reading, now: int, within: int) -> list[Expiring]:
    """Secrets that expire within `within` seconds, the nearest first."""
    found: list[Expiring] = []
    after: tuple[int, str] | None = None
    while page := reading.secrets_expiring(now, now + within, after=after):
        used = reading.last_use([secret.id for secret in page])
        for secret in page:
            expiring = _expiring(reading, secret, used.get(secret.id), now)
            if expiring is not None:
                found.append(expiring)
        after = (page[-1].expires_at or 0, page[-1].id)
    return found


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
