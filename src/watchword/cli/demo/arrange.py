"""What the demo makes: issuers, customers, clients and secrets, each only where it is missing.

Rules. Nothing that is there is made again: ids, secrets and signing keys stay from start to start.
Only URLs follow the listener. A secret is made anew where demo.json does not have a live one.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

from msgspec import Struct

from watchword.admin import client as clients
from watchword.admin import customer as customers
from watchword.admin import issuer as issuers
from watchword.admin import secret as secrets
from watchword.admin.dialect_of import dialect_of
from watchword.admin.estate import Estate
from watchword.cli.demo.known import Known, KnownCall, KnownClient, KnownIssuer
from watchword.cli.demo.vendors import VENDORS, Party, Vendor
from watchword.cli.failure import Refused
from watchword.core import secret_format
from watchword.core.client import Client
from watchword.core.event import Context
from watchword.core.issuer import Issuer

_LABEL = "demo"
# What people type for the machine that they sit at.
_LOOPBACK = ("127.0.0.1", "localhost")


class Site(Struct, frozen=True, kw_only=True):
    """Where the demo stands. base: public URL; inside: URL of the listener, often the same."""

    base: str
    inside: str

    def url(self, vendor: str) -> str:
        """The issuer's own URL, which its tokens carry."""
        return f"{self.base}/{vendor}"

    def aliases(self, vendor: str) -> tuple[str, ...]:
        """Further URLs: `http://<vendor>.localhost:PORT`, and the listener's other names."""
        urls = [
            _at_host(self.base, f"{vendor}.localhost"),
            _at_host(self.inside, f"{vendor}.localhost"),
            f"{self.inside}/{vendor}",
            *(f"{_at_host(self.inside, name)}/{vendor}" for name in _LOOPBACK),
        ]
        return tuple(dict.fromkeys(url for url in urls if url != self.url(vendor)))


def _at_host(base: str, host: str) -> str:
    """`base` with another host and the same port."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def arrange(estate: Estate, context: Context, site: Site, before: Known | None) -> Known:
    """Make what is missing. before: what an earlier run wrote down."""
    _require_demo(estate, before)
    known = {}
    for vendor in VENDORS:
        issuer = _issuer(estate, context, site, vendor)
        found = [_client(estate, context, issuer, party, before) for party in vendor.clients]
        known[vendor.name] = _known(vendor, issuer, found)
    return Known(base_url=site.base, issuers=known)


def _require_demo(estate: Estate, before: Known | None) -> None:
    """Never mix the demo into somebody's real data."""
    with estate.store.reading() as reading:
        names = {issuer.name for issuer in reading.issuers()}
    strangers = names - {vendor.name for vendor in VENDORS}
    if before is None and strangers:
        raise Refused(
            f"there is other data already (the issuer {min(strangers)})",
            hint="give the demo a folder of its own: --data ./demo-data",
            code="not_a_demo",
        )


def _issuer(estate: Estate, context: Context, site: Site, vendor: Vendor) -> Issuer:
    url, aliases = site.url(vendor.name), site.aliases(vendor.name)
    with estate.store.reading() as reading:
        found = reading.issuer_named(vendor.name)
    if found is not None:
        changes = issuers.IssuerChanges(url=url, aliases=aliases)
        return issuers.edit_issuer(estate, context, found.id, changes)
    new = issuers.NewIssuer(
        name=vendor.name,
        url=url,
        aliases=aliases,
        dialect=vendor.name,
        alg=vendor.alg,
        lifetime=vendor.lifetime,
        scopes=vendor.scopes,
        key_prefix=vendor.key_prefix,
        cors_origins=("*",),
        revocation=vendor.revocation,
    )
    return issuers.create_issuer(estate, context, new)


def _client(
    estate: Estate, context: Context, issuer: Issuer, party: Party, before: Known | None
) -> KnownClient:
    with estate.store.reading() as reading:
        found = reading.client_named(issuer.id, party.client_id)
    if found is None:
        value = _create(estate, context, issuer, party)
    else:
        written = before.secret_of(issuer.name, party.client_id) if before else None
        value = written or ""
        if not _works(estate, context, found, value):
            value = _renew(estate, context, found)
    return KnownClient(client_id=party.client_id, client_secret=value, scopes=party.scopes)


def _create(estate: Estate, context: Context, issuer: Issuer, party: Party) -> str:
    new = clients.NewClient(
        client_id=party.client_id,
        name=party.name,
        customer=_customer(estate, context, party.customer) if party.customer else None,
        scopes=party.scopes,
        claims=party.claims,
    )
    label = secrets.NewSecret(label=_LABEL)
    made = clients.create_client(estate, context, issuer.id, new, with_secret=False)
    return secrets.issue_secret(estate, context, made.client.id, label).value


def _customer(estate: Estate, context: Context, name: str) -> str:
    with estate.store.reading() as reading:
        found = reading.customer_named(name)
    if found is None:
        found = customers.create_customer(estate, context, customers.NewCustomer(name=name))
    return found.id


def _works(estate: Estate, context: Context, client: Client, value: str) -> bool:
    """Whether the secret that was written down is still a live one of the client's."""
    key_id = secret_format.key_id_of(value)
    with estate.store.reading() as reading:
        found = reading.secret_with_key_id(key_id) if key_id else None
    return found is not None and found.client_ref == client.id and found.is_live(context.now)


def _renew(estate: Estate, context: Context, client: Client) -> str:
    """A new secret in place of the demo's earlier ones, whose values nobody knows any more."""
    with estate.store.reading() as reading:
        lost = [secret for secret in reading.secrets(client.id) if secret.label == _LABEL]
    for secret in lost:
        secrets.revoke_secret(estate, context, secret.id)
    new = secrets.NewSecret(label=_LABEL)
    return secrets.issue_secret(estate, context, client.id, new).value


def _known(vendor: Vendor, issuer: Issuer, found: Iterable[KnownClient]) -> KnownIssuer:
    published = vendor.alg != "HS256"
    return KnownIssuer(
        issuer=issuer.url,
        token_endpoint=issuer.url + dialect_of(issuer).token_path,
        jwks_uri=f"{issuer.url}/.well-known/jwks.json" if published else None,
        clients=tuple(found),
        api=tuple(
            KnownCall(
                method=call.method,
                url=issuer.url + call.path,
                scope=call.scope,
                expect=call.expect,
            )
            for call in vendor.calls
        ),
    )
