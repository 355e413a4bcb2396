"""Making and changing customers, to whom clients belong."""

from collections.abc import Callable

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from watchword.admin import find, revocation, rules, trail
from watchword.admin.change import Rules, checked
from watchword.admin.errors import Taken
from watchword.admin.estate import Estate
from watchword.core.customer import Customer
from watchword.core.event import Context
from watchword.storage import Changing, Reading

# Refuses, in the change's own transaction, a customer that whoever asks may not change.
Permit = Callable[[Reading, Customer], None]


def anybody(reading: Reading, customer: Customer) -> None:
    """The permit of whoever may change all customers."""


class NewCustomer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a customer to be made. contacts: e-mail addresses that get the warnings."""

    name: str
    contacts: tuple[str, ...] = ()


class CustomerChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings to change; UNSET ones stay."""

    name: str | UnsetType = UNSET
    contacts: tuple[str, ...] | UnsetType = UNSET


def create_customer(estate: Estate, context: Context, new: NewCustomer) -> Customer:
    """Make a customer."""
    with trail.attempt(estate, context, "customer.create", name=new.name) as changing:
        return create_within(changing, estate, context, new)


def create_within(
    changing: Changing, estate: Estate, context: Context, new: NewCustomer
) -> Customer:
    """Make a customer inside a transaction that is under way."""
    customer = Customer(
        id=estate.fresh_id(changing.customer), created_at=context.now, **checked(new, _RULES)
    )
    _require_free(changing, customer)
    changing.add_customer(customer)
    trail.made(changing, context, "customer.create", customer)
    return customer


def edit_customer(
    estate: Estate,
    context: Context,
    customer_id: str,
    changes: CustomerChanges,
    *,
    expected_version: int | None = None,
    permit: Permit = anybody,
) -> Customer:
    """Change a customer. Raises ChangedMeanwhile unless it is in `expected_version`."""
    with trail.attempt(estate, context, "customer.edit", target=customer_id) as changing:
        before = find.customer(changing, customer_id)
        permit(changing, before)
        find.require_version(before, before.name, expected_version)
        return edit_within(changing, context, before, changes)


def edit_within(
    changing: Changing, context: Context, before: Customer, changes: CustomerChanges
) -> Customer:
    """Change a customer inside a transaction that is under way; no event if nothing differs."""
    wanted = replace(before, **checked(changes, _RULES))
    if wanted == before:
        return before
    _require_free(changing, wanted)
    after = changing.update_customer(wanted)
    trail.changed(changing, context, "customer.edit", before, after)
    return after


def disable_customer(
    estate: Estate,
    context: Context,
    customer_id: str,
    *,
    expected_version: int | None = None,
    permit: Permit = anybody,
) -> Customer:
    """Let none of the customer's clients get tokens."""
    return _switch(estate, context, customer_id, False, expected_version, permit)


def enable_customer(
    estate: Estate,
    context: Context,
    customer_id: str,
    *,
    expected_version: int | None = None,
    permit: Permit = anybody,
) -> Customer:
    """Let a disabled customer's clients get tokens again, those that are enabled themselves."""
    return _switch(estate, context, customer_id, True, expected_version, permit)


def _switch(
    estate: Estate,
    context: Context,
    customer_id: str,
    enabled: bool,
    expected_version: int | None,
    permit: Permit,
) -> Customer:
    action = "customer.enable" if enabled else "customer.disable"
    with trail.attempt(estate, context, action, target=customer_id) as changing:
        before = find.customer(changing, customer_id)
        permit(changing, before)
        find.require_version(before, before.name, expected_version)
        return switch_within(changing, context, before, enabled)


def switch_within(
    changing: Changing, context: Context, before: Customer, enabled: bool
) -> Customer:
    """Enable or disable inside a transaction that is under way; no event if it is so already."""
    if before.enabled == enabled:
        return before
    after = changing.update_customer(replace(before, enabled=enabled))
    action = "customer.enable" if enabled else "customer.disable"
    trail.changed(changing, context, action, before, after)
    if not enabled:
        revocation.stop_customer(changing, context, after)
    return after


def _require_free(changing: Changing, customer: Customer) -> None:
    known = changing.customer_named(customer.name)
    if known is not None and known.id != customer.id:
        raise Taken(f"there is a customer {customer.name!r} already", field="name")


_RULES: Rules = {
    "name": lambda text: rules.line(text, "name", required=True),
    "contacts": rules.contacts,
}
