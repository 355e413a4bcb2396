"""`watchword client`: programs that ask for tokens."""

import shlex
from typing import Any

import click

from watchword.cli.command import group, leaf
from watchword.cli.desk import Answer
from watchword.cli.diagnosis import show_diagnosis
from watchword.cli.ending import tell_of_tokens
from watchword.cli.failure import REFUSED
from watchword.cli.naming import (
    SECRET_COLUMNS,
    client_ref,
    find_client,
    issuer_named,
    issuer_option,
    note_dropped,
    only_issuer_option,
    require_changes,
)
from watchword.cli.paging import paged
from watchword.cli.secret_options import expiry, expiry_of, lifetime_of
from watchword.cli.session import Session
from watchword.cli.types import claims, duration, given, looking_back, pairs

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
    click.option("--customer", metavar="NAME", help='To whom it belongs; "" for nobody.'),
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
@only_issuer_option
@_settings
@expiry
@click.option("--label", default="", help="Of its first secret.")
@click.option("--no-secret", is_flag=True, help="Without a secret; see `secret adopt`.")
@click.option("--force", is_flag=True, help="Though another id differs only in case.")
def create(
    session: Session,
    client_id: str | None,
    issuer: str | None,
    expires: int | str | None,
    label: str,
    no_secret: bool,
    force: bool,
    **options: Any,
) -> None:
    """Make a client and its first secret, which is shown this once.

    CLIENT_ID is the customer's own choice; without one it is generated.
    """
    owner = issuer_named(session, issuer)
    body = {
        "client_id": client_id,
        **_given(options),
        "with_secret": not no_secret,
        "secret_label": label,
        "secret_lifetime": lifetime_of(expires),
        "force": force,
    }
    _show_created(session, session.desk.call("create_client", owner, body=body))


@leaf(client, "list", example="watchword client list --issuer default")
@click.option("--issuer", metavar="NAME", help="Only this issuer's.")
@click.option("--customer", metavar="NAME", help="Only this customer's.")
@paged
def list_clients(
    session: Session, issuer: str | None, customer: str | None, after: str | None, limit: int
) -> None:
    """List clients by client_id."""
    query = {"issuer": issuer, "customer": customer, "cursor": after, "limit": limit}
    page = session.desk.call("list_clients", query=query)
    session.out.many(page["items"], COLUMNS, after=page["next"], empty="There is no client yet.")


@leaf(client, "show", example="watchword client show ACME01")
@click.argument("client_id")
@issuer_option
def show(session: Session, client_id: str, issuer: str | None) -> None:
    """Show one client with its secrets; never their values."""
    found = find_client(session, client_id, issuer)
    secrets = session.desk.call("list_secrets", found["id"])["items"]
    if session.out.as_json:
        session.out.one({**found, "secrets": secrets})
        return
    session.out.one(found, f"Client {found['client_id']}", brief=True)
    session.out.text()
    session.out.many(secrets, SECRET_COLUMNS, empty="It has no secret.")


@leaf(client, "edit", example="watchword client edit ACME01 --scope read --scope write")
@click.argument("client_id")
@issuer_option
@_settings
def edit(session: Session, client_id: str, issuer: str | None, **options: Any) -> None:
    """Change settings of a client.

    A list that is given replaces the one before, and "" empties it; so do claims.
    """
    changes = require_changes(_given(options))
    before = find_client(session, client_id, issuer)
    after = session.desk.call("edit_client", before["id"], body=changes)
    session.out.one(after, f"Client {after['client_id']}", brief=True)
    note_dropped(session, before, after)


@leaf(client, "disable", example="watchword client disable ACME01")
@click.argument("client_id")
@issuer_option
def disable(session: Session, client_id: str, issuer: str | None) -> None:
    """Give it no tokens any more."""
    ref = client_ref(session, client_id, issuer)
    after = session.desk.call("disable_client", ref)
    session.out.one(after, f"Client {after['client_id']} is disabled", brief=True)
    tell_of_tokens(session, after)


@leaf(client, "enable", example="watchword client enable ACME01")
@click.argument("client_id")
@issuer_option
def enable(session: Session, client_id: str, issuer: str | None) -> None:
    """Give it tokens again."""
    ref = client_ref(session, client_id, issuer)
    after = session.desk.call("enable_client", ref)
    session.out.one(after, f"Client {after['client_id']} is enabled", brief=True)


@leaf(client, "delete", example="watchword client delete ACME01 --yes")
@click.argument("client_id")
@issuer_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(session: Session, client_id: str, issuer: str | None, yes: bool) -> None:
    """Delete a client and end its secrets. Its id is never given out again."""
    ref = client_ref(session, client_id, issuer)
    if not yes:
        click.confirm(f"Delete {client_id} and end its secrets?", abort=True, err=True)
    after = session.desk.call("delete_client", ref)
    session.out.one(after, f"Client {after['client_id']} is deleted", brief=True)
    tell_of_tokens(session, after)


@leaf(client, "diagnose", example="watchword client diagnose ACME01 --since 24h")
@click.argument("client_id")
@issuer_option
@click.option("--since", type=looking_back("31d"), default="24h", help="How far back; 24h.")
def diagnose(session: Session, client_id: str, issuer: str | None, since: int) -> int:
    """Say why a client gets no tokens, and since when; exit code 1 if anything is wrong.

    Refusals are counted by the hour; changes stand with the minute.
    """
    ref = client_ref(session, client_id, issuer)
    found = session.desk.call("diagnose_client", ref, query={"since": since})
    show_diagnosis(session, found, since)
    return REFUSED if any(each["severity"] == "fault" for each in found["findings"]) else 0


def _show_created(session: Session, made: Answer) -> None:
    client, secret = made["client"], made["secret"]
    told = {
        "issuer": client["issuer"],
        "client_id": client["client_id"],
        "client_secret": made["client_secret"],
        "secret_id": secret["secret_id"] if secret else None,
        "expires_at": secret["expires_at"] if secret else None,
        "scopes": client["scopes"],
        "token_endpoint": made["token_endpoint"],
    }
    session.out.one(told, f"Client {client['client_id']} of {client['issuer']}")
    if secret:
        session.out.text(f"\nThe secret is shown this once, and {expiry_of(session, secret)}.")
    issuer_url = session.desk.call("show_issuer", client["issuer"])["url"]
    session.out.text(
        f"Next: watchword token get --issuer-url {issuer_url}"
        f" --client-id {shlex.quote(client['client_id'])}"
    )


def _given(options: dict[str, Any]) -> dict[str, Any]:
    """The settings that were typed."""
    typed = given(options)
    if typed.get("customer") == "":
        typed["customer"] = None
    if "claims" in typed:
        typed["claims"] = claims(typed["claims"])
    if "attributes" in typed:
        typed["attributes"] = pairs(typed["attributes"], "--attr")
    return typed
