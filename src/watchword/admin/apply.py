"""Making the estate what was declared: one transaction, with an event for each change.

A plan is the same transaction, taken back at its end: what it shows is what applying would do, by
the same code, refusals included. Between a plan and its application nothing may have changed.

Pruning ends what the files leave out: clients of declared issuers are deleted; issuers and
customers, which cannot be, are disabled. The built-in issuer of administrators is never touched.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct
from msgspec.structs import asdict

from watchword.admin import client as clients
from watchword.admin import customer as customers
from watchword.admin import issuer as issuers
from watchword.admin import secret as secrets
from watchword.admin import trail
from watchword.admin.administrator import BUILT_IN
from watchword.admin.client import ClientChanges
from watchword.admin.customer import CustomerChanges
from watchword.admin.declaration import Wanted
from watchword.admin.errors import ChangeRefused, Invalid, NotNow
from watchword.admin.estate import Estate
from watchword.admin.issuer import IssuerChanges, NewIssuer
from watchword.admin.secret import IssuedSecret, NewSecret
from watchword.core.client import Client
from watchword.core.event import Context, Event
from watchword.storage import Changing, Reading

PAGE = 500


class FirstSecret(Struct, frozen=True, kw_only=True):
    """A new client's first secret."""

    issuer: str
    client: Client
    secret: IssuedSecret


class Applied(Struct, frozen=True, kw_only=True):
    """What was changed, or would be. version: the change list's before; a plan is good for it."""

    events: tuple[Event, ...]
    secrets: tuple[FirstSecret, ...]
    version: int


class _TakenBack(Exception):
    """Ends a plan's transaction without a trace."""

    def __init__(self, applied: Applied) -> None:
        super().__init__()
        self.applied = applied


def plan(
    estate: Estate, context: Context, wanted: Wanted, *, prune: bool = False, issue: bool = True
) -> Applied:
    """What `apply` would do now; nothing is changed. Raises what `apply` raises."""
    try:
        with estate.store.changing() as changing:
            raise _TakenBack(_apply(changing, estate, context, wanted, prune=prune, issue=issue))
    except _TakenBack as taken_back:
        return taken_back.applied


def apply(
    estate: Estate,
    context: Context,
    wanted: Wanted,
    *,
    prune: bool = False,
    issue: bool = True,
    version: int | None = None,
    before_commit: Callable[[Applied], None] = lambda applied: None,
) -> Applied:
    """Make the estate what was declared.

    issue: whether new clients get a first secret. version: that of the plan that was shown; NotNow
    if something has changed since. before_commit: keeps the secrets safe before they work, so that
    none is lost; if it raises, nothing is changed.
    """
    with trail.attempt(estate, context, "file.apply") as changing:
        if version is not None and changing.version() != version:
            raise NotNow(
                "something was changed since the plan was made",
                hint="look at the plan again",
                code="plan_outdated",
            )
        applied = _apply(changing, estate, context, wanted, prune=prune, issue=issue)
        before_commit(applied)
        return applied


def _apply(
    changing: Changing,
    estate: Estate,
    context: Context,
    wanted: Wanted,
    *,
    prune: bool,
    issue: bool,
) -> Applied:
    version = changing.version()
    last = changing.events(limit=1, newest_first=True)
    if BUILT_IN in wanted.issuers:
        raise Invalid(f"the issuer {BUILT_IN} is built in", field="issuer", code="built_in")
    for name in wanted.customers:
        with _named(f"customer {name}"):
            _customer(changing, estate, context, wanted, name)
    for name in wanted.issuers:
        with _named(f"issuer {name}"):
            _issuer(changing, estate, context, wanted, name)
    first: list[FirstSecret] = []
    for owner, client_id in wanted.clients:
        with _named(f"client {owner}/{client_id}"):
            first += _client(changing, estate, context, wanted, (owner, client_id), issue)
    if prune:
        _prune(changing, context, wanted)
    events = _since(changing, last[0].seq if last else 0)
    return Applied(events=events, secrets=tuple(first), version=version)


@contextmanager
def _named(what: str) -> Iterator[None]:
    """A refusal says which declaration it is about."""
    try:
        yield
    except ChangeRefused as refused:
        refused.message = f"{what}: {refused.message}"
        raise


def _customer(
    changing: Changing, estate: Estate, context: Context, wanted: Wanted, name: str
) -> None:
    new = wanted.customers[name]
    known = changing.customer_named(name)
    if known is None:
        stored = customers.create_within(changing, estate, context, new)
    else:
        changes = CustomerChanges(contacts=new.contacts)
        stored = customers.edit_within(changing, context, known, changes)
    customers.switch_within(changing, context, stored, wanted.enabled["customer", name])


def _issuer(
    changing: Changing, estate: Estate, context: Context, wanted: Wanted, name: str
) -> None:
    new = wanted.issuers[name]
    known = changing.issuer_named(name)
    if known is None:
        stored = issuers.create_within(changing, estate, context, new)
    else:
        stored = issuers.edit_within(changing, estate, context, known, _changes(new))
    issuers.switch_within(changing, context, stored, wanted.enabled["issuer", name])


def _changes(new: NewIssuer) -> IssuerChanges:
    """All settings as changes; of the dialect, whichever of name and text counts."""
    given = asdict(new)
    del given["name"]
    del given["dialect" if new.dialect_text is not None else "dialect_text"]
    return IssuerChanges(**given)


def _client(
    changing: Changing,
    estate: Estate,
    context: Context,
    wanted: Wanted,
    name: tuple[str, str],
    issue: bool,
) -> list[FirstSecret]:
    """Make or change a client; the first secret of a new one back."""
    new = wanted.clients[name]
    owner = changing.issuer_named(name[0])
    if owner is None or owner.name == BUILT_IN:
        raise Invalid(f"there is no issuer {name[0]!r}", field="issuer", code="unknown_issuer")
    known = changing.client_named(owner.id, name[1])
    first = []
    if known is None or known.deleted_at is not None:
        stored = clients.create_within(changing, estate, context, owner, new)
        if issue:
            issued = secrets.issue_within(changing, estate, context, stored, NewSecret())
            first.append(FirstSecret(issuer=owner.name, client=stored, secret=issued))
    else:
        given = asdict(new)
        del given["client_id"]
        stored = clients.edit_within(changing, context, known, ClientChanges(**given))
    clients.switch_within(changing, context, stored, wanted.enabled["client", *name])
    return first


def _prune(changing: Changing, context: Context, wanted: Wanted) -> None:
    """End what the files leave out."""
    for issuer in changing.issuers():
        if issuer.name in wanted.issuers:
            for client in clients_of(changing, issuer.id):
                if (issuer.name, client.client_id) not in wanted.clients:
                    clients.delete_within(changing, context, client)
        elif issuer.name != BUILT_IN:
            issuers.switch_within(changing, context, issuer, False)
    after: str | None = None
    while page := changing.customers(after=after, limit=PAGE):
        for customer in page:
            if customer.name not in wanted.customers:
                customers.switch_within(changing, context, customer, False)
        after = page[-1].name


def clients_of(reading: Reading, issuer_id: str) -> list[Client]:
    """All clients of an issuer but the deleted ones."""
    found: list[Client] = []
    after: str | None = None
    while page := reading.clients(issuer_id=issuer_id, after=after, limit=PAGE):
        found += page
        after = page[-1].client_id
    return found


def _since(reading: Reading, seq: int) -> tuple[Event, ...]:
    found: list[Event] = []
    after = seq
    while page := reading.events(after=after, limit=PAGE):
        found += page
        after = page[-1].seq
    return tuple(found)
