"""`watchword customer`: whom clients belong to."""

import click

from watchword.cli.command import group, leaf
from watchword.cli.naming import find_customer, note_dropped, require_changes
from watchword.cli.paging import paged
from watchword.cli.session import Session
from watchword.cli.types import given

customer = group("customer", "Customers: whom clients belong to.")
COLUMNS = {"name": "name", "contacts": "contacts", "enabled": "enabled", "created_at": "created"}
_CONTACT = click.option(
    "--contact", "contacts", multiple=True, metavar="MAIL", help="Gets the warnings."
)


@leaf(customer, "create", example='watchword customer create "ACME Ltd" --contact it@acme.example')
@click.argument("name")
@_CONTACT
def create(session: Session, name: str, contacts: tuple[str, ...]) -> None:
    """Make a customer."""
    body = {"name": name, "contacts": list(contacts)}
    made = session.desk.call("create_customer", body=body)
    session.out.one(made, f"Customer {made['name']}", brief=True)


@leaf(customer, "list", example="watchword customer list")
@paged
def list_customers(session: Session, after: str | None, limit: int) -> None:
    """List customers by name."""
    page = session.desk.call("list_customers", query={"cursor": after, "limit": limit})
    session.out.many(page["items"], COLUMNS, after=page["next"], empty="There is no customer yet.")


@leaf(customer, "show", example='watchword customer show "ACME Ltd"')
@click.argument("name")
def show(session: Session, name: str) -> None:
    """Show one customer."""
    found = find_customer(session, name)
    session.out.one(found, f"Customer {found['name']}", brief=True)


@leaf(customer, "edit", example='watchword customer edit "ACME Ltd" --contact api@acme.example')
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="Another name.")
@_CONTACT
def edit(session: Session, name: str, new_name: str | None, contacts: tuple[str, ...]) -> None:
    """Change a customer.

    Contacts that are given replace those before, and "" leaves none.
    """
    changes = require_changes(given({"name": new_name, "contacts": contacts}))
    before = find_customer(session, name)
    after = session.desk.call("edit_customer", before["id"], body=changes)
    session.out.one(after, f"Customer {after['name']}", brief=True)
    note_dropped(session, before, after)


@leaf(customer, "disable", example='watchword customer disable "ACME Ltd"')
@click.argument("name")
def disable(session: Session, name: str) -> None:
    """Give none of its clients tokens any more."""
    _switched(session, "disable_customer", name, "disabled")
    session.out.text(
        "\nTokens that are out already are refused by guards within ten seconds, but for issuers"
        "\nwhose tokens live their time."
    )


@leaf(customer, "enable", example='watchword customer enable "ACME Ltd"')
@click.argument("name")
def enable(session: Session, name: str) -> None:
    """Give its clients tokens again."""
    _switched(session, "enable_customer", name, "enabled")


def _switched(session: Session, operation: str, name: str, state: str) -> None:
    after = session.desk.call(operation, find_customer(session, name)["id"])
    session.out.one(after, f"Customer {after['name']} is {state}", brief=True)
