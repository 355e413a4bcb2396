"""Customers, to whom clients belong."""

from watchword.admin import customer as admin
from watchword.admin.errors import Unknown
from watchword.app.administration import shown
from watchword.app.administration.answer import CustomerAnswer, Page
from watchword.app.administration.operation import Call, Operation
from watchword.app.administration.page import PageQuery, page_of, start_of


class CustomersQuery(PageQuery, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """name: to find one by its name."""

    name: str | None = None


def list_customers(call: Call) -> Page[CustomerAnswer]:
    name: str | None = call.query.name
    with call.estate.store.reading() as reading:
        if name is not None:
            named = reading.customer_named(name)
            return Page(items=[shown.customer(named)] if named else [])
        found = reading.customers(start_of(call.query, str), call.query.limit + 1)
    return page_of(found, call.query, shown.customer, lambda customer: customer.name)


def create(call: Call) -> CustomerAnswer:
    return shown.customer(admin.create_customer(call.estate, call.context, call.body))


def show(call: Call) -> CustomerAnswer:
    with call.estate.store.reading() as reading:
        customer = reading.customer(call.path["customer_id"])
    if customer is None:
        raise Unknown("customer", call.path["customer_id"])
    return shown.customer(customer)


def edit(call: Call) -> CustomerAnswer:
    return shown.customer(call.change(admin.edit_customer, call.path["customer_id"], call.body))


def disable(call: Call) -> CustomerAnswer:
    return shown.customer(call.change(admin.disable_customer, call.path["customer_id"]))


def enable(call: Call) -> CustomerAnswer:
    return shown.customer(call.change(admin.enable_customer, call.path["customer_id"]))


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
