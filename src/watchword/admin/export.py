"""Declarations of what is there: the files that `apply` reads. Applying them changes nothing.

They come in parts, each of a bounded number of things, so that a million clients need no more
memory than ten. A part begins behind the last thing of the one before. If issuers, customers or
clients were changed in between, the parts would not fit together, and the next one is refused.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from watchword.admin import toml_text
from watchword.admin.apply import PAGE, clients_of, customers_of
from watchword.admin.declaration import DeclaredClient, DeclaredCustomer, DeclaredIssuer
from watchword.admin.errors import NotNow
from watchword.admin.role import BUILT_IN
from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.duration import format_duration
from watchword.core.issuer import Issuer
from watchword.storage import Reading

CUSTOMERS_FILE = "customers.toml"
_DECLARED_KINDS = frozenset(("issuer", "customer", "client"))
Sees = Callable[[Issuer], bool]
CustomersOf = Callable[[Reading, str | None], Iterator[Customer]]


class Place(Struct, frozen=True, array_like=True):
    """Behind which thing a part begins. seq: of the trail's last event when the first one began.

    issuer: "" while customers are told. after: name of the last customer, or client_id of the
    issuer's last client; None for the issuer itself.
    """

    seq: int
    issuer: str = ""
    after: str | None = None


class Part(Struct, frozen=True, kw_only=True):
    """A piece of `file`; between two of them stands an empty line."""

    file: str
    text: str


def export_part(
    reading: Reading,
    place: Place | None,
    limit: int,
    sees: Sees = lambda issuer: True,
    customers: CustomersOf = customers_of,
) -> tuple[list[Part], Place | None]:
    """Parts of `limit` things at most, from `place` on, and where the next ones begin, if any do.

    `<issuer>.toml` has an issuer with its clients, `customers.toml` all customers, `dialects/` the
    vendor's own dialects. Secrets are in none. sees: whether an issuer is exported. customers:
    those that are, behind a name. Raises NotNow if something was changed since the first parts.
    """
    begun = _begun(reading) if place is None else place
    if place is not None and _has_changed(reading, place.seq):
        raise NotNow(
            "something was changed while it was exported",
            hint="begin again",
            code="export_outdated",
        )
    told = list(itertools.islice(_things(reading, begun, sees, customers), limit + 1))
    parts = [part for _, of_thing in told[:limit] for part in of_thing]
    return parts, told[limit - 1][0] if len(told) > limit else None


def joined(parts: Iterable[Part]) -> dict[str, str]:
    """Whole files by name."""
    texts: dict[str, list[str]] = {}
    for part in parts:
        texts.setdefault(part.file, []).append(part.text)
    return {file: "\n".join(pieces) for file, pieces in texts.items()}


def _begun(reading: Reading) -> Place:
    last = reading.events(limit=1, newest_first=True)
    return Place(last[0].seq if last else 0)


def _has_changed(reading: Reading, seq: int) -> bool:
    while page := reading.events(after=seq, limit=PAGE):
        if any(each.kind in _DECLARED_KINDS and each.outcome == "done" for each in page):
            return True
        seq = page[-1].seq
    return False


def _things(
    reading: Reading, place: Place, sees: Sees, customers: CustomersOf
) -> Iterator[tuple[Place, list[Part]]]:
    """Each thing behind `place` with its own place."""
    if not place.issuer:
        for customer in customers(reading, place.after):
            here = Place(place.seq, "", customer.name)
            yield here, [_customer_part(customer)]
    for issuer in sorted(reading.issuers(), key=lambda issuer: issuer.name):
        if issuer.name >= place.issuer and issuer.name != BUILT_IN and sees(issuer):
            after = place.after if issuer.name == place.issuer else None
            yield from _issuer_things(reading, issuer, place, after)


def _issuer_things(
    reading: Reading, issuer: Issuer, place: Place, after: str | None
) -> Iterator[tuple[Place, list[Part]]]:
    """The issuer, unless it was told before, and its clients behind `after`."""
    if issuer.name != place.issuer:
        yield Place(place.seq, issuer.name), _issuer_parts(issuer)
    customers: dict[str, str] = {}
    for client in clients_of(reading, issuer.id, after):
        here = Place(place.seq, issuer.name, client.client_id)
        yield here, [_client_part(reading, issuer, client, customers)]


def _customer_part(customer: Customer) -> Part:
    declared = DeclaredCustomer(contacts=customer.contacts, enabled=customer.enabled)
    text = toml_text.table(("customer", customer.name), _told(declared))
    return Part(file=CUSTOMERS_FILE, text=text)


def _issuer_parts(issuer: Issuer) -> list[Part]:
    parts = []
    dialect_file = None
    if issuer.dialect_text is not None:
        dialect_file = f"dialects/{issuer.name}.toml"
        parts.append(Part(file=dialect_file, text=issuer.dialect_text))
    text = toml_text.table(("issuer", issuer.name), _issuer_settings(issuer, dialect_file))
    return [*parts, Part(file=f"{issuer.name}.toml", text=text)]


def _client_part(
    reading: Reading, issuer: Issuer, client: Client, customers: dict[str, str]
) -> Part:
    name = ("client", issuer.name, client.client_id)
    settings = _client_settings(client, _customer_of(reading, client, customers))
    return Part(file=f"{issuer.name}.toml", text=toml_text.table(name, settings))


def _customer_of(reading: Reading, client: Client, known: dict[str, str]) -> str | None:
    """The name of the client's customer; a part has few enough of them to be remembered."""
    id = client.customer_id
    if id is None:
        return None
    if id not in known:
        found = reading.customer(id)
        known[id] = found.name if found else ""
    return known[id] or None


def _issuer_settings(issuer: Issuer, dialect_file: str | None) -> dict[str, Any]:
    shared = {
        field: getattr(issuer, field)
        for field in DeclaredIssuer.__struct_fields__
        if field not in ("dialect", "dialect_file", "endpoints")
    }
    for field in ("lifetime", "secret_lifetime", "jwks_max_age"):
        shared[field] = format_duration(shared[field])
    declared = DeclaredIssuer(
        dialect="rfc6749" if dialect_file else issuer.dialect,
        dialect_file=dialect_file,
        endpoints={name: path or False for name, path in issuer.endpoints.items()},
        **shared,
    )
    return _told(declared)


def _client_settings(client: Client, customer: str | None) -> dict[str, Any]:
    shared = {
        field: getattr(client, field)
        for field in DeclaredClient.__struct_fields__
        if field not in ("customer", "claims", "claims_json", "lifetime")
    }
    plain = toml_text.can_say(client.claims)
    declared = DeclaredClient(
        customer=customer,
        claims=client.claims if plain else {},
        claims_json=None if plain else msgspec.json.encode(client.claims).decode(),
        lifetime=None if client.lifetime is None else format_duration(client.lifetime),
        **shared,
    )
    return _told(declared)


def _told(declared: Struct) -> dict[str, Any]:
    """The settings that are not their defaults."""
    defaults = {
        field.name: field.default_factory() if callable(field.default_factory) else field.default
        for field in msgspec.structs.fields(type(declared))
    }
    settings = msgspec.structs.asdict(declared)
    return {name: value for name, value in settings.items() if value != defaults[name]}
