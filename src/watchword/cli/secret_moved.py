"""`watchword secret moved`: which clients have come over from another system."""

import click

from watchword.cli.command import standalone
from watchword.cli.naming import issuer_named, only_issuer_option
from watchword.cli.paging import paged
from watchword.cli.session import Session

COLUMNS = {
    "client_id": "client id",
    "secret_id": "secret id",
    "first_used_at": "first used",
    "last_used_at": "last used",
    "last_used_from": "from",
    "stored_as": "stored as",
}


@standalone("moved", example="watchword secret moved --issuer default --not-yet")
@only_issuer_option
@click.option("--not-yet", is_flag=True, help="Those that have not.")
@click.option("--count", is_flag=True, help="Only how many.")
@paged
def moved(
    session: Session, issuer: str | None, not_yet: bool, count: bool, after: str | None, limit: int
) -> None:
    """List secrets taken over that have got a token here, with their first use.

    That a customer's program has moved is seen by this: its own secret has worked here.
    """
    owner = issuer_named(session, issuer)
    if count:
        found = session.desk.call("count_taken_over", owner)
        told = {"clients": found["clients"], "moved": found["moved"]}
        not_moved = {"not_yet": found["clients"] - found["moved"]}
        session.out.one(told | not_moved, f"Clients of {found['issuer']}")
        return
    query = {"not_yet": not_yet, "cursor": after, "limit": limit}
    page = session.desk.call("list_taken_over", owner, query=query)
    shown = [{**each.pop("secret"), **each} for each in page["items"]]
    empty = "All have moved." if not_yet else "None has moved yet."
    session.out.many(shown, COLUMNS, after=page["next"], empty=empty)
