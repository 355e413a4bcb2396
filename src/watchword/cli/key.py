"""`watchword key`: the keys that sign tokens."""

import json
from pathlib import Path

import click

from watchword.cli.command import group, leaf
from watchword.cli.desk import Answer
from watchword.cli.failure import Refused
from watchword.cli.naming import issuer_named, only_issuer_option
from watchword.cli.output import from_now
from watchword.cli.private_file import private_draft, write_private
from watchword.cli.session import Session
from watchword.cli.types import duration
from watchword.core.duration import format_duration

key = group("key", "Signing keys: published before they sign, and until their last token dies.")
COLUMNS = {
    "kid": "kid",
    "alg": "alg",
    "state": "state",
    "activates_at": "activates",
    "retires_at": "retires",
    "removed_at": "removed",
}


@leaf(key, "list", example="watchword key list --issuer default")
@only_issuer_option
@click.option("--all", "everything", is_flag=True, help="Removed ones too.")
def list_keys(session: Session, issuer: str | None, everything: bool) -> None:
    """List an issuer's signing keys."""
    shown = session.desk.call("list_keys", issuer_named(session, issuer))["items"]
    if not everything:
        shown = [each for each in shown if each["state"] != "removed"]
    session.out.many(shown, COLUMNS)


@leaf(key, "rotate", example="watchword key rotate --issuer default")
@only_issuer_option
@click.option("--now", is_flag=True, help="Sign with the new key at once: guards may lag behind.")
@click.option("--wait", type=duration, help="How long it is published before it signs.")
def rotate(session: Session, issuer: str | None, now: bool, wait: int | None) -> None:
    """Put in a new signing key; it takes over once every guard can know it."""
    owner = issuer_named(session, issuer)
    done = session.desk.call("rotate_key", owner, body={"now": now, "wait": wait})
    new, old = done["new"], done["old"]
    session.out.one(new, f"Key {new['kid']} of {owner}", leave_out=("id", "shared"))
    when = "at once" if now else from_now(new["activates_at"], session.now)
    session.out.text(f"\nIt signs {when}.")
    if old and old["removed_at"]:
        gone = from_now(old["removed_at"], session.now)
        session.out.text(f"The key {old['kid']} is taken out {gone}.")
    if now and old:
        leaked = session.again(f"watchword key remove {old['kid']} --issuer {owner}")
        session.out.text(f"If that one has leaked, take it out now: {leaked}")
    if new["shared"]:
        session.out.note(
            "Hand the new key to your guards before it signs:\n  "
            + session.again(
                f"watchword key export --issuer {owner} --kid {new['kid']} --out KEY_FILE"
            )
        )


@leaf(
    key,
    "remove",
    example="watchword key rotate --issuer default --now\n"
    "watchword key remove bPQ6xuqFZBuI --issuer default",
)
@click.argument("kid")
@only_issuer_option
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(session: Session, kid: str, issuer: str | None, yes: bool) -> None:
    """Take out a key that somebody else may have.

    It must not sign any more: `key rotate --now` before. All tokens that it signed are refused.
    """
    owner = session.desk.call("show_issuer", issuer_named(session, issuer))
    if not yes:
        question = f"All tokens that {kid} signed will be refused. Go on?"
        click.confirm(question, abort=True, err=True)
    removed = session.desk.call("remove_key", owner["name"], kid)
    session.out.one(removed, f"Key {removed['kid']} of {owner['name']} is removed", brief=True)
    session.out.text(f"\n{_until_refused(owner, removed)}")


def _until_refused(issuer: Answer, key: Answer) -> str:
    if key["shared"]:
        return "Take it out of your guards' key files now: whoever has it makes tokens until then."
    if issuer["revocation"] == "feed":
        return "Guards refuse its tokens within ten seconds."
    return f"Guards refuse its tokens within {format_duration(issuer['jwks_max_age'])}."


@leaf(
    key,
    "export",
    example="watchword key export --issuer default --format pem\n"
    "watchword key export --issuer kiss --out kiss.key",
)
@only_issuer_option
@click.option("--kid", help="Which key; the one that signs.")
@click.option("--format", "form", type=click.Choice(["jwk", "pem"]), default="jwk", help="jwk.")
@click.option("--out", type=click.Path(path_type=Path), help="To a file, mode 0600.")
def export(
    session: Session, issuer: str | None, kid: str | None, form: str, out: Path | None
) -> None:
    """Write a public key as JWK or PEM; a shared (HS256) key as JWK to a file.

    Whoever can verify tokens by a shared key can also make them: guard that file like the server.
    """
    from watchword.admin.key import CURRENT

    owner = issuer_named(session, issuer)
    chosen = session.desk.call("show_key", owner, kid or CURRENT)
    if chosen["shared"]:
        if form == "pem":
            raise click.UsageError(f"PEM has no form for a shared key, as {chosen['kid']} is")
        _export_shared(session, owner, chosen, out)
        return
    text = chosen["pem"] if form == "pem" else json.dumps(chosen["jwk"]) + "\n"
    if out is None and form == "pem" and session.out.as_json:
        session.out.one({"kid": chosen["kid"], "pem": text})
    elif out is None:
        session.out.raw(text)
    else:
        write_private(out, text)
        _show_exported(session, chosen, out)


def _export_shared(session: Session, owner: str, chosen: Answer, out: Path | None) -> None:
    if out is None:
        raise Refused(
            f"the key {chosen['kid']} is a shared one and goes to a file only",
            hint="--out FILE writes it with mode 0600",
            code="shared_key",
        )
    with private_draft(out) as draft:
        handed = session.desk.call("export_key", owner, chosen["kid"])
        if draft is not None:
            draft.write(json.dumps(handed["jwk"]) + "\n")
    _show_exported(session, chosen, out)
    session.out.note("Whoever has this file can make tokens: guard it like the server itself.")


def _show_exported(session: Session, chosen: Answer, out: Path) -> None:
    told = {"kid": chosen["kid"], "file": str(out)}
    session.out.one(told, f"Key {chosen['kid']} of {chosen['issuer']}")
