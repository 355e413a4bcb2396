"""The customers that an import names: their ids, and those that it is to make."""

from watchword.admin import rules, trail
from watchword.admin.estate import Estate
from watchword.core.customer import Customer
from watchword.core.event import Context
from watchword.storage import Changing

# So many customers' ids are remembered between lines.
REMEMBERED = 50_000


class ImportCustomers:
    """Ids of customers by name; with `add`, those that are missing are going to be made."""

    def __init__(self, estate: Estate, add: bool) -> None:
        self._estate = estate
        self._add = add
        self._known: dict[str, str | None] = {}
        self.added: dict[str, str] = {}

    def id_of(self, name: str) -> str | None:
        """The customer's id, None where there is none and none is to be made."""
        if name in self.added:
            return self.added[name]
        if name not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[name] = self._stored(name)
        found = self._known[name]
        if found is None and self._add:
            found = self.added[name] = self._new(name)
        return found

    def store(self, changing: Changing, context: Context) -> None:
        """Make those that are missing."""
        for name, id in self.added.items():
            customer = Customer(id=id, name=name, created_at=context.now)
            changing.add_customer(customer)
            trail.made(changing, context, "customer.create", customer)

    def _stored(self, name: str) -> str | None:
        with self._estate.store.reading(snapshot=False) as reading:
            customer = reading.customer_named(name)
        return customer.id if customer else None

    def _new(self, name: str) -> str:
        rules.line(name, "customer", required=True)
        with self._estate.store.reading(snapshot=False) as reading:
            return self._estate.fresh_id(reading.customer)
