"""`watchword secret`: the API keys of clients."""

import click

from watchword.admin import find, roll, view
from watchword.admin import secret as secrets
from watchword.admin.secret import IssuedSecret, NewSecret
from watchword.admin.usage import SecretUsage, usage_of
from watchword.cli.command import LazyGroup, leaf
from watchword.cli.failure import REFUSED
from watchword.cli.naming import SECRET_COLUMNS, client_ref, issuer_option, named
from watchword.cli.output import View, from_now
from watchword.cli.secret_options import expiry, lifetime_of
from watchword.cli.session import Session
from watchword.cli.types import duration, read_secret
from watchword.core import secret_format
from watchword.core.secret import Secret

secret = LazyGroup(
    "secret",
    help="Secrets (API keys): several live ones a client.",
    context_settings={"max_content_width": 100},
    lazy={
        "import": ("watchword.cli.secret_import:import_", "Take over secrets of another system."),
        "moved": ("watchword.cli.secret_moved:moved", "List the clients that have moved here."),
    },
)
USAGE_COLUMNS = {
    "secret_id": "secret id",
    "label": "label",
    "state": "state",
    "issued": "tokens",
    "share": "share",
    "last_used_at": "last used",
    "last_used_from": "from",
    "last_used_by": "by",
    "safe_to_revoke": "safe to revoke",
}
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
    session.out.one(_view(session, taken), f"Secret {taken.key_id} of {client_id}", brief=True)


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


@leaf(secret, "check", example="watchword secret check --secret-file their-secret.txt")
@click.option("--secret-file", metavar="FILE|-", help="Where it stands; asked for otherwise.")
def check(session: Session, secret_file: str | None) -> int:
    """Say offline whether a secret of our format was copied right; exit code 1 if not.

    It says nothing about whether the secret works: only the server knows that.
    """
    value = read_secret(secret_file, "Secret")
    right = secret_format.check_is_right(value)
    told = {"secret_id": secret_format.key_id_of(value), "whole": right}
    session.out.one(told, "The secret is whole." if right else "The secret is not whole.")
    return 0 if right else REFUSED


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
    title = f"Secret {after.key_id} is {after.state(session.now)}"
    session.out.one(_view(session, after), title, brief=True)


@leaf(
    secret,
    "roll",
    example="watchword secret roll ACME01 --issuer default --overlap 24h\n"
    "watchword secret roll k7Qm2x0a --overlap 7d --plan",
)
@click.argument("name", metavar="CLIENT_ID|SECRET_ID")
@issuer_option
@click.option("--overlap", type=duration, default="24h", help="How long both work; 24h.")
@expiry
@click.option("--label", help="Of the new one; that of the old one.")
@click.option("--plan", is_flag=True, help="Only say what would happen.")
def roll_it(
    session: Session,
    name: str,
    issuer: str | None,
    overlap: int,
    expires: int | str | None,
    label: str | None,
    plan: bool,
) -> None:
    """Make a new secret now and let the old one end after an overlap.

    Named by a client, it is that client's one live secret; by its key id where it has several.
    """
    old = _rollable(session, name, issuer)
    new = NewSecret(label=old.label if label is None else label, lifetime=lifetime_of(expires))
    if plan:
        with session.estate.store.reading() as reading:
            planned = roll.plan_roll(reading, old.id, session.now, overlap=overlap, new=new)
        _show_plan(session, planned)
        return
    done = roll.roll_secret(session.estate, session.context, old.id, overlap=overlap, new=new)
    _show_rolled(session, done)


@leaf(secret, "cancel", example="watchword secret cancel k7Qm2x0a")
@click.argument("secret_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def cancel(session: Session, secret_id: str, yes: bool) -> None:
    """Take a roll back: the old secret lives on, the new one is revoked.

    SECRET_ID is the key id of either.
    """
    with session.estate.store.reading() as reading:
        found = find.secret(reading, secret_id)
    if not yes:
        click.confirm("The new secret will stop working at once. Go on?", abort=True, err=True)
    done = roll.cancel_roll(session.estate, session.context, found.id)
    told = {
        "client_id": done.client.client_id,
        "kept": done.old.key_id,
        "expires_at": view.instant(done.old.expires_at),
        "revoked": done.new.key_id,
    }
    session.out.one(told, f"The roll of {done.old.key_id} is taken back")


@leaf(secret, "usage", example="watchword secret usage ACME01 --since 7d")
@click.argument("client_id")
@issuer_option
@click.option("--since", type=duration, default="24h", help="How far back; 24h.")
def usage(session: Session, client_id: str, issuer: str | None, since: int) -> None:
    """Show which secret gets how many of a client's tokens, and which is safe to revoke."""
    with session.estate.store.reading() as reading:
        found = usage_of(reading, named(reading, client_id, issuer), session.now, window=since)
    shown = [_usage_view(each, session.now) for each in found]
    session.out.many(shown, USAGE_COLUMNS, empty=f"{client_id} has no secret.")


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
        client = find.client(reading, found.client_ref)
        [usage] = [
            each for each in usage_of(reading, client, session.now) if each.secret.id == found.id
        ]
    click.echo(f"Secret {found.key_id} of {client.client_id}", err=True)
    used = usage.last_use
    if used is None:
        click.echo("  It has never got a token.", err=True)
    else:
        when = from_now(str(view.instant(used.at)), session.now)
        by = f" by {used.user_agent}" if used.user_agent else ""
        click.echo(f"  It last got a token {when}, from {used.address}{by}.", err=True)
        click.echo(f"  {usage.issued} tokens in the last 24 hours.", err=True)
    if usage.safe_to_revoke:
        click.echo("  Safe to revoke: not used for 24 hours.", err=True)
    click.confirm("Revoke it now?", abort=True, err=True)


def _view(session: Session, found: Secret) -> View:
    with session.estate.store.reading() as reading:
        used = reading.last_use([found.id])
    return view.secret(found, session.now, used.get(found.id))


def _rollable(session: Session, name: str, issuer: str | None) -> Secret:
    """The secret of that key id, or the one live secret of the client of that name."""
    with session.estate.store.reading() as reading:
        by_key_id = reading.secret_with_key_id(name)
        if by_key_id is not None and issuer is None:
            return by_key_id
        return roll.rollable(reading, named(reading, name, issuer), session.now)


def _show_plan(session: Session, planned: roll.RollPlan) -> None:
    told = {
        "client_id": planned.client.client_id,
        "old_secret_id": planned.old.key_id,
        "old_ends_at": view.instant(planned.old_ends_at),
        "new_expires_at": view.instant(planned.new_expires_at),
        "live_during_overlap": planned.live,
    }
    session.out.one(told, f"Rolling {planned.old.key_id} would do this")
    session.out.text("\nNothing was changed.")


def _show_rolled(session: Session, done: roll.Rolled) -> None:
    ends_at = str(view.instant(done.old.ends_at))
    told = {
        "client_id": done.client.client_id,
        "client_secret": done.new.value,
        "secret_id": done.new.secret.key_id,
        "expires_at": view.instant(done.new.secret.expires_at),
        "old_secret_id": done.old.key_id,
        "old_ends_at": ends_at,
    }
    session.out.one(told, f"Secret {done.old.key_id} of {done.client.client_id} is rolled")
    session.out.text(
        f"\nThe secret is shown this once. Both work until the old one ends "
        f"{from_now(ends_at, session.now)}."
    )
    session.out.text(f"Take it back with: watchword secret cancel {done.new.secret.key_id}")


def _usage_view(usage: SecretUsage, now: int) -> View:
    return {
        **view.secret(usage.secret, now, usage.last_use),
        "issued": usage.issued,
        "share": round(usage.share, 4),
        "safe_to_revoke": usage.safe_to_revoke,
    }
