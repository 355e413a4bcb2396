"""`watchword report`: what needs somebody's attention soon."""

import click

from watchword.admin import view
from watchword.admin.expiring import Expiring, expiring_secrets
from watchword.cli.command import group, leaf
from watchword.cli.output import View
from watchword.cli.session import Session
from watchword.core.duration import SECONDS

report = group("report", "What needs somebody's attention soon.")
COLUMNS = {
    "secret_id": "secret id",
    "client_id": "client id",
    "issuer": "issuer",
    "customer": "customer",
    "expires_at": "expires",
    "last_used_at": "last used",
    "successor": "successor",
}


@leaf(report, "expiring", example="watchword report expiring --days 30")
@click.option("--days", type=click.IntRange(1, 3650), default=30, help="How far ahead; 30.")
def expiring(session: Session, days: int) -> None:
    """List live secrets that expire soon, the nearest first, with whom to tell."""
    with session.estate.store.reading() as reading:
        found = expiring_secrets(reading, session.now, days * SECONDS["d"])
    session.out.many(
        [_view(each, session.now) for each in found],
        COLUMNS,
        empty=f"No secret expires within {days} days.",
    )


def _view(found: Expiring, now: int) -> View:
    return {
        **view.secret(found.secret, now, found.last_use),
        "client_id": found.client.client_id,
        "issuer": found.issuer.name,
        "customer": found.customer.name if found.customer else None,
        "contacts": list(found.customer.contacts) if found.customer else [],
        "successor": found.successor or None,
    }
