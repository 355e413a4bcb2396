"""Declarations of what is there: the files that `apply` reads. Applying them changes nothing."""

from typing import Any

import msgspec
from msgspec import Struct

from watchword.admin import toml_text
from watchword.admin.administrator import BUILT_IN
from watchword.admin.apply import PAGE, clients_of
from watchword.admin.declaration import DeclaredClient, DeclaredCustomer, DeclaredIssuer
from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.duration import format_duration
from watchword.core.issuer import Issuer
from watchword.storage import Reading

CUSTOMERS_FILE = "customers.toml"


def export_files(reading: Reading) -> dict[str, str]:
    """File name → text: one file an issuer with its clients, one with all customers.

    Dialects of the vendor's own stand in `dialects/`. Secrets are in none.
    """
    files: dict[str, str] = {}
    names: dict[str, str] = {}
    tables = []
    for customer in _customers(reading):
        names[customer.id] = customer.name
        tables.append(_customer_table(customer))
    if tables:
        files[CUSTOMERS_FILE] = "\n".join(tables)
    for issuer in reading.issuers():
        if issuer.name != BUILT_IN:
            files.update(_issuer_files(reading, issuer, names))
    return files


def _customers(reading: Reading) -> list[Customer]:
    found: list[Customer] = []
    after: str | None = None
    while page := reading.customers(after=after, limit=PAGE):
        found += page
        after = page[-1].name
    return found


def _customer_table(customer: Customer) -> str:
    declared = DeclaredCustomer(contacts=customer.contacts, enabled=customer.enabled)
    return toml_text.table(("customer", customer.name), _told(declared))


def _issuer_files(reading: Reading, issuer: Issuer, customers: dict[str, str]) -> dict[str, str]:
    files = {}
    dialect_file = None
    if issuer.dialect_text is not None:
        dialect_file = f"dialects/{issuer.name}.toml"
        files[dialect_file] = issuer.dialect_text
    tables = [toml_text.table(("issuer", issuer.name), _issuer_settings(issuer, dialect_file))]
    for client in clients_of(reading, issuer.id):
        name = ("client", issuer.name, client.client_id)
        tables.append(toml_text.table(name, _client_settings(client, customers)))
    files[f"{issuer.name}.toml"] = "\n".join(tables)
    return files


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


def _client_settings(client: Client, customers: dict[str, str]) -> dict[str, Any]:
    shared = {
        field: getattr(client, field)
        for field in DeclaredClient.__struct_fields__
        if field not in ("customer", "claims", "claims_json", "lifetime")
    }
    plain = toml_text.can_say(client.claims)
    declared = DeclaredClient(
        customer=customers.get(client.customer_id) if client.customer_id else None,
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
