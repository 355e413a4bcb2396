"""`watchword administrator`: who may use the administration API, and for what."""

import shlex
from collections.abc import Mapping

import click

from watchword.admin.role import BUILT_IN, ROLES
from watchword.cli.command import group, leaf
from watchword.cli.desk import Answer
from watchword.cli.failure import Refused
from watchword.cli.output import View
from watchword.cli.paging import paged
from watchword.cli.secret_options import expiry_of
from watchword.cli.session import Session

administrator = group(
    "administrator",
    "Administrators: who may use the administration API, and for what.\n\n"
    "They are clients of the built-in issuer `administration`: `watchword client disable NAME "
    "--issuer administration` puts one out, `watchword secret roll` renews its credential.",
)
COLUMNS = {
    "client_id": "name",
    "role": "role",
    "issuers": "issuers",
    "enabled": "enabled",
    "created_at": "created",
}
_SHOWN = ("client_id", "role", "enabled", "created_at", "id")


@leaf(
    administrator,
    "create",
    example="watchword administrator create jane --role account-manager --issuer kiss",
)
@click.argument("name")
@click.option("--role", required=True, type=click.Choice(list(ROLES)), help="What it may do.")
@click.option("--issuer", "issuers", multiple=True, metavar="NAME", help="Bound to it; all.")
def create(session: Session, name: str, role: str, issuers: tuple[str, ...]) -> None:
    """Make an administrator; its credential is shown this once."""
    _require_built_in(session)
    body = {"client_id": name, "role": role, "issuers": issuers}
    _show_created(session, session.desk.call("create_administrator", body=body), role)


@leaf(administrator, "list", example="watchword administrator list")
@paged
def list_administrators(session: Session, after: str | None, limit: int) -> None:
    """List administrators with their roles."""
    _require_built_in(session)
    page = session.desk.call("list_administrators", query={"cursor": after, "limit": limit})
    names = {each["id"]: each["name"] for each in session.desk.call("list_issuers")["items"]}
    shown = [_view(names, each) for each in page["items"]]
    session.out.many(shown, COLUMNS, after=page["next"])


def _require_built_in(session: Session) -> None:
    # A server that we can ask has one.
    if not session.is_remote and session.desk.find("show_issuer", BUILT_IN) is None:
        raise Refused(
            "there is no administration API yet",
            hint="the first `watchword serve` with an administration listener makes it",
            code="no_administration",
        )


def _view(names: Mapping[str, str], found: Answer) -> View:
    issuers = [names[bound] for bound in found["issuers"] if bound in names]
    return {**{name: found[name] for name in _SHOWN}, "issuers": issuers}


def _show_created(session: Session, made: Answer, role: str) -> None:
    secret = made["secret"]
    told = {
        "client_id": made["client"]["client_id"],
        "client_secret": made["client_secret"],
        "secret_id": secret["secret_id"],
        "role": role,
        "expires_at": secret["expires_at"],
        "token_endpoint": made["token_endpoint"],
    }
    session.out.one(told, f"Administrator {told['client_id']}")
    session.out.text(f"\nThe credential is shown this once, and {expiry_of(session, secret)}.")
    server = _server_of(told["token_endpoint"])
    session.out.text(
        f"Next, for {told['client_id']}: watchword login --server {server}"
        f" --client-id {shlex.quote(told['client_id'])}"
    )


def _server_of(token_endpoint: str) -> str:
    """What --server names, from where its administrators get their tokens."""
    from watchword.admin.administrator import TOKEN_PATH
    from watchword.app.administration.operation import PREFIX

    return token_endpoint.removesuffix(PREFIX + TOKEN_PATH)
