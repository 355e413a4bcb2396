"""`watchword key`: the keys that sign tokens."""

import json
from pathlib import Path

import click

from watchword.admin import find
from watchword.admin import key as keys
from watchword.cli.command import group, leaf
from watchword.cli.failure import Refused
from watchword.cli.naming import issuer_named, only_issuer_option
from watchword.cli.output import from_now
from watchword.cli.private_file import write_private
from watchword.cli.session import Session
from watchword.cli.types import duration
from watchword.core.issuer import Issuer
from watchword.core.signing_key import SigningKey, signing_key_at
from watchword.jose import base64url

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
    if new["shared"]:
        session.out.note(
            "Hand the new key to your guards before it signs:\n  "
            + session.again(
                f"watchword key export --issuer {owner} --kid {new['kid']} --out KEY_FILE"
            )
        )


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
    owner, found = _keys(session, issuer_named(session, issuer))
    chosen = _chosen(session, owner, found, kid)
    if not chosen.public_jwk:
        if form == "pem":
            raise click.UsageError(f"PEM has no form for a shared key, as {chosen.kid} is")
        _export_shared(session, owner, chosen, out)
        return
    text = json.dumps(chosen.public_jwk) + "\n"
    if form == "pem":
        text = keys.export_pem(session.estate, owner.id, chosen.kid)
    if out is None and form == "pem" and session.out.as_json:
        session.out.one({"kid": chosen.kid, "pem": text})
    elif out is None:
        session.out.raw(text)
    else:
        write_private(out, text)
        session.out.one({"kid": chosen.kid, "file": str(out)}, f"Key {chosen.kid} of {owner.name}")


def _keys(session: Session, name: str) -> tuple[Issuer, list[SigningKey]]:
    with session.estate.store.reading() as reading:
        owner = find.issuer(reading, name)
        return owner, reading.keys(owner.id)


def _chosen(
    session: Session, owner: Issuer, found: list[SigningKey], kid: str | None
) -> SigningKey:
    if kid is None:
        signing = signing_key_at(found, session.now)
        if signing is None:
            raise Refused(f"{owner.name} has no key that signs", code="no_signing_key")
        return signing
    with session.estate.store.reading() as reading:
        return find.key(reading, owner.id, kid)


def _export_shared(session: Session, owner: Issuer, chosen: SigningKey, out: Path | None) -> None:
    if out is None:
        raise Refused(
            f"the key {chosen.kid} is a shared one and goes to a file only",
            hint="--out FILE writes it with mode 0600",
            code="shared_key",
        )
    octets = keys.export_shared(session.estate, session.context, owner.id, chosen.kid)
    jwk = {"kty": "oct", "k": base64url.encode(octets), "alg": chosen.alg, "kid": chosen.kid}
    write_private(out, json.dumps(jwk) + "\n")
    session.out.one({"kid": chosen.kid, "file": str(out)}, f"Key {chosen.kid} of {owner.name}")
    session.out.note("Whoever has this file can make tokens: guard it like the server itself.")
