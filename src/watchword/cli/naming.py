"""How a client is named on the command line, and what a list of its secrets shows."""

import click

from watchword.admin import find
from watchword.cli.session import Session
from watchword.core.client import Client
from watchword.storage import Reading

SECRET_COLUMNS = {
    "secret_id": "secret id",
    "label": "label",
    "state": "state",
    "created_at": "created",
    "ends_at": "ends",
    "last_used_at": "last used",
}
issuer_option = click.option(
    "--issuer", metavar="NAME", help="Whose client, if several have that id."
)


def named(reading: Reading, client_id: str, issuer: str | None) -> Client:
    """The client that was named, below the issuer if one was."""
    return find.client(reading, client_id, find.issuer(reading, issuer).id if issuer else None)


def client_ref(session: Session, client_id: str, issuer: str | None) -> str:
    """The opaque id of the client that was named."""
    with session.estate.store.reading() as reading:
        return named(reading, client_id, issuer).id
