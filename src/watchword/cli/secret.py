"""`watchword secret`: the API keys of clients."""

import click

from watchword.admin import find, view
from watchword.admin import secret as secrets
from watchword.admin.secret import IssuedSecret, NewSecret
from watchword.cli.command import LazyGroup, leaf
from watchword.cli.naming import SECRET_COLUMNS, client_ref, issuer_option, named
from watchword.cli.output import View, from_now
from watchword.cli.secret_options import expiry, lifetime_of
from watchword.cli.session import Session
from watchword.cli.types import read_secret
from watchword.core.secret import Secret

secret = LazyGroup(
    "secret",
    help="Secrets (API keys): several live ones a client.",
    context_settings={"max_content_width": 100},
    lazy={
        "import": ("watchword.cli.secret_import:import_", "Take over secrets of another system.")
    },
)
_LABEL = click.option("--label", default="", help="What people call it.")


@leaf(secret, "issue", example="watchword secret issue ACME01 --issuer default --expires 90d")
@click.argument("client_id")
@issuer_option
@expiry
@_LABEL
def issue(
    session: Session, client_id: str, issuer: str | None, expires: int | str | None, label: str
) -> None:
    """Make another secret for a client; it is shown this once."""
    ref = client_ref(session, client_id, issuer)
    new = NewSecret(label=label, lifetime=lifetime_of(expires))
    show_issued(session, secrets.issue_secret(session.estate, session.context, ref, new), client_id)


@leaf(
    secret,
    "adopt",
    example="watchword secret adopt ACME01 --issuer default --secret-file their-secret.txt",
)
@click.argument("client_id")
@issuer_option
@expiry
@_LABEL
@click.option("--secret-file", metavar="FILE|-", help="Where it stands; asked for otherwise.")
@click.option("--weak", is_flag=True, help="Though it is shorter than 12 characters.")
def adopt(
    session: Session,
    client_id: str,
    issuer: str | None,
    expires: int | str | None,
    label: str,
    secret_file: str | None,
    weak: bool,
) -> None:
    """Take over a secret that the customer has already."""
    ref = client_ref(session, client_id, issuer)
    value = read_secret(secret_file, "Secret")
    new = NewSecret(label=label, lifetime=lifetime_of(expires))
    taken = secrets.adopt_secret(session.estate, session.context, ref, value, new, weak=weak)
    session.out.one(_view(session, taken), f"Secret {taken.key_id} of {client_id}")


@leaf(secret, "list", example="watchword secret list ACME01")
@click.argument("client_id")
@issuer_option
def list_secrets(session: Session, client_id: str, issuer: str | None) -> None:
    """List a client's secrets, dead ones too; never their values."""
    with session.estate.store.reading() as reading:
        known = reading.secrets(named(reading, client_id, issuer).id)
        used = reading.last_use([each.id for each in known])
    shown = [view.secret(each, session.now, used.get(each.id)) for each in known]
    session.out.many(shown, SECRET_COLUMNS, empty=f"{client_id} has no secret.")


@leaf(secret, "revoke", example="watchword secret revoke k7Qm2x0a --yes")
@click.argument("secret_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def revoke(session: Session, secret_id: str, yes: bool) -> None:
    """End a secret at once. SECRET_ID is its key id."""
    with session.estate.store.reading() as reading:
        found = find.secret(reading, secret_id)
    if not yes and found.is_live(session.now):
        _ask(session, found)
    after = secrets.revoke_secret(session.estate, session.context, found.id)
    session.out.one(_view(session, after), f"Secret {after.key_id} is {after.state(session.now)}")


def show_issued(session: Session, issued: IssuedSecret, client_id: str) -> None:
    """A new secret with its value, this once."""
    expires_at = view.instant(issued.secret.expires_at)
    told = {
        "client_id": client_id,
        "client_secret": issued.value,
        "secret_id": issued.secret.key_id,
        "label": issued.secret.label,
        "expires_at": expires_at,
    }
    session.out.one(told, f"Secret {issued.secret.key_id} of {client_id}")
    ends = from_now(expires_at, session.now) if expires_at else "never"
    session.out.text(f"\nThe secret is shown this once, and expires {ends}.")


def _ask(session: Session, found: Secret) -> None:
    """Who used it when, before it is ended."""
    with session.estate.store.reading() as reading:
        client = reading.client(found.client_ref)
        used = reading.last_use([found.id]).get(found.id)
    owner = client.client_id if client else "a client that is gone"
    click.echo(f"Secret {found.key_id} of {owner}", err=True)
    if used is None:
        click.echo("  It has never got a token.", err=True)
    else:
        when = from_now(str(view.instant(used.at)), session.now)
        click.echo(f"  It got a token {when}, from {used.address} by {used.user_agent}.", err=True)
    click.confirm("Revoke it now?", abort=True, err=True)


def _view(session: Session, found: Secret) -> View:
    with session.estate.store.reading() as reading:
        used = reading.last_use([found.id])
    return view.secret(found, session.now, used.get(found.id))
