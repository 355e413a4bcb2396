"""`watchword login`: the credential with which commands work on a remote server."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from watchword.cli.command import standalone
from watchword.cli.failure import Refused
from watchword.cli.private_file import write_private
from watchword.cli.session import Session
from watchword.cli.types import read_secret

if TYPE_CHECKING:
    from watchword.cli.remote import RemoteDesk


@standalone("login", example="watchword login --server https://admin.example.com --client-id jane")
@click.option("--client-id", help="The administrator's name; as in --from.")
@click.option("--secret-file", metavar="FILE|-", help="Its credential; asked for otherwise.")
@click.option(
    "--from", "source", type=click.Path(path_type=Path), help="A server's owner.json to take over."
)
def login(
    session: Session, client_id: str | None, secret_file: str | None, source: Path | None
) -> None:
    """Keep an administrator's credential for --server, after trying it once.

    It goes to a file of mode 0600 in the folder of the user's settings. From then on, every
    command with that --server works there instead of on the data folder.
    """
    from watchword.cli.remote import Profile, RemoteDesk, profile_path, read_profile

    server = session.settings.value("server")
    if server is None:
        raise click.UsageError("name the server: --server URL")
    if source is not None:
        known = read_profile(source)
        client_id, secret = known.client_id, known.client_secret
    elif client_id is not None:
        secret = read_secret(secret_file, "Credential")
    else:
        raise click.UsageError("name --client-id, or a file --from")
    profile = Profile(
        server=server,
        token_endpoint=f"{server.rstrip('/')}/admin/v1/token",
        client_id=client_id,
        client_secret=secret,
    )
    _try(RemoteDesk(profile))
    path = session.settings.value("profile") or profile_path(server, os.environ)
    _keep(Path(path), msgspec.json.encode(profile).decode())
    session.out.one({"server": server, "client_id": client_id, "profile": str(path)}, "Logged in")
    session.out.text(f"\nNext: {session.again('watchword issuer list')}")


def _try(desk: "RemoteDesk") -> None:
    """One call with the credential, before it is kept."""
    from watchword.caller.errors import UnreadableAnswer

    try:
        desk.call("list_issuers")
    except UnreadableAnswer as error:
        hint = "is this the URL of the administration listener (--admin-listen)?"
        raise Refused(str(error), hint=hint, code="no_answer") from None


def _keep(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    write_private(draft, f"{text}\n")
    try:
        draft.replace(path)
    except OSError as error:
        raise Refused(f"{path} cannot be written: {error.strerror}", code="no_file") from None
