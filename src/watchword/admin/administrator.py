"""Administrators: clients of the built-in issuer, whose scopes are the API's permissions.

A role becomes the scopes of the administrator's client, and its bounds a claim. Both are read from
the token, and the client is looked up again at each request: a disabled one is out at once.
"""

from collections.abc import Iterable
from typing import get_args

from msgspec import Struct

from watchword.admin import client as clients
from watchword.admin import find, trail
from watchword.admin.built_in import OWNER, ROLE_CLAIM
from watchword.admin.errors import Invalid
from watchword.admin.estate import Estate
from watchword.admin.issuer import NewIssuer
from watchword.admin.issuer import create_within as create_issuer_within
from watchword.admin.role import BUILT_IN, PERMISSIONS, ROLES, Role
from watchword.admin.secret import NewSecret, issue_within
from watchword.core.client import Client
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.storage import Changing, Reading

BOUND_CLAIM = "watchword_issuers"
TOKEN_LIFETIME = 600
TOKEN_PATH = "/token"  # noqa: S105 - where the built-in issuer's tokens are, not one


class NewAdministrator(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """client_id: what it is called. issuers: names or ids that it is bound to, empty for all."""

    client_id: str
    role: Role
    issuers: tuple[str, ...] = ()
    name: str = ""


def ensure_built_in(estate: Estate, context: Context, url: str) -> clients.CreatedClient | None:
    """Make the built-in issuer at `url` and its first owner, unless it is there.

    Returns the owner's credential, which nobody can read again, or None.
    """
    with estate.store.changing() as changing:
        if built_in(changing) is not None:
            return None
        new = NewIssuer(
            name=BUILT_IN,
            url=url,
            scopes=PERMISSIONS,
            lifetime=TOKEN_LIFETIME,
            key_prefix="wwadmin",
            endpoints={"token": TOKEN_PATH},
        )
        issuer = create_issuer_within(changing, estate, context, new)
        owner = NewAdministrator(client_id=OWNER, role="owner", name="The first owner")
        return _create_within(changing, estate, context, issuer, owner)


def built_in(reading: Reading) -> Issuer | None:
    """The issuer of administrators' tokens, None before the first `serve`."""
    return reading.issuer_named(BUILT_IN)


def create_administrator(
    estate: Estate, context: Context, new: NewAdministrator
) -> clients.CreatedClient:
    """Make an administrator with its first secret."""
    with trail.attempt(estate, context, "administrator.create", name=new.client_id) as changing:
        issuer = find.issuer(changing, BUILT_IN)
        return _create_within(changing, estate, context, issuer, new)


def role_of(client: Client) -> Role | None:
    """The role of an administrator's client."""
    role = client.claims.get(ROLE_CLAIM)
    return role if role in get_args(Role) else None


def bounds_of(client: Client) -> tuple[str, ...]:
    """Ids of the issuers that an administrator is bound to, empty for all."""
    return tuple(client.claims.get(BOUND_CLAIM, ()))


def _create_within(
    changing: Changing, estate: Estate, context: Context, issuer: Issuer, new: NewAdministrator
) -> clients.CreatedClient:
    bounds = _bounds(changing, new)
    claims: dict[str, object] = {ROLE_CLAIM: new.role}
    if bounds:
        claims[BOUND_CLAIM] = list(bounds)
    settings = clients.NewClient(
        client_id=new.client_id, name=new.name, scopes=ROLES[new.role], claims=claims
    )
    client = clients.create_within(changing, estate, context, issuer, settings, administrator=True)
    secret = issue_within(changing, estate, context, client, NewSecret())
    return clients.CreatedClient(client=client, issuer=issuer, secret=secret)


def _bounds(reading: Reading, new: NewAdministrator) -> Iterable[str]:
    if new.role == "account-manager" and not new.issuers:
        raise Invalid(
            "an account manager is bound to at least one issuer",
            hint="name the issuers whose clients it looks after",
            field="issuers",
        )
    if new.role == "owner" and new.issuers:
        raise Invalid("an owner is bound to no issuer", field="issuers")
    bounds = [find.issuer(reading, name) for name in new.issuers]
    if any(issuer.name == BUILT_IN for issuer in bounds):
        raise Invalid("administrators are looked after by an owner alone", field="issuers")
    return [issuer.id for issuer in bounds]
