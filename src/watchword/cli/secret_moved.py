"""`watchword secret moved`: which clients have come over from another system."""

from typing import Any

import click

from watchword.admin import find, view
from watchword.cli.command import standalone
from watchword.cli.failure import Refused
from watchword.cli.naming import issuer_named, only_issuer_option
from watchword.cli.paging import paged
from watchword.cli.session import Session
from watchword.storage import TakenOver

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
    name = issuer_named(session, issuer)
    with session.estate.store.reading() as reading:
        owner = find.issuer(reading, name)
        if count:
            found = reading.takeover_count(owner.id)
        else:
            behind = _place(after) if after else ("", "")
            rows = reading.taken_over(owner.id, moved=not not_yet, after=behind, limit=limit + 1)
    if count:
        told = {"clients": found.clients, "moved": found.moved}
        session.out.one(told | {"not_yet": found.clients - found.moved}, f"Clients of {owner.name}")
        return
    more = _written(rows[limit - 1]) if len(rows) > limit else None
    shown = [_view(row, session.now) for row in rows[:limit]]
    empty = "All have moved." if not_yet else "None has moved yet."
    session.out.many(shown, COLUMNS, after=more, empty=empty)


def _view(row: TakenOver, now: int) -> dict[str, Any]:
    used = row.last_use
    return {
        "client_id": row.client_id,
        **view.secret(row.secret, now, used),
        "first_used_at": view.instant(used.first_at) if used else None,
    }


def _written(row: TakenOver) -> str:
    # A secret id has no colon, and a client_id may have one.
    return f"{row.secret.id}:{row.client_id}"


def _place(after: str) -> tuple[str, str]:
    secret_id, colon, client_id = after.partition(":")
    if not colon:
        raise Refused("--after takes what the page before named", usage=True)
    return client_id, secret_id
