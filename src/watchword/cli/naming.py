"""How things are named on the command line, and what a list of secrets shows."""

from collections.abc import Mapping

import click

from watchword.admin.role import BUILT_IN
from watchword.cli.desk import Answer
from watchword.cli.failure import Refused
from watchword.cli.session import Session
from watchword.core.nearest import nearest

SECRET_COLUMNS = {
    "secret_id": "secret id",
    "label": "label",
    "state": "state",
    "created_at": "created",
    "ends_at": "ends",
    "last_used_at": "last used",
}
issuer_option = click.option(
    "--issuer", metavar="NAME", help="Whose client, if several have that id."
)

only_issuer_option = click.option(
    "--issuer", metavar="NAME", help="Of which issuer, if there are several."
)

# Lists that follow from other settings.
_NOT_GIVEN = ("warnings",)


def issuer_named(session: Session, name: str | None) -> str:
    """The issuer that was named, or the only one that there is; Refused where there are more."""
    if name is not None:
        return name
    listed = session.desk.call("list_issuers")["items"]
    names = [each["name"] for each in listed if each["name"] != BUILT_IN]
    if len(names) == 1:
        return str(names[0])
    raise Refused(
        "name the issuer: --issuer NAME",
        hint=f"there are: {', '.join(names)}" if names else "`watchword issuer create` makes one",
        code="no_issuer",
        usage=True,
    )


def find_client(session: Session, client_id: str, issuer: str | None) -> Answer:
    """The client of that client_id, below the issuer if one was named, or of that opaque id."""
    query = {"client_id": client_id, "issuer": issuer}
    found = session.desk.call("list_clients", query=query)["items"]
    if len(found) > 1:
        names = ", ".join(each["issuer"] for each in found)
        raise Refused(
            f"several issuers have a client {client_id!r}",
            hint=f"name the issuer: {names}",
            code="ambiguous_client",
        )
    by_id = None if found or issuer else session.desk.find("show_client", client_id)
    if not found and by_id is None:
        raise Refused(
            f"there is no client {client_id!r}",
            hint=_suggestion(session, "list_clients", "client_id", client_id, issuer=issuer),
            code="unknown_client",
        )
    client: Answer = by_id or found[0]
    return client


def client_ref(session: Session, client_id: str, issuer: str | None) -> str:
    """The opaque id of the client that was named."""
    return str(find_client(session, client_id, issuer)["id"])


def find_customer(session: Session, name: str) -> Answer:
    """The customer of that name or opaque id."""
    found = session.desk.call("list_customers", query={"name": name})["items"]
    customer: Answer | None = found[0] if found else session.desk.find("show_customer", name)
    if customer is None:
        hint = _suggestion(session, "list_customers", "name", name)
        raise Refused(f"there is no customer {name!r}", hint=hint, code="unknown_customer")
    return customer


def require_changes(changes: Mapping[str, object]) -> Mapping[str, object]:
    """`changes`, of which there must be one. Raises Refused."""
    if not changes:
        raise Refused("name a setting to change; `--help` lists them", code="usage", usage=True)
    return changes


def note_dropped(session: Session, before: Answer, after: Answer) -> None:
    """Tell people what a list that was given has dropped: it replaces the one before."""
    for name, former in before.items():
        if not isinstance(former, list | tuple | dict) or name in _NOT_GIVEN or session.out.as_json:
            continue
        gone = [str(each) for each in former if each not in after[name]]
        if gone:
            what = f"{name.replace('_', ' ')} dropped: {', '.join(gone)}"
            session.out.note(f"note: {what} (what is given replaces all that was there)")


def _suggestion(
    session: Session, operation: str, fact: str, typed: str, *, issuer: str | None = None
) -> str:
    """The name among the first page of them that was probably meant."""
    shown = session.desk.call(operation, query={"issuer": issuer} if issuer else None)["items"]
    meant = nearest(typed, [each[fact] for each in shown])
    return f"did you mean {meant!r}?" if meant else ""
