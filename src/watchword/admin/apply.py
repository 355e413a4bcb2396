"""Making the estate what was declared: one transaction, with an event for each change.

A plan is the same transaction, taken back at its end: what it shows is what applying would do, by
the same code, refusals included. What was shown is what is applied: if something was changed in
between and the steps are no longer the same, nothing is done.

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
from watchword.admin.client import ClientChanges
from watchword.admin.customer import CustomerChanges
from watchword.admin.declaration import Wanted
from watchword.admin.errors import ChangeRefused, Invalid, LimitReached, NotNow
from watchword.admin.estate import Estate
from watchword.admin.issuer import IssuerChanges, NewIssuer
from watchword.admin.role import BUILT_IN
from watchword.admin.secret import IssuedSecret, NewSecret
from watchword.admin.step import Step, digest, steps_of
from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.event import Context, Event
from watchword.storage import Changing, Reading

PAGE = 500


class ApplyOptions(Struct, frozen=True, kw_only=True):
    """prune: end what the files leave out. issue: whether new clients get a first secret.

    most: so many events at most, None for any number; everything else waits while they are made.
    check: refuses, before anything is done, what whoever applies may not ask for at all; permit,
    what it may not bring about.
    """

    prune: bool = False
    issue: bool = True
    most: int | None = None
    check: Callable[[Reading], None] = lambda reading: None
    permit: Callable[[Event], None] = lambda event: None


class FirstSecret(Struct, frozen=True, kw_only=True):
    """A new client's first secret."""

    issuer: str
    client: Client
    secret: IssuedSecret


class Applied(Struct, frozen=True, kw_only=True):
    """What was changed, or would be. digest: names it; a plan's is good for applying the same."""

    events: tuple[Event, ...]
    steps: tuple[Step, ...]
    secrets: tuple[FirstSecret, ...]
    digest: str


class _TakenBack(Exception):
    """Ends a plan's transaction without a trace."""

    def __init__(self, applied: Applied) -> None:
        super().__init__()
        self.applied = applied


def plan(
    estate: Estate, context: Context, wanted: Wanted, options: ApplyOptions | None = None
) -> Applied:
    """What `apply` would do now; nothing is changed. Raises what `apply` raises."""
    try:
        with estate.store.changing() as changing:
            raise _TakenBack(_apply(changing, estate, context, wanted, options or ApplyOptions()))
    except _TakenBack as taken_back:
        return taken_back.applied


def apply(
    estate: Estate,
    context: Context,
    wanted: Wanted,
    options: ApplyOptions | None = None,
    *,
    expected: str | None = None,
    before_commit: Callable[[Applied], None] = lambda applied: None,
) -> Applied:
    """Make the estate what was declared.

    expected: digest of the plan that was shown; NotNow if other steps would be taken by now.
    before_commit: keeps the secrets safe before they work, so that none is lost; if it raises,
    nothing is changed.
    """
    with trail.attempt(estate, context, "file.apply") as changing:
        applied = _apply(changing, estate, context, wanted, options or ApplyOptions())
        if expected is not None and applied.digest != expected:
            raise NotNow(
                "something was changed since the plan was made: it would do something else now",
                hint="look at the plan again",
                code="plan_outdated",
            )
        before_commit(applied)
        return applied


def _apply(
    changing: Changing, estate: Estate, context: Context, wanted: Wanted, options: ApplyOptions
) -> Applied:
    options.check(changing)
    last = changing.events(limit=1, newest_first=True)
    if BUILT_IN in wanted.issuers:
        raise Invalid(f"the issuer {BUILT_IN} is built in", field="issuer", code="built_in")
    if options.prune and not wanted.issuers:
        raise Invalid(
            "the files declare no issuer: pruning would disable all there are",
            hint="name the files of the whole installation",
            field="files",
            code="nothing_declared",
        )
    first = _make(changing, estate, context, wanted, options)
    if options.prune:
        for _ in _prune(changing, context, wanted):
            _require_few(changing, options)
    events = _since(changing, last[0].seq if last else 0)
    for event in events:
        options.permit(event)
    steps = steps_of(events, changing)
    named = digest(steps, [(each.issuer, each.client.client_id) for each in first])
    return Applied(events=events, steps=steps, secrets=tuple(first), digest=named)


def _make(
    changing: Changing, estate: Estate, context: Context, wanted: Wanted, options: ApplyOptions
) -> list[FirstSecret]:
    """Make or change all that was declared; new clients' first secrets back."""
    for name in wanted.customers:
        with _named(f"customer {name}"):
            _customer(changing, estate, context, wanted, name)
            _require_few(changing, options)
    for name in wanted.issuers:
        with _named(f"issuer {name}"):
            _issuer(changing, estate, context, wanted, name)
            _require_few(changing, options)
    first: list[FirstSecret] = []
    for owner, client_id in wanted.clients:
        with _named(f"client {owner}/{client_id}"):
            first += _client(changing, estate, context, wanted, (owner, client_id), options.issue)
            _require_few(changing, options)
    return first


def _require_few(changing: Changing, options: ApplyOptions) -> None:
    if options.most is not None and changing.appended > options.most:
        raise LimitReached(
            f"the files ask for more than {options.most} changes at once",
            hint="apply them in parts, a folder an issuer, or on the server's machine",
            code="too_many_changes",
        )


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


def _prune(changing: Changing, context: Context, wanted: Wanted) -> Iterator[None]:
    """End what the files leave out, one thing after the other."""
    for issuer in changing.issuers():
        if issuer.name in wanted.issuers:
            for client in clients_of(changing, issuer.id):
                if (issuer.name, client.client_id) not in wanted.clients:
                    clients.delete_within(changing, context, client)
                    yield
        elif issuer.name != BUILT_IN:
            issuers.switch_within(changing, context, issuer, False)
            yield
    for customer in customers_of(changing):
        if customer.name not in wanted.customers:
            customers.switch_within(changing, context, customer, False)
            yield


def clients_of(reading: Reading, issuer_id: str, after: str | None = None) -> Iterator[Client]:
    """All clients of an issuer but the deleted ones, behind the client_id `after`."""
    while page := reading.clients(issuer_id=issuer_id, after=after, limit=PAGE):
        yield from page
        after = page[-1].client_id


def customers_of(reading: Reading, after: str | None = None) -> Iterator[Customer]:
    """All customers, behind the name `after`."""
    while page := reading.customers(after=after, limit=PAGE):
        yield from page
        after = page[-1].name


def _since(reading: Reading, seq: int) -> tuple[Event, ...]:
    found: list[Event] = []
    after = seq
    while page := reading.events(after=after, limit=PAGE):
        found += page
        after = page[-1].seq
    return tuple(found)
