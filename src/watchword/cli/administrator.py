"""`watchword administrator`: who may use the administration API, and for what."""

from typing import Any, cast

import click

from watchword.admin import find, view
from watchword.admin.administrator import (
    BUILT_IN,
    ROLES,
    NewAdministrator,
    Role,
    bounds_of,
    create_administrator,
    role_of,
)
from watchword.admin.client import CreatedClient
from watchword.cli.command import group, leaf
from watchword.cli.failure import Refused
from watchword.cli.output import View, from_now
from watchword.cli.paging import paged
from watchword.cli.session import Session
from watchword.core.client import Client
from watchword.storage import Reading

administrator = group(
    "administrator",
    "Administrators: who may use the administration API, and for what.\n\n"
    "They are clients of the built-in issuer `administration`: `watchword client disable NAME "
    "--issuer administration` puts one out, `watchword secret roll` renews its credential.",
)
COLUMNS = {
    "client_id": "name",
    "role": "role",
    "issuers": "issuers",
    "enabled": "enabled",
    "created_at": "created",
}


@leaf(
    administrator,
    "create",
    example="watchword administrator create jane --role account-manager --issuer kiss",
)
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(list(ROLES)), help="What it may do.")
@click.option("--issuer", "issuers", multiple=True, metavar="NAME", help="Bound to it; all.")
def create(session: Session, name: str, role: str, issuers: tuple[str, ...]) -> None:
    """Make an administrator; its credential is shown this once."""
    _require_built_in(session)
    new = NewAdministrator(client_id=name, role=cast("Role", role), issuers=issuers)
    made = create_administrator(session.estate, session.context, new)
    _show_created(session, made, role)


@leaf(administrator, "list", example="watchword administrator list")
@paged
def list_administrators(session: Session, after: str | None, limit: int) -> None:
    """List administrators with their roles."""
    _require_built_in(session)
    with session.estate.store.reading() as reading:
        owner = find.issuer(reading, BUILT_IN)
        found = reading.clients(issuer_id=owner.id, after=after, limit=limit + 1)
        shown = [_view(reading, each) for each in found[:limit]]
    more = found[limit - 1].client_id if len(found) > limit else None
    session.out.many(shown, COLUMNS, after=more)


def _require_built_in(session: Session) -> None:
    with session.estate.store.reading() as reading:
        if reading.issuer_named(BUILT_IN) is None:
            raise Refused(
                "there is no administration API yet",
                hint="the first `watchword serve` with an administration listener makes it",
                code="no_administration",
            )


def _view(reading: Reading, found: Client) -> View:
    bounds = [reading.issuer(bound) for bound in bounds_of(found)]
    return {
        "client_id": found.client_id,
        "role": role_of(found),
        "issuers": [issuer.name for issuer in bounds if issuer is not None],
        "enabled": found.enabled,
        "created_at": view.instant(found.created_at),
        "id": found.id,
    }


def _show_created(session: Session, made: CreatedClient, role: str) -> None:
    issued = made.secret
    if issued is None:
        return
    expires_at = view.instant(issued.secret.expires_at)
    told: dict[str, Any] = {
        "client_id": made.client.client_id,
        "client_secret": issued.value,
        "secret_id": issued.secret.key_id,
        "role": role,
        "expires_at": expires_at,
        "token_endpoint": view.token_endpoint(made.issuer),
    }
    session.out.one(told, f"Administrator {made.client.client_id}")
    ends = from_now(expires_at, session.now) if expires_at else "never"
    session.out.text(f"\nThe credential is shown this once, and expires {ends}.")
