"""`watchword customer`: whom clients belong to."""

from typing import Any

import click
from msgspec import UNSET

from watchword.admin import customer as customers
from watchword.admin import find, view
from watchword.admin.customer import CustomerChanges, NewCustomer
from watchword.cli.command import group, leaf
from watchword.cli.paging import paged
from watchword.cli.session import Session

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
    new = NewCustomer(name=name, contacts=contacts)
    made = customers.create_customer(session.estate, session.context, new)
    session.out.one(view.customer(made), f"Customer {made.name}", brief=True)


@leaf(customer, "list", example="watchword customer list")
@paged
def list_customers(session: Session, after: str | None, limit: int) -> None:
    """List customers by name."""
    with session.estate.store.reading() as reading:
        found = reading.customers(after=after, limit=limit + 1)
    shown = [view.customer(each) for each in found[:limit]]
    more = found[limit - 1].name if len(found) > limit else None
    session.out.many(shown, COLUMNS, after=more, empty="There is no customer yet.")


@leaf(customer, "show", example='watchword customer show "ACME Ltd"')
@click.argument("name")
def show(session: Session, name: str) -> None:
    """Show one customer."""
    with session.estate.store.reading() as reading:
        found = find.customer(reading, name)
    session.out.one(view.customer(found), f"Customer {found.name}", brief=True)


@leaf(customer, "edit", example='watchword customer edit "ACME Ltd" --contact api@acme.example')
@click.argument("name")
@click.option("--name", "new_name", metavar="NAME", help="Another name.")
@_CONTACT
def edit(session: Session, name: str, new_name: str | None, contacts: tuple[str, ...]) -> None:
    """Change a customer; contacts that are given replace those before."""
    changes = CustomerChanges(name=new_name or UNSET, contacts=contacts or UNSET)
    after = customers.edit_customer(session.estate, session.context, _id(session, name), changes)
    session.out.one(view.customer(after), f"Customer {after.name}", brief=True)


@leaf(customer, "disable", example='watchword customer disable "ACME Ltd"')
@click.argument("name")
def disable(session: Session, name: str) -> None:
    """Give none of its clients tokens any more."""
    _switched(session, customers.disable_customer, name, "disabled")


@leaf(customer, "enable", example='watchword customer enable "ACME Ltd"')
@click.argument("name")
def enable(session: Session, name: str) -> None:
    """Give its clients tokens again."""
    _switched(session, customers.enable_customer, name, "enabled")


def _switched(session: Session, change: Any, name: str, state: str) -> None:
    after = change(session.estate, session.context, _id(session, name))
    session.out.one(view.customer(after), f"Customer {after.name} is {state}", brief=True)


def _id(session: Session, name: str) -> str:
    with session.estate.store.reading() as reading:
        return find.customer(reading, name).id
