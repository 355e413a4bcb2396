"""Customers, to whom clients belong."""

from collections.abc import Callable
from functools import partial

from watchword.admin import customer as admin
from watchword.admin.errors import Unknown
from watchword.app.administration import customer_bounds, shown
from watchword.app.administration.answer import CustomerAnswer, Page
from watchword.app.administration.operation import Call, Operation
from watchword.app.administration.page import PageQuery, cursor_of, page_of, start_of
from watchword.core.customer import Customer
from watchword.storage import Reading


class CustomersQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """name: to find one by its name."""

    name: str | None = None


def list_customers(call: Call) -> Page[CustomerAnswer]:
    query: CustomersQuery = call.query
    with call.estate.store.reading() as reading:
        if query.name is not None:
            named = reading.customer_named(query.name)
            found = named is not None and customer_bounds.sees(call.caller, reading, named)
            return Page(items=[shown.customer(named)] if named and found else [])
        if call.caller.bounds:
            return _seen_page(call, reading)
        customers = reading.customers(start_of(query, str), query.limit + 1)
    return page_of(customers, query, shown.customer, lambda customer: customer.name)


def _seen_page(call: Call, reading: Reading) -> Page[CustomerAnswer]:
    """A page of those that a bound administrator sees; may be short though more pages follow."""
    query: CustomersQuery = call.query
    found, looked_at = reading.customers_at(
        call.caller.bounds,
        customer_bounds.elsewhere(call.caller, reading),
        start_of(query, str),
        query.limit + 1,
        customer_bounds.LOOKED_AT,
    )
    if len(found) > query.limit or looked_at is None:
        return page_of(found, query, shown.customer, lambda customer: customer.name)
    return Page(items=[shown.customer(each) for each in found], next=cursor_of(looked_at))


def create(call: Call) -> CustomerAnswer:
    return shown.customer(admin.create_customer(call.estate, call.context, call.body))


def show(call: Call) -> CustomerAnswer:
    with call.estate.store.reading() as reading:
        return shown.customer(_seen(call, reading))


def edit(call: Call) -> CustomerAnswer:
    return _changed(call, admin.edit_customer, call.body)


def disable(call: Call) -> CustomerAnswer:
    return _changed(call, admin.disable_customer)


def enable(call: Call) -> CustomerAnswer:
    return _changed(call, admin.enable_customer)


def _changed(
    call: Call, change: Callable[..., Customer], *settings: admin.CustomerChanges
) -> CustomerAnswer:
    with call.estate.store.reading() as reading:
        customer = _seen(call, reading)
    permit = partial(customer_bounds.require_own, call.caller)
    return shown.customer(call.change(partial(change, permit=permit), customer.id, *settings))


def _seen(call: Call, reading: Reading) -> Customer:
    """The customer that the path names, by its id alone."""
    id = call.path["customer_id"]
    customer = reading.customer(id)
    if customer is None:
        raise Unknown("customer", id)
    customer_bounds.require_seen(call.caller, reading, customer, id)
    return customer


OPERATIONS = (
    Operation(
        name="list_customers",
        action="customer.list",
        method="GET",
        path="/customers",
        permission="customers:read",
        summary="List customers by name",
        run=list_customers,
        query=CustomersQuery,
        answer=Page[CustomerAnswer],
    ),
    Operation(
        name="create_customer",
        action="customer.create",
        method="POST",
        path="/customers",
        permission="customers:write",
        summary="Make a customer",
        run=create,
        body=admin.NewCustomer,
        answer=CustomerAnswer,
        status=201,
        versioned=True,
        repeatable=True,
    ),
    Operation(
        name="show_customer",
        action="customer.show",
        method="GET",
        path="/customers/{customer_id}",
        permission="customers:read",
        summary="Show a customer",
        run=show,
        answer=CustomerAnswer,
        versioned=True,
    ),
    Operation(
        name="edit_customer",
        action="customer.edit",
        method="PATCH",
        path="/customers/{customer_id}",
        permission="customers:write",
        summary="Change settings of a customer",
        run=edit,
        body=admin.CustomerChanges,
        answer=CustomerAnswer,
        versioned=True,
    ),
    Operation(
        name="disable_customer",
        action="customer.disable",
        method="POST",
        path="/customers/{customer_id}/disable",
        permission="customers:write",
        summary="Let none of a customer's clients get tokens",
        run=disable,
        answer=CustomerAnswer,
        versioned=True,
    ),
    Operation(
        name="enable_customer",
        action="customer.enable",
        method="POST",
        path="/customers/{customer_id}/enable",
        permission="customers:write",
        summary="Let a customer's clients get tokens again",
        run=enable,
        answer=CustomerAnswer,
        versioned=True,
    ),
)
