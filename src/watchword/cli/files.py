"""`watchword plan`, `apply` and `export`: issuers, customers and clients as files."""

import json
import secrets
from pathlib import Path
from shlex import quote

import click

from watchword.admin.declaration import dialect_files
from watchword.admin.errors import ChangeRefused
from watchword.admin.export import Part, joined
from watchword.cli.command import standalone
from watchword.cli.desk import Answer
from watchword.cli.difference import show_difference
from watchword.cli.failure import Refused, failure_of, reason_of
from watchword.cli.private_file import PrivateDraft, private_draft, require_absent
from watchword.cli.session import Session

_FOLDER = click.option(
    "-f", "--folder", required=True, type=click.Path(path_type=Path), help="Of the TOML files."
)
_PRUNE = click.option(
    "--prune",
    is_flag=True,
    help="End what the files leave out: clients are deleted, others disabled.",
)
_EXPORT_PAGE = 500
_EXPORT_TRIES = 5


@standalone("plan", example="watchword plan -f ./watchword-files")
@_FOLDER
@_PRUNE
def plan(session: Session, folder: Path, prune: bool) -> None:
    """Show what `apply` would change; nothing is changed."""
    planned = _plan(session, {"files": _read(folder), "prune": prune})
    if session.out.as_json:
        session.out.one({**planned, "applied": False})
    else:
        show_difference(session, planned["steps"], planned["new_secrets"])


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
    wanted = {"files": _read(folder), "prune": prune, "issue_secrets": not no_secrets}
    if session.has_data and not session.is_remote:
        session.prepare()
    planned = _plan(session, wanted)
    _require_place_for_secrets(planned, secrets_out)
    if not yes:
        _ask(session, planned)
    if not session.has_data:
        session.prepare()
    with private_draft(secrets_out if planned["new_secrets"] else None) as draft:
        done = session.desk.call(
            "apply_files",
            body={**wanted, "digest": planned["digest"]},
            keep=lambda applied: _keep(applied, draft),
            key=secrets.token_hex(16),
        )
    if done["secrets"]:
        session.out.note(f"new secrets: {len(done['secrets'])}, in {secrets_out} (mode 0600)")
    if session.out.as_json:
        session.out.one({"steps": done["steps"], "applied": True})
    elif yes:
        show_difference(session, done["steps"], len(done["secrets"]))


@standalone("export", example="watchword export -f ./watchword-files")
@_FOLDER
@click.option("--force", is_flag=True, help="Write over files that are there.")
def export(session: Session, folder: Path, force: bool) -> None:
    """Write what is there as the files that `apply` reads; secrets are in none of them."""
    files = _exported(session)
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


def _plan(session: Session, wanted: Answer) -> Answer:
    """What would be done; where there is no data yet, none is made for it."""
    if session.has_data:
        return session.desk.call("plan_files", body=wanted)
    with session.nothing_yet() as desk:
        return desk.call("plan_files", body=wanted)


def _read(folder: Path) -> dict[str, str]:
    """The folder's files and the dialects that they name; others in folders below are not read."""
    if not folder.is_dir():
        raise Refused(f"there is no folder {folder}", code="no_folder", usage=True)
    files = {path.name: _text(path) for path in sorted(folder.glob("*.toml"))}
    if not files:
        raise Refused(f"there is no TOML file in {folder}", code="no_files", usage=True)
    return {**files, **{name: _text(folder / name) for name in dialect_files(files)}}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            f"{path} cannot be read: {reason_of(error)}", code="no_file", usage=True
        ) from None


def _exported(session: Session) -> dict[str, str]:
    """Whole files by name; begun again if something was changed meanwhile."""
    for left in reversed(range(_EXPORT_TRIES)):
        try:
            return joined(_parts(session))
        except (Refused, ChangeRefused) as refused:
            if failure_of(refused).code != "export_outdated" or not left:
                raise
    raise AssertionError("the last try ends by itself")


def _parts(session: Session) -> list[Part]:
    parts: list[Part] = []
    cursor: str | None = None
    while True:
        page = session.desk.call("export_files", query={"cursor": cursor, "limit": _EXPORT_PAGE})
        parts += (Part(**item) for item in page["items"])
        cursor = page["next"]
        if cursor is None:
            return parts


def _require_place_for_secrets(planned: Answer, secrets_out: Path | None) -> None:
    if planned["new_secrets"] and secrets_out is None:
        raise Refused(
            f"{planned['new_secrets']} new clients would get secrets, and there is no place for"
            " them",
            hint="--secrets-out FILE, or --no-secrets",
            code="no_secrets_out",
            usage=True,
        )
    if planned["new_secrets"] and secrets_out is not None:
        require_absent(secrets_out)


def _ask(session: Session, planned: Answer) -> None:
    if not session.out.as_json:
        show_difference(session, planned["steps"], planned["new_secrets"])
    if planned["steps"]:
        click.confirm("Make these changes?", abort=True, err=True)


def _keep(applied: Answer, draft: PrivateDraft | None) -> None:
    """Put the secrets on disk: here before they work, from afar as soon as they are known."""
    issued = applied["secrets"]
    lost = [each for each in issued if each["client_secret"] is None]
    if lost:
        named = f"{quote(lost[0]['client_id'])} --issuer {lost[0]['issuer']}"
        raise Refused(
            f"the files were applied, but the answer with {len(lost)} new secrets was lost",
            hint=f"make each one anew, as by `watchword secret roll {named} --overlap 0s`",
            code="secrets_lost",
        )
    if issued and draft is not None:
        draft.write(json.dumps({"clients": issued}, indent=2) + "\n")
