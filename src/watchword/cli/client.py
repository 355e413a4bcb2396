"""`watchword client`: programs that ask for tokens."""

import shlex
from typing import Any

import click

from watchword.admin import client as clients
from watchword.admin import diagnosis, find, view
from watchword.admin.client import ClientChanges, CreatedClient, NewClient
from watchword.admin.secret import NewSecret
from watchword.cli.command import group, leaf
from watchword.cli.diagnosis import show_diagnosis
from watchword.cli.failure import REFUSED
from watchword.cli.naming import SECRET_COLUMNS, client_ref, issuer_option, named
from watchword.cli.output import View, from_now
from watchword.cli.paging import paged
from watchword.cli.secret_options import expiry, lifetime_of
from watchword.cli.session import Session
from watchword.cli.types import claims, duration, pairs
from watchword.core.client import Client
from watchword.storage import Reading

client = group("client", "Clients: programs that ask an issuer for tokens.")
COLUMNS = {
    "client_id": "client id",
    "issuer": "issuer",
    "customer": "customer",
    "name": "name",
    "scopes": "scopes",
    "enabled": "enabled",
}
_SETTINGS = (
    click.option("--customer", metavar="NAME", help="To whom it belongs."),
    click.option("--name", help="What people call it."),
    click.option("--scope", "scopes", multiple=True, metavar="S", help="What it may be granted."),
    click.option("--audience", "audiences", multiple=True, metavar="A", help="Of its tokens."),
    click.option("--claim", "claims", multiple=True, metavar="K=V|K:=JSON", help="In its tokens."),
    click.option("--attr", "attributes", multiple=True, metavar="K=V", help="For the dialect."),
    click.option("--lifetime", type=duration, help="Of its tokens; the issuer's."),
    click.option("--introspects", multiple=True, metavar="A", help="Audience it may introspect."),
)


def _settings(command: Any) -> Any:
    for option in reversed(_SETTINGS):
        command = option(command)
    return command


@leaf(
    client,
    "create",
    example="watchword client create ACME01 --issuer default --scope read --claim tenant=acme\n"
    "watchword client create --issuer default",
)
@click.argument("client_id", required=False)
@click.option("--issuer", required=True, metavar="NAME", help="Whose client it is.")
@_settings
@expiry
@click.option("--label", default="", help="Of its first secret.")
@click.option("--no-secret", is_flag=True, help="Without a secret; see `secret adopt`.")
@click.option("--force", is_flag=True, help="Though another id differs only in case.")
def create(
    session: Session,
    client_id: str | None,
    issuer: str,
    expires: int | str | None,
    label: str,
    no_secret: bool,
    force: bool,
    **options: Any,
) -> None:
    """Make a client and its first secret, which is shown this once.

    CLIENT_ID is the customer's own choice; without one it is generated.
    """
    new = NewClient(client_id=client_id, **_given(options))
    made = clients.create_client(
        session.estate,
        session.context,
        issuer,
        new,
        secret=NewSecret(label=label, lifetime=lifetime_of(expires)),
        with_secret=not no_secret,
        force=force,
    )
    _show_created(session, made)


@leaf(client, "list", example="watchword client list --issuer default")
@click.option("--issuer", metavar="NAME", help="Only this issuer's.")
@click.option("--customer", metavar="NAME", help="Only this customer's.")
@paged
def list_clients(
    session: Session, issuer: str | None, customer: str | None, after: str | None, limit: int
) -> None:
    """List clients by client_id."""
    with session.estate.store.reading() as reading:
        found = reading.clients(
            issuer_id=find.issuer(reading, issuer).id if issuer else None,
            customer_id=find.customer(reading, customer).id if customer else None,
            after=after,
            limit=limit + 1,
        )
        shown = [_view(reading, each) for each in found[:limit]]
    more = found[limit - 1].client_id if len(found) > limit else None
    session.out.many(shown, COLUMNS, after=more, empty="There is no client yet.")


@leaf(client, "show", example="watchword client show ACME01")
@click.argument("client_id")
@issuer_option
def show(session: Session, client_id: str, issuer: str | None) -> None:
    """Show one client with its secrets; never their values."""
    with session.estate.store.reading() as reading:
        found = named(reading, client_id, issuer)
        known = reading.secrets(found.id)
        used = reading.last_use([each.id for each in known])
        shown = _view(reading, found)
    secrets = [view.secret(each, session.now, used.get(each.id)) for each in known]
    if session.out.as_json:
        session.out.one({**shown, "secrets": secrets})
        return
    session.out.one(shown, f"Client {found.client_id}", brief=True)
    session.out.text()
    session.out.many(secrets, SECRET_COLUMNS, empty="It has no secret.")


@leaf(client, "edit", example="watchword client edit ACME01 --scope read --scope write")
@click.argument("client_id")
@issuer_option
@_settings
def edit(session: Session, client_id: str, issuer: str | None, **options: Any) -> None:
    """Change settings of a client; a list that is given replaces the one before."""
    changes = ClientChanges(**_given(options))
    after = clients.edit_client(
        session.estate, session.context, client_ref(session, client_id, issuer), changes
    )
    _show(session, after, f"Client {after.client_id}")


@leaf(client, "disable", example="watchword client disable ACME01")
@click.argument("client_id")
@issuer_option
def disable(session: Session, client_id: str, issuer: str | None) -> None:
    """Give it no tokens any more."""
    ref = client_ref(session, client_id, issuer)
    after = clients.disable_client(session.estate, session.context, ref)
    _show(session, after, f"Client {after.client_id} is disabled")


@leaf(client, "enable", example="watchword client enable ACME01")
@click.argument("client_id")
@issuer_option
def enable(session: Session, client_id: str, issuer: str | None) -> None:
    """Give it tokens again."""
    ref = client_ref(session, client_id, issuer)
    after = clients.enable_client(session.estate, session.context, ref)
    _show(session, after, f"Client {after.client_id} is enabled")


@leaf(client, "delete", example="watchword client delete ACME01 --yes")
@click.argument("client_id")
@issuer_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(session: Session, client_id: str, issuer: str | None, yes: bool) -> None:
    """Delete a client and end its secrets. Its id is never given out again."""
    ref = client_ref(session, client_id, issuer)
    if not yes:
        click.confirm(f"Delete {client_id} and end its secrets?", abort=True, err=True)
    after = clients.delete_client(session.estate, session.context, ref)
    _show(session, after, f"Client {after.client_id} is deleted")


@leaf(client, "diagnose", example="watchword client diagnose ACME01 --since 24h")
@click.argument("client_id")
@issuer_option
@click.option("--since", type=duration, default="24h", help="How far back; 24h.")
def diagnose(session: Session, client_id: str, issuer: str | None, since: int) -> int:
    """Say why a client gets no tokens, and since when; exit code 1 if anything is wrong.

    Refusals are counted by the hour; changes stand with the minute.
    """
    with session.estate.store.reading() as reading:
        found = diagnosis.diagnose(
            reading, named(reading, client_id, issuer), session.now, window=since
        )
    show_diagnosis(session, found)
    return REFUSED if any(each.severity == "fault" for each in found.findings) else 0


def _view(reading: Reading, found: Client) -> View:
    owner = reading.issuer(found.issuer_id)
    customer = reading.customer(found.customer_id) if found.customer_id else None
    return view.client(found, owner.name if owner else "", customer.name if customer else None)


def _show(session: Session, found: Client, title: str) -> None:
    with session.estate.store.reading() as reading:
        session.out.one(_view(reading, found), title, brief=True)


def _show_created(session: Session, made: CreatedClient) -> None:
    issued = made.secret
    told: dict[str, Any] = {
        "issuer": made.issuer.name,
        "client_id": made.client.client_id,
        "client_secret": issued.value if issued else None,
        "secret_id": issued.secret.key_id if issued else None,
        "expires_at": view.instant(issued.secret.expires_at) if issued else None,
        "scopes": list(made.client.scopes),
        "token_endpoint": view.token_endpoint(made.issuer),
    }
    session.out.one(told, f"Client {made.client.client_id} of {made.issuer.name}")
    if issued is not None:
        ends = from_now(told["expires_at"], session.now) if told["expires_at"] else "never"
        session.out.text(f"\nThe secret is shown this once, and expires {ends}.")
    session.out.text(
        f"Next: watchword token get --issuer-url {made.issuer.url}"
        f" --client-id {shlex.quote(made.client.client_id)}"
    )


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """The settings that were typed."""
    given = {name: value for name, value in options.items() if value not in (None, ())}
    if "claims" in given:
        given["claims"] = claims(given["claims"])
    if "attributes" in given:
        given["attributes"] = pairs(given["attributes"], "--attr")
    return given
