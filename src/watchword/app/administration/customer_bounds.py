"""Which customers are for an administrator that is bound to issuers: customers belong to none.

Rules. Bound administrators see a customer that has a client at one of their issuers, or no client
at all, and may give it clients at their issuers. They change, disable or enable it only while it
has no client elsewhere: whoever disables a customer ends its tokens at every issuer. Deleted
clients do not count. A customer that they do not see is not there for them, as everything else.
"""

from collections.abc import Iterator

from watchword.admin import find
from watchword.admin.apply import PAGE, customers_of
from watchword.admin.errors import NotAllowed, Unknown
from watchword.app.administration.operation import Call, Caller, OutOfBounds
from watchword.core.customer import Customer
from watchword.storage import Reading

# Customers that are looked at for a page of those that a bound administrator sees.
LOOKED_AT = 10_000


def elsewhere(caller: Caller, reading: Reading) -> list[str]:
    """Ids of the issuers that the caller is not bound to."""
    return [each.id for each in reading.issuers() if each.id not in caller.bounds]


def sees(caller: Caller, reading: Reading, customer: Customer) -> bool:
    """Whether the customer is there for the caller."""
    return (
        not caller.bounds
        or reading.has_clients_at(customer.id, caller.bounds)
        or not reading.has_clients_at(customer.id, elsewhere(caller, reading))
    )


def require_seen(caller: Caller, reading: Reading, customer: Customer, name: str) -> None:
    """Raise OutOfBounds unless the customer, asked for as `name`, is there for the caller."""
    if not sees(caller, reading, customer):
        reason = "its clients are outside the issuers that the administrator is bound to"
        raise OutOfBounds("customer", name, reason)


def is_own(caller: Caller, reading: Reading, customer: Customer) -> bool:
    """Whether the caller may change the customer: it has no clients out of the caller's bounds."""
    return not caller.bounds or not reading.has_clients_at(customer.id, elsewhere(caller, reading))


def require_own(caller: Caller, reading: Reading, customer: Customer) -> None:
    """Raise NotAllowed unless the caller may change the customer."""
    if not is_own(caller, reading, customer):
        raise NotAllowed(
            f"the customer {customer.name!r} has clients at issuers that you are not bound to too",
            hint="disable your issuers' clients one by one, or ask an owner",
        )


def seen_ones(caller: Caller, reading: Reading, after: str | None) -> Iterator[Customer]:
    """All customers that are there for the caller, behind the name `after`."""
    if not caller.bounds:
        yield from customers_of(reading, after)
        return
    others = elsewhere(caller, reading)
    behind = after
    while True:
        page, looked_at = reading.customers_at(caller.bounds, others, behind, PAGE, LOOKED_AT)
        yield from page
        if len(page) < PAGE and looked_at is None:
            return
        behind = page[-1].name if len(page) == PAGE else looked_at


def seen(call: Call, reading: Reading, name: str) -> Customer:
    """The customer of that name or id, if it is there for the caller."""
    known = reading.customer(name) or reading.customer_named(name)
    if known is None and call.caller.bounds:
        # No hint: it would name customers that are none of the caller's.
        raise Unknown("customer", name)
    customer = known or find.customer(reading, name)
    require_seen(call.caller, reading, customer, name)
    return customer
