"""`watchword report`: what needs somebody's attention soon."""

import click

from watchword.cli.command import group, leaf
from watchword.cli.session import Session

report = group("report", "What needs somebody's attention soon.")
COLUMNS = {
    "secret_id": "secret id",
    "client_id": "client id",
    "issuer": "issuer",
    "customer": "customer",
    "ends_at": "ends",
    "last_used_at": "last used",
    "successor": "successor",
}


@leaf(report, "expiring", example="watchword report expiring --days 30")
@click.option("--days", type=click.IntRange(1, 366), default=30, help="How far ahead; 30.")
def expiring(session: Session, days: int) -> None:
    """List live secrets that end soon, expiring or rolled or retired, with whom to tell."""
    found = session.desk.call("list_expiring", query={"days": days})["items"]
    shown = [{**each.pop("secret"), **each} for each in found]
    session.out.many(shown, COLUMNS, empty=f"No secret ends within {days} days.")
