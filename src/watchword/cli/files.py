"""`watchword plan`, `apply` and `export`: issuers, customers and clients as files."""

import json
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from watchword.admin import view
from watchword.admin.apply import Applied
from watchword.admin.apply import apply as apply_wanted
from watchword.admin.apply import plan as plan_wanted
from watchword.admin.declaration import Wanted, read_declarations
from watchword.admin.export import export_files
from watchword.cli.command import standalone
from watchword.cli.difference import show_difference, steps_of
from watchword.cli.failure import Refused
from watchword.cli.private_file import write_private
from watchword.cli.session import Session

_FOLDER = click.option(
    "-f", "--folder", required=True, type=click.Path(path_type=Path), help="Of the TOML files."
)
_PRUNE = click.option(
    "--prune",
    is_flag=True,
    help="End what the files leave out: clients are deleted, others disabled.",
)


@standalone("plan", example="watchword plan -f ./watchword-files")
@_FOLDER
@_PRUNE
def plan(session: Session, folder: Path, prune: bool) -> None:
    """Show what `apply` would change; nothing is changed."""
    session.prepare()
    planned = plan_wanted(session.estate, _context(session), _read(folder), prune=prune)
    show_difference(session, planned)


@standalone("apply", example="watchword apply -f ./watchword-files --secrets-out new-secrets.json")
@_FOLDER
@_PRUNE
@click.option("--secrets-out", type=click.Path(path_type=Path), help="For new clients' secrets.")
@click.option("--no-secrets", is_flag=True, help="New clients get no secret.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def apply(
    session: Session,
    folder: Path,
    prune: bool,
    secrets_out: Path | None,
    no_secrets: bool,
    yes: bool,
) -> None:
    """Make everything as the files say, in one transaction, after showing the difference.

    Files declare things whole: a setting that is left out has its default. Secrets are never in
    them: those of new clients go to the file of --secrets-out, mode 0600.
    """
    session.prepare()
    wanted = _read(folder)
    context = _context(session)
    issue = not no_secrets
    planned = plan_wanted(session.estate, context, wanted, prune=prune, issue=issue)
    _require_place_for_secrets(planned, secrets_out)
    if not yes:
        _ask(session, planned)
    draft = secrets_out.with_name(f"{secrets_out.name}.draft") if secrets_out else None
    done = apply_wanted(
        session.estate,
        context,
        wanted,
        prune=prune,
        issue=issue,
        version=planned.version,
        before_commit=lambda applied: _keep(applied, draft),
    )
    if done.secrets and draft is not None and secrets_out is not None:
        draft.replace(secrets_out)
        session.out.note(f"new secrets: {len(done.secrets)}, in {secrets_out} (mode 0600)")
    if session.out.as_json:
        session.out.one({"steps": steps_of(session, done), "applied": True})
    elif yes:
        show_difference(session, done)


@standalone("export", example="watchword export -f ./watchword-files")
@_FOLDER
@click.option("--force", is_flag=True, help="Write over files that are there.")
def export(session: Session, folder: Path, force: bool) -> None:
    """Write what is there as the files that `apply` reads; secrets are in none of them."""
    with session.estate.store.reading() as reading:
        files = export_files(reading)
    there = [name for name in files if (folder / name).exists()]
    if there and not force:
        raise Refused(
            f"{folder / there[0]} is there already",
            hint="name another folder, or write over it with --force",
            code="file_exists",
        )
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    written = [{"file": str(folder / name)} for name in files]
    session.out.many(written, {"file": "file"}, empty="There is nothing to export.")


def _read(folder: Path) -> Wanted:
    """What the folder's files declare; those in folders below it are only read when named."""
    if not folder.is_dir():
        raise Refused(f"there is no folder {folder}", code="no_folder", usage=True)
    files = {path.name: _text(path) for path in sorted(folder.glob("*.toml"))}
    if not files:
        raise Refused(f"there is no TOML file in {folder}", code="no_files", usage=True)
    return read_declarations(files, lambda name: _text(folder / name))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read: {error}", code="no_file", usage=True) from None


def _context(session: Session) -> Any:
    return replace(session.context, source="file")


def _require_place_for_secrets(planned: Applied, secrets_out: Path | None) -> None:
    if planned.secrets and secrets_out is None:
        raise Refused(
            f"{len(planned.secrets)} new clients would get secrets, and there is no place for them",
            hint="--secrets-out FILE, or --no-secrets",
            code="no_secrets_out",
            usage=True,
        )
    if secrets_out is not None and secrets_out.exists():
        raise Refused(f"{secrets_out} is there already", hint="name another file")


def _ask(session: Session, planned: Applied) -> None:
    if not session.out.as_json:
        show_difference(session, planned)
    if planned.events:
        click.confirm("Make these changes?", abort=True, err=True)


def _keep(applied: Applied, draft: Path | None) -> None:
    """Put the secrets on disk before they work; a crash in between loses none."""
    if not applied.secrets or draft is None:
        return
    kept = [
        {
            "issuer": each.issuer,
            "client_id": each.client.client_id,
            "client_secret": each.secret.value,
            "secret_id": each.secret.secret.key_id,
            "expires_at": view.instant(each.secret.secret.expires_at),
        }
        for each in applied.secrets
    ]
    draft.unlink(missing_ok=True)
    write_private(draft, json.dumps({"clients": kept}, indent=2) + "\n")
