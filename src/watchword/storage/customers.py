"""Customers, and at which issuers they have clients."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_, select, true

from watchword.core.customer import Customer
from watchword.storage import schema
from watchword.storage.rows import CUSTOMER
from watchword.storage.statements import Statements


class CustomersReading(Statements):
    """What can be read of customers."""

    def customer(self, id: str) -> Customer | None:
        return self._one(CUSTOMER, CUSTOMER.select().where(schema.customer.c.id == id))

    def customer_named(self, name: str) -> Customer | None:
        return self._one(CUSTOMER, CUSTOMER.select().where(schema.customer.c.name == name))

    def customers(self, after: str | None = None, limit: int = 100) -> list[Customer]:
        """A page of customers in the order of their names, beginning behind the name `after`."""
        name = schema.customer.c.name
        statement = CUSTOMER.select().order_by(name).limit(limit)
        if after is not None:
            statement = statement.where(name > after)
        return self._all(CUSTOMER, statement)

    def customers_at(
        self,
        here: Collection[str],
        elsewhere: Collection[str],
        after: str | None = None,
        limit: int = 100,
        look_at: int = 1000,
    ) -> tuple[list[Customer], str | None]:
        """Customers with clients at the issuers `here`, or with none `elsewhere` either.

        Like `customers`, but at most `look_at` are looked at, so that a page costs little however
        few of them are wanted. Also returns the name of the last one that was looked at, None if
        no more customers follow it.
        """
        name = schema.customer.c.name
        begun = true() if after is None else name > after
        looked_at = select(name).where(begun).order_by(name)
        last = self._rows(looked_at.offset(look_at - 1).limit(1))
        wanted = or_(_has_client_at(here), ~_has_client_at(elsewhere))
        statement = CUSTOMER.select().where(begun, wanted).order_by(name).limit(limit)
        if last:
            statement = statement.where(name <= last[0][0])
        return self._all(CUSTOMER, statement), last[0][0] if last else None

    def has_clients_at(self, customer_id: str, issuer_ids: Collection[str]) -> bool:
        """Whether the customer has a client, not a deleted one, at one of the issuers."""
        has = select(_has_client_at(issuer_ids)).where(schema.customer.c.id == customer_id)
        return any(row[0] for row in self._rows(has))


def _has_client_at(issuer_ids: Collection[str]) -> ColumnElement[bool]:
    """Each issuer is looked up by itself: a customer may have a million clients at one of them."""
    client = schema.client.c
    return exists().where(
        client.customer_id == schema.customer.c.id,
        client.issuer_id.in_(issuer_ids),
        client.deleted_at.is_(None),
    )
