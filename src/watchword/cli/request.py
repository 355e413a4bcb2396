"""`watchword request`: requests for credentials, by anyone, and what becomes of them."""

from typing import get_args

import click

from watchword.admin import credential_request as requests
from watchword.admin import find, view
from watchword.admin.client import NewClient
from watchword.cli.command import group, leaf
from watchword.cli.failure import Refused
from watchword.cli.output import View, from_now
from watchword.cli.session import Session
from watchword.core.credential_request import CredentialRequest, RequestState
from watchword.storage import Reading

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


@leaf(request, "list", example="watchword request list --state open")
@click.option("--issuer", metavar="NAME", help="Only to this issuer.")
@click.option("--state", type=click.Choice(get_args(RequestState)), help="Only in this state.")
def list_requests(session: Session, issuer: str | None, state: RequestState | None) -> None:
    """List requests, the oldest first, with the time that is left to answer them."""
    with session.estate.store.reading() as reading:
        owner = find.issuer(reading, issuer).id if issuer else None
        found = reading.credential_requests(owner, state, limit=_LIMIT)
        shown = [_view(session, reading, each) for each in found]
    session.out.many(shown, COLUMNS, empty="There is no request.")


@leaf(request, "show", example="watchword request show k7Qm2x0a")
@click.argument("request_id")
def show(session: Session, request_id: str) -> None:
    """Show one request."""
    with session.estate.store.reading() as reading:
        found = reading.credential_request(request_id)
        if found is None:
            raise Refused(f"there is no request {request_id!r}", code="unknown_request")
        session.out.one(_view(session, reading, found), f"Request {found.id}")


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

    The link is shown this once, works once, and dies after a week. Approving again makes another.
    """
    new = NewClient(client_id=client_id, customer=customer, scopes=scopes)
    approved = requests.approve(session.estate, session.context, request_id, new)
    told = {
        "request": approved.request.id,
        "client_id": approved.client.client_id,
        "link": requests.link_of(approved),
        "code_expires_at": view.instant(approved.request.code_expires_at),
    }
    session.out.one(told, f"Request {approved.request.id} is approved")
    session.out.text(f"\nSend the link to {approved.request.email}; it works once.")


@leaf(request, "reject", example="watchword request reject k7Qm2x0a --reason 'Ask again in May.'")
@click.argument("request_id")
@click.option("--reason", required=True, help="Whoever asked is told it.")
def reject(session: Session, request_id: str, reason: str) -> None:
    """Turn a request down."""
    rejected = requests.reject(session.estate, session.context, request_id, reason)
    with session.estate.store.reading() as reading:
        session.out.one(_view(session, reading, rejected), f"Request {rejected.id} is rejected")


def _view(session: Session, reading: Reading, found: CredentialRequest) -> View:
    shown = requests.view_of(found, reading, session.now)
    waiting = "overdue, was due" if shown["overdue"] else "due"
    shown["answer"] = (
        f"{waiting} {from_now(shown['due_at'], session.now)}"
        if found.state == "open"
        else shown["decided_at"]
    )
    return shown
