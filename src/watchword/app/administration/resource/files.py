"""Issuers, customers and clients as files: what would be done, doing it, and writing them.

Whoever applies files may do by them what they may do one by one: an account manager, clients of
the issuers that it is bound to, and customers; an owner, everything.
"""

from collections.abc import Mapping
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from watchword.admin import apply as admin
from watchword.admin.apply import Applied, ApplyOptions
from watchword.admin.declaration import Wanted, read_declarations
from watchword.admin.errors import Invalid, NotAllowed
from watchword.admin.export import Part, Place, export_part
from watchword.app.administration import customer_bounds, shown
from watchword.app.administration.answer import Page
from watchword.app.administration.file_answer import AppliedAnswer, FilePartAnswer, PlanAnswer
from watchword.app.administration.operation import Call, Caller, Operation
from watchword.app.administration.page import PageQuery, cursor_of, start_of
from watchword.core.event import Context, Event
from watchword.storage import Reading

# Nothing else is changed while these are made, which takes some seconds.
MOST_CHANGES = 2000
# What an event asks of whoever brings it about. Keys live longer for the tokens of a client.
_NEEDED: Mapping[str, str] = {
    "customer": "customers:write",
    "client": "clients:write",
    "secret": "secrets:write",
    "pepper": "secrets:write",
    "key.extend": "clients:write",
}
_OF_OWNERS = "issuers:write"
FileName = Annotated[str, Meta(min_length=1, max_length=400)]


class FilesRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """files: texts by name; those without a `/` that end in `.toml` declare things, the others are
    dialects that they name. prune: end what they leave out. issue_secrets: whether new clients get
    a first secret.
    """

    files: dict[FileName, str]
    prune: bool = False
    issue_secrets: bool = True


class ApplyRequest(FilesRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """digest: of the plan that was looked at; refused if other steps would be taken by now."""

    digest: str | None = None


def plan(call: Call) -> PlanAnswer:
    wanted, options = _wanted(call)
    return shown.plan(admin.plan(call.estate, _context(call), wanted, options))


def apply(call: Call) -> AppliedAnswer:
    wanted, options = _wanted(call)

    def keep(done: Applied) -> None:
        call.keep(shown.applied(done))

    done = admin.apply(
        call.estate,
        _context(call),
        wanted,
        options,
        expected=call.body.digest,
        before_commit=keep,
    )
    return shown.applied(done)


def export(call: Call) -> Page[FilePartAnswer]:
    query: PageQuery = call.query
    place = start_of(query, Place)
    with call.estate.store.reading() as reading:
        parts, behind = export_part(
            reading,
            place,
            query.limit,
            call.caller.sees,
            partial(customer_bounds.seen_ones, call.caller),
        )
    return Page(items=list(map(_part, parts)), next=cursor_of(behind) if behind else None)


def _part(part: Part) -> FilePartAnswer:
    return FilePartAnswer(file=part.file, text=part.text)


def _context(call: Call) -> Context:
    return replace(call.context, source="file")


def _wanted(call: Call) -> tuple[Wanted, ApplyOptions]:
    """What the files declare, and how it is to be applied for this caller."""
    asked: FilesRequest = call.body
    wanted = read_declarations(asked.files)
    options = ApplyOptions(prune=asked.prune, issue=asked.issue_secrets)
    if call.bounded:
        options = replace(options, most=MOST_CHANGES)
    if _OF_OWNERS in call.caller.permissions:
        return wanted, options
    limits = _Limits(call.caller, wanted, asked.prune)
    return wanted, replace(options, check=limits.check, permit=limits.permit)


class _Limits:
    """What a caller who is no owner may bring about by files: what it may do one by one."""

    def __init__(self, caller: Caller, wanted: Wanted, prune: bool) -> None:
        self._caller = caller
        self._wanted = wanted
        self._prune = prune
        self._others: set[str] = set()

    def check(self, reading: Reading) -> None:
        """Issuers and customers that the caller may not see are not there, as everywhere."""
        if self._prune:
            raise NotAllowed("only an owner ends what files leave out")
        seen = {each.name for each in reading.issuers() if self._caller.sees(each)}
        for name in self._wanted.issuers:
            if name not in seen:
                raise _only_owners(f"issuer {name}")
        for owner, client_id in self._wanted.clients:
            if owner not in seen:
                raise Invalid(
                    f"client {owner}/{client_id}: there is no issuer {owner!r}",
                    field="issuer",
                    code="unknown_issuer",
                )
        self._check_customers(reading)

    def permit(self, event: Event) -> None:
        """Refuse an event that the caller could not have brought about by itself."""
        needed = _NEEDED.get(event.action) or _NEEDED.get(event.kind, _OF_OWNERS)
        if needed not in self._caller.permissions or event.target in self._others:
            raise _only_owners(f"{event.kind} {event.name}")

    def _check_customers(self, reading: Reading) -> None:
        """Customers with clients elsewhere stay as they are."""
        if not self._caller.bounds:
            return
        named = {each.customer for each in self._wanted.clients.values()}
        for name in named | set(self._wanted.customers):
            known = reading.customer_named(name) if name is not None else None
            if known is None:
                continue
            if not customer_bounds.sees(self._caller, reading, known):
                raise _only_owners(f"customer {name}")
            if not customer_bounds.is_own(self._caller, reading, known):
                self._others.add(known.id)


def _only_owners(what: str) -> NotAllowed:
    return NotAllowed(
        f"{what}: only an owner changes it",
        hint="leave it out of the files, or declare it as it is",
    )


OPERATIONS = (
    Operation(
        name="export_files",
        action="file.export",
        method="GET",
        path="/files",
        permission="clients:read",
        summary="Write issuers, customers and clients as files, in pages; never a secret",
        run=export,
        query=PageQuery,
        answer=Page[FilePartAnswer],
    ),
    Operation(
        name="plan_files",
        action="file.plan",
        method="POST",
        path="/files/plan",
        permission="clients:write",
        summary="Show what applying files would do, and change nothing",
        run=plan,
        body=FilesRequest,
        answer=PlanAnswer,
        large=True,
    ),
    Operation(
        name="apply_files",
        action="file.apply",
        method="POST",
        path="/files/apply",
        permission="clients:write",
        summary="Make everything as files say, at once; new secrets are shown this once",
        run=apply,
        body=ApplyRequest,
        answer=AppliedAnswer,
        repeatable=True,
        large=True,
    ),
)
