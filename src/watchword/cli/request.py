"""`watchword request`: requests for credentials, by anyone, and what becomes of them."""

from typing import get_args

import click

from watchword.cli.command import group, leaf
from watchword.cli.output import View, from_now, instant_for_people
from watchword.cli.session import Session
from watchword.core.credential_request import RequestState

request = group(
    "request",
    "Requests for credentials: anyone may send one to an issuer that takes them.\n\n"
    "Let an issuer take them: `watchword issuer edit NAME --endpoint "
    "requests=/credentials/requests`; the form is at that path.",
)
COLUMNS = {
    "id": "id",
    "issuer": "issuer",
    "state": "state",
    "email": "e-mail",
    "company": "company",
    "created_at": "asked",
    "answer": "answer",
}
_LIMIT = 500
_EMPTY = "There is no request. `watchword request --help` says how an issuer takes them."


@leaf(request, "list", example="watchword request list --state open")
@click.option("--issuer", metavar="NAME", help="Only to this issuer.")
@click.option("--state", type=click.Choice(get_args(RequestState)), help="Only in this state.")
def list_requests(session: Session, issuer: str | None, state: str | None) -> None:
    """List requests, the oldest first, with the time that is left to answer them."""
    wanted = {"issuer": issuer, "state": state, "limit": _LIMIT}
    query = {name: value for name, value in wanted.items() if value is not None}
    found = session.desk.call("list_requests", query=query)["items"]
    shown = [_with_clock(session, each) for each in found]
    session.out.many(shown, COLUMNS, empty=_EMPTY)


@leaf(request, "show", example="watchword request show k7Qm2x0a")
@click.argument("request_id")
def show(session: Session, request_id: str) -> None:
    """Show one request."""
    found = session.desk.call("show_request", request_id)
    session.out.one(_with_clock(session, found), f"Request {found['id']}", brief=True)


@leaf(request, "approve", example="watchword request approve k7Qm2x0a --client-id ACME01")
@click.argument("request_id")
@click.option("--client-id", metavar="ID", help="Of the new client; generated else.")
@click.option("--customer", metavar="NAME", help="To whom it belongs.")
@click.option("--scope", "scopes", multiple=True, metavar="S", help="What it may be granted.")
def approve(
    session: Session,
    request_id: str,
    client_id: str | None,
    customer: str | None,
    scopes: tuple[str, ...],
) -> None:
    """Make the client, and a link for whoever asked; its secret is made when it is opened.

    The link is shown this once, works once, and dies after a week. Approving again makes another
    link, for the client that is there.
    """
    new = {"client_id": client_id, "customer": customer, "scopes": list(scopes)}
    approved = session.desk.call("approve_request", request_id, body=new)
    request = approved.pop("request")
    session.out.one({"request": request["id"], **approved}, f"Request {request['id']} is approved")
    session.out.text(f"\nSend the link to {request['email']}; it works once.")
    issuer = session.desk.call("show_issuer", request["issuer"])
    if not issuer["endpoints"].get("requests"):
        session.out.note(
            f"warning: the link leads nowhere while {issuer['name']} takes no requests:"
            f" watchword issuer edit {issuer['name']} --endpoint requests=/credentials/requests"
        )


@leaf(request, "reject", example="watchword request reject k7Qm2x0a --reason 'Ask again in May.'")
@click.argument("request_id")
@click.option("--reason", required=True, help="Whoever asked is told it.")
def reject(session: Session, request_id: str, reason: str) -> None:
    """Turn a request down."""
    rejected = session.desk.call("reject_request", request_id, body={"reason": reason})
    session.out.one(_with_clock(session, rejected), f"Request {rejected['id']} is rejected")


def _with_clock(session: Session, found: View) -> View:
    """A request, with when its answer is due or was given."""
    if found["state"] != "open":
        decided = instant_for_people(found["decided_at"])
        return {**found, "answer": found["decided_at"] if session.out.as_json else decided}
    waiting = "overdue, was due" if found["overdue"] else "due"
    return {**found, "answer": f"{waiting} {from_now(found['due_at'], session.now)}"}
