"""What TOML files declare: issuers, customers and clients, as a vendor wants them.

    [issuer.acme]
    url = "https://api.example.com"
    scopes = ["read", "write"]

    [customer."ACME Ltd"]
    contacts = ["it@acme.example"]

    [client.acme.ACME01]
    customer = "ACME Ltd"
    scopes = ["read"]

Rules. A thing that is declared is declared whole: a setting that is left out has its default.
Durations are typed as on the command line ("1h"). Files are given by name and text: those without
a `/` in their name that end in `.toml` declare things. A dialect of one's own is `dialect_file`,
the name of another one of them. Secrets are never declared. What is not declared at all is left
alone, unless it is pruned on purpose.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct

from watchword.admin import toml_text
from watchword.admin.client import NewClient
from watchword.admin.customer import NewCustomer
from watchword.admin.errors import Invalid
from watchword.admin.issuer import NewIssuer
from watchword.core.duration import InvalidDuration, parse_duration
from watchword.core.issuer import MAX_LIVE_SECRETS, Revocation


class DeclaredIssuer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An issuer as a file has it; see core.issuer.Issuer."""

    url: str
    aliases: tuple[str, ...] = ()
    dialect: str = "rfc6749"
    dialect_file: str | None = None
    alg: str = "ES256"
    lifetime: str = "1h"
    scopes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    key_prefix: str = "wk"
    cors_origins: tuple[str, ...] = ()
    revocation: Revocation = "feed"
    secret_lifetime: str = "1y"  # noqa: S105 - a duration
    max_live_secrets: int = MAX_LIVE_SECRETS
    jwks_max_age: str = "5m"
    endpoints: dict[str, str | Literal[False]] = {}
    ledger: bool = False
    self_service: bool = False
    enabled: bool = True


class DeclaredCustomer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A customer as a file has it."""

    contacts: tuple[str, ...] = ()
    enabled: bool = True


class DeclaredClient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A client as a file has it. claims_json: claims that TOML cannot say, as a JSON text."""

    customer: str | None = None
    name: str = ""
    scopes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    claims: dict[str, Any] = {}
    claims_json: str | None = None
    attributes: dict[str, str] = {}
    lifetime: str | None = None
    introspects: tuple[str, ...] = ()
    enabled: bool = True


class _File(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    issuer: dict[str, DeclaredIssuer] = {}
    customer: dict[str, DeclaredCustomer] = {}
    client: dict[str, dict[str, DeclaredClient]] = {}


class Wanted(Struct, frozen=True, kw_only=True):
    """All that was declared, ready for the functions that make changes.

    enabled: of things that are declared, by ("issuer", name), ("customer", name) or
    ("client", issuer name, client_id).
    """

    issuers: dict[str, NewIssuer] = {}
    customers: dict[str, NewCustomer] = {}
    clients: dict[tuple[str, str], NewClient] = {}
    enabled: dict[tuple[str, ...], bool] = {}


def read_declarations(files: Mapping[str, str]) -> Wanted:
    """What the files say, by name and text. Raises Invalid, naming file and key."""
    issuers: dict[str, NewIssuer] = {}
    customers: dict[str, NewCustomer] = {}
    clients: dict[tuple[str, str], NewClient] = {}
    enabled: dict[tuple[str, ...], bool] = {}
    for file, declared in _declared(files):
        for name, issuer in declared.issuer.items():
            _put(issuers, name, _new_issuer(file, name, issuer, files), file)
            enabled["issuer", name] = issuer.enabled
        for name, customer in declared.customer.items():
            _put(customers, name, NewCustomer(name=name, contacts=customer.contacts), file)
            enabled["customer", name] = customer.enabled
        for owner, owned in declared.client.items():
            for client_id, client in owned.items():
                _put(clients, (owner, client_id), _new_client(file, client_id, client), file)
                enabled["client", owner, client_id] = client.enabled
    return Wanted(issuers=issuers, customers=customers, clients=clients, enabled=enabled)


def dialect_files(files: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the dialect files that `files` name, so that they can be fetched as well."""
    issuers = (issuer for _, declared in _declared(files) for issuer in declared.issuer.values())
    named = (issuer.dialect_file for issuer in issuers)
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _declared(files: Mapping[str, str]) -> Iterator[tuple[str, _File]]:
    for file, text in files.items():
        if file.endswith(".toml") and "/" not in file:
            yield file, _parsed(file, text)


def _parsed(file: str, text: str) -> _File:
    try:
        return msgspec.convert(toml_text.read(text), _File)
    except (ValueError, RecursionError) as error:
        raise Invalid(f"{file}: {error}", field=file, code="invalid_declaration") from None


def _put(things: dict[Any, Any], name: Any, thing: object, file: str) -> None:
    if name in things:
        shown = "/".join(name) if isinstance(name, tuple) else name
        raise Invalid(f"{file}: {shown} is declared twice", field=file, code="declared_twice")
    things[name] = thing


def _new_issuer(
    file: str, name: str, declared: DeclaredIssuer, files: Mapping[str, str]
) -> NewIssuer:
    where = f"{file}: issuer.{name}"
    given = {
        field: getattr(declared, field)
        for field in DeclaredIssuer.__struct_fields__
        if field not in ("enabled", "dialect_file", "endpoints")
    }
    for field in ("lifetime", "secret_lifetime", "jwks_max_age"):
        given[field] = _seconds(f"{where}.{field}", given[field])
    if declared.dialect_file is not None:
        given["dialect_text"] = _dialect_text(f"{where}.dialect_file", declared.dialect_file, files)
    endpoints = {path: place or None for path, place in declared.endpoints.items()}
    return NewIssuer(name=name, endpoints=endpoints, **given)


def _new_client(file: str, client_id: str, declared: DeclaredClient) -> NewClient:
    where = f"{file}: client {client_id}"
    given = {
        field: getattr(declared, field)
        for field in DeclaredClient.__struct_fields__
        if field not in ("enabled", "claims_json", "lifetime")
    }
    if declared.claims_json is not None:
        given["claims"] = _json_claims(where, declared.claims_json)
    elif declared.claims:
        given["claims"] = _as_json(where, declared.claims)
    lifetime = declared.lifetime
    return NewClient(
        client_id=client_id,
        lifetime=None if lifetime is None else _seconds(f"{where}.lifetime", lifetime),
        **given,
    )


def _dialect_text(where: str, name: str, files: Mapping[str, str]) -> str:
    if name not in files:
        raise Invalid(f"{where}: there is no file {name!r}", field=where, code="unknown_file")
    return files[name]


def _seconds(where: str, text: str) -> int:
    try:
        return parse_duration(text)
    except InvalidDuration as error:
        raise Invalid(f"{where}: {error}", field=where) from None


def _as_json(where: str, claims: dict[str, Any]) -> dict[str, Any]:
    """The claims as tokens say them: TOML has dates and infinity, JSON has not."""
    try:
        return msgspec.json.decode(msgspec.json.encode(claims), type=dict[str, Any])
    except (ValueError, OverflowError, RecursionError):
        raise Invalid(f"{where}.claims must be JSON values", field=where) from None


def _json_claims(where: str, text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError):
        raise Invalid(f"{where}.claims_json is no JSON object", field=where) from None
