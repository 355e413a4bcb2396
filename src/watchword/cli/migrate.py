"""`watchword migrate`: clients of another system, from its own export."""

import hashlib
from pathlib import Path
from typing import Any

import click
from msgspec import structs

from watchword.admin.import_file import Numbered
from watchword.admin.migrate import Migration
from watchword.admin.migrate.keycloak import read_export
from watchword.cli.command import group, leaf
from watchword.cli.failure import Refused
from watchword.cli.import_source import Listed
from watchword.cli.secret_import import import_flags, run_import
from watchword.cli.session import Session

migrate = group("migrate", "Take over the clients of another system from its export.")


@leaf(
    migrate,
    "keycloak",
    example="watchword migrate keycloak realm.json --issuer default --dry-run",
)
@click.argument("export", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--issuer", required=True, metavar="NAME", help="Whose clients they become.")
@click.option("--realm", metavar="NAME", help="Which one, if the export holds several.")
@import_flags
def keycloak(session: Session, export: Path, issuer: str, realm: str | None, **flags: Any) -> None:
    """Take over the clients of a Keycloak realm that have service accounts.

    All of them, or none. FILE is what `kc.sh export --realm NAME --file FILE` writes. Scopes that
    the issuer lacks are added. What is left out is told, with its reason.
    """
    try:
        octets = export.read_bytes()
    except OSError as error:
        raise Refused(f"{export} cannot be read: {error.strerror}", usage=True) from None
    migration = read_export(octets, realm)
    _tell(session, migration)
    if not migration.lines:
        raise Refused("the export has no client to take over", code="nothing_to_import")
    digest = hashlib.sha256(octets).hexdigest()
    source = {"file": export.name, "sha256": digest, "system": migration.source}
    more = {
        "left_out": [structs.asdict(each) for each in migration.left_out],
        "notes": list(migration.notes),
    }
    flags["add_scopes"] = True
    lines = [Numbered(number, line) for number, line in enumerate(migration.lines, start=1)]
    run_import(session, issuer, Listed(lines, source), flags, more)


def _tell(session: Session, migration: Migration) -> None:
    """What was left out and why: beside the result, on standard error; in JSON it is in it."""
    if session.out.as_json:
        return
    for each in migration.left_out:
        session.out.note(f"left out: {each.kind} {each.name}: {each.reason}")
    for note in migration.notes:
        session.out.note(f"note: {note}")
