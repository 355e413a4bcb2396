"""`watchword secret`: the API keys of clients."""

import click

from watchword.cli.command import LazyGroup, leaf
from watchword.cli.desk import Answer
from watchword.cli.ending import tell_of_tokens
from watchword.cli.failure import REFUSED
from watchword.cli.naming import SECRET_COLUMNS, client_ref, issuer_option
from watchword.cli.output import from_now
from watchword.cli.secret_naming import LIVE, secret_to_revoke, secret_to_roll
from watchword.cli.secret_options import expiry, expiry_of, lifetime_of
from watchword.cli.session import Session
from watchword.cli.types import duration, looking_back, read_secret
from watchword.core.secret_format import check_is_right, key_id_of

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
_DULL = ("client_ref", "generated")
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
    body = {"label": label, "lifetime": lifetime_of(expires)}
    _show_issued(session, session.desk.call("issue_secret", ref, body=body), client_id)


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
    body = {
        "value": read_secret(secret_file, "Secret"),
        "weak": weak,
        "label": label,
        "lifetime": lifetime_of(expires),
    }
    taken = session.desk.call("adopt_secret", ref, body=body)
    title = f"Secret {taken['secret_id']} of {client_id}"
    session.out.one(taken, title, brief=True, leave_out=_DULL)


@leaf(secret, "list", example="watchword secret list ACME01")
@click.argument("client_id")
@issuer_option
def list_secrets(session: Session, client_id: str, issuer: str | None) -> None:
    """List a client's secrets, dead ones too; never their values."""
    shown = session.desk.call("list_secrets", client_ref(session, client_id, issuer))["items"]
    session.out.many(shown, SECRET_COLUMNS, empty=f"{client_id} has no secret.")


@leaf(secret, "check", example="watchword secret check --secret-file their-secret.txt")
@click.option("--secret-file", metavar="FILE|-", help="Where it stands; asked for otherwise.")
def check(session: Session, secret_file: str | None) -> int:
    """Say offline whether a secret of our format was copied right; exit code 1 if not.

    It says nothing about whether the secret works: only the server knows that.
    """
    value = read_secret(secret_file, "Secret")
    right = check_is_right(value)
    told = {"secret_id": key_id_of(value), "whole": right}
    session.out.one(told, "The secret is whole." if right else "The secret is not whole.")
    return 0 if right else REFUSED


@leaf(
    secret,
    "revoke",
    example="watchword secret revoke k7Qm2x0a --yes\n"
    "watchword secret revoke ACME01 --issuer default",
)
@click.argument("name", metavar="SECRET_ID|CLIENT_ID")
@issuer_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def revoke(session: Session, name: str, issuer: str | None, yes: bool) -> None:
    """End a secret at once.

    Named by its key id, by its client where that has one live secret (one that a roll is ending
    is live too), or by all of its value.
    """
    found = secret_to_revoke(session, name, issuer)
    if not yes and found["state"] in LIVE:
        _ask(session, found)
    after = session.desk.call("revoke_secret", found["secret_id"], body={"after": 0})
    client = session.desk.call("show_client", after["client_ref"])
    title = f"Secret {after['secret_id']} of {client['client_id']} is {after['state']}"
    session.out.one(after, title, brief=True, leave_out=_DULL)
    tell_of_tokens(session, client)


@leaf(
    secret,
    "roll",
    example="watchword secret roll ACME01 --issuer default --overlap 24h\n"
    "watchword secret roll k7Qm2x0a --overlap 7d --plan",
)
@click.argument("name", metavar="CLIENT_ID|SECRET_ID")
@issuer_option
@click.option(
    "--overlap",
    type=duration,
    default="24h",
    help="How long both work; 24h. 0s: the old one ends now.",
)
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
    old = secret_to_roll(session, name, issuer)
    new = {"overlap": overlap, "label": label or "", "lifetime": lifetime_of(expires)}
    client = session.desk.call("show_client", old["client_ref"])
    if plan:
        planned = session.desk.call("plan_roll", old["secret_id"], body=new)
        _show_plan(session, planned, client["client_id"])
        return
    done = session.desk.call("roll_secret", old["secret_id"], body=new)
    _show_rolled(session, done, client["client_id"])


@leaf(secret, "cancel", example="watchword secret cancel k7Qm2x0a")
@click.argument("secret_id")
@click.option("--yes", is_flag=True, help="Do not ask.")
def cancel(session: Session, secret_id: str, yes: bool) -> None:
    """Take a roll back: the old secret lives on, the new one is revoked.

    SECRET_ID is the key id of either.
    """
    named = key_id_of(secret_id) or secret_id
    session.desk.call("show_secret", named)
    if not yes:
        click.confirm("The new secret will stop working at once. Go on?", abort=True, err=True)
    done = session.desk.call("cancel_roll", named)
    told = {
        "kept": done["old"]["secret_id"],
        "expires_at": done["old"]["expires_at"],
        "revoked": done["new"]["secret_id"],
    }
    session.out.one(told, f"The roll of {done['old']['secret_id']} is taken back")


@leaf(secret, "usage", example="watchword secret usage ACME01 --since 7d")
@click.argument("client_id")
@issuer_option
@click.option("--since", type=looking_back("366d"), default="24h", help="How far back; 24h.")
def usage(session: Session, client_id: str, issuer: str | None, since: int) -> None:
    """Show which secret gets a client's tokens, and which is safe to revoke."""
    ref = client_ref(session, client_id, issuer)
    found = session.desk.call("secret_usage", ref, query={"since": since})["items"]
    shown = [{**each.pop("secret"), **each} for each in found]
    session.out.many(shown, USAGE_COLUMNS, empty=f"{client_id} has no secret.")


def _show_issued(session: Session, issued: Answer, client_id: str) -> None:
    """A new secret with its value, this once."""
    secret = issued["secret"]
    told = {
        "client_id": client_id,
        "client_secret": issued["client_secret"],
        "secret_id": secret["secret_id"],
        "label": secret["label"],
        "expires_at": secret["expires_at"],
    }
    session.out.one(told, f"Secret {secret['secret_id']} of {client_id}")
    session.out.text(f"\nThe secret is shown this once, and {expiry_of(session, secret)}.")


def _ask(session: Session, found: Answer) -> None:
    """Who used it when, before it is ended."""
    client = session.desk.call("show_client", found["client_ref"])
    usages = session.desk.call("secret_usage", found["client_ref"])["items"]
    [usage] = [each for each in usages if each["secret"]["id"] == found["id"]]
    click.echo(f"Secret {found['secret_id']} of {client['client_id']}", err=True)
    if found["last_used_at"] is None:
        click.echo("  It has never got a token.", err=True)
    else:
        when = from_now(found["last_used_at"], session.now)
        by = f" by {found['last_used_by']}" if found["last_used_by"] else ""
        click.echo(f"  It last got a token {when}, from {found['last_used_from']}{by}.", err=True)
        click.echo(f"  {usage['issued']} tokens in the last 24 hours.", err=True)
    if usage["safe_to_revoke"]:
        click.echo("  Safe to revoke: not used for 24 hours.", err=True)
    click.confirm("Revoke it now?", abort=True, err=True)


def _show_plan(session: Session, planned: Answer, client_id: str) -> None:
    told = {
        "client_id": client_id,
        "old_secret_id": planned["old"]["secret_id"],
        "old_ends_at": planned["old_ends_at"],
        "new_expires_at": planned["new_expires_at"],
        "live_during_overlap": planned["live"],
    }
    session.out.one(told, f"Rolling {told['old_secret_id']} would do this")
    session.out.text("\nNothing was changed.")


def _show_rolled(session: Session, done: Answer, client_id: str) -> None:
    old, new = done["old"], done["new"]
    told = {
        "client_id": client_id,
        "client_secret": done["client_secret"],
        "secret_id": new["secret_id"],
        "expires_at": new["expires_at"],
        "old_secret_id": old["secret_id"],
        "old_ends_at": old["ends_at"],
    }
    session.out.one(told, f"Secret {old['secret_id']} of {client_id} is rolled")
    if old["state"] not in LIVE:
        session.out.text("\nThe secret is shown this once. The old one has ended.")
        return
    session.out.text(
        f"\nThe secret is shown this once. Both work until the old one ends "
        f"{from_now(old['ends_at'], session.now)}."
    )
    back = session.again(f"watchword secret cancel {new['secret_id']}")
    session.out.text(f"Take it back with: {back}")
