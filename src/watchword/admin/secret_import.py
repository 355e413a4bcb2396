"""Taking over many clients with the secrets that their customers have: all of them, or none.

In two passes. First every line is read, checked and staged in a file outside the store, so that one
run reports all faults, and the secrets' hashes are made without keeping anybody waiting. Only if no
line is at fault, all of it is copied into the store in one transaction, with one event for the
whole: what was imported, how many, and the SHA-256 of what was read.

What is too long for one request comes in several imports, each of which is all or nothing.
"""

import contextlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from watchword.admin import built_in, find, trail
from watchword.admin.errors import ChangeRefused, Invalid, LimitReached
from watchword.admin.estate import Estate
from watchword.admin.import_check import (
    Checker,
    ImportOptions,
    Known,
    names_no_client,
    reason,
)
from watchword.admin.import_customers import ImportCustomers
from watchword.admin.import_file import Numbered
from watchword.admin.import_line import ImportLine
from watchword.admin.pepper import current_pepper, open_peppers
from watchword.admin.secret import PLAIN_LENGTH
from watchword.core import secret_format
from watchword.core.client import Client
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.core.secret import HMAC, Secret
from watchword.storage import Changing, Duplicate
from watchword.storage.staging import StagedClient, Staging

BATCH = 1000


class LineResult(Struct, frozen=True, kw_only=True):
    """What became of a line: how its secret is kept, or the fault that stops the import."""

    line: int
    client_id: str | None
    kept_as: str | None = None
    fault: str | None = None


class LinesAtFault(Invalid):
    """Nothing was imported because of `faults`."""

    code = "lines_at_fault"

    def __init__(self, faults: Sequence[LineResult], lines: int) -> None:
        super().__init__(
            f"nothing was imported: {len(faults)} of {lines} lines are at fault",
            hint="each one is told with its reason",
            field="lines",
        )
        self.faults = tuple(faults)


class ImportReport(Struct, frozen=True, kw_only=True):
    """What an import did, or would do. kinds: secrets by their kind. faults: lines at fault.

    customers_added: how many; `Import.customers` has their names.
    """

    issuer: str
    done: bool
    lines: int
    clients: int
    secrets: int
    faults: int
    kinds: dict[str, int]
    customers_added: int
    scopes_added: tuple[str, ...]


class Progress(Struct, frozen=True):
    """stage: "checked" or "stored". done: lines so far. of: how many, None if unknown."""

    stage: str
    done: int
    of: int | None = None


def import_clients(
    estate: Estate,
    context: Context,
    issuer: str,
    lines: Iterable[Numbered],
    *,
    options: ImportOptions | None = None,
    dry_run: bool = False,
    source: Callable[[], dict[str, str]] = dict,
    tell: Callable[[LineResult], None] = lambda _: None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> ImportReport:
    """Import `lines` into `issuer` (name or id), unless one of them is at fault.

    source: asked at the end for what the event says about where the lines came from. tell: gets
    the result of each line, in their order. Nothing is stored with `dry_run`, or if the report
    counts faults.
    """
    with checked_import(
        estate, context, issuer, lines, options=options, tell=tell, progress=progress
    ) as task:
        if not dry_run and not task.faults:
            task.store(estate, source, progress)
        return task.report(done=not dry_run and not task.faults)


@contextlib.contextmanager
def checked_import(
    estate: Estate,
    context: Context,
    issuer: str,
    lines: Iterable[Numbered],
    *,
    options: ImportOptions | None = None,
    tell: Callable[[LineResult], None] = lambda _: None,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Iterator["Import"]:
    """The first pass: `lines` checked and staged. What is staged is gone when the block ends."""
    with Staging() as staging:
        task = Import(estate, context, issuer, options or ImportOptions(), staging, tell)
        for batch in _batches(lines, BATCH):
            task.check(batch)
            progress(Progress("checked", task.lines))
        yield task


class Import:
    """One run of an import. faults: how many lines are at fault; with none it may be stored."""

    def __init__(
        self,
        estate: Estate,
        context: Context,
        issuer: str,
        options: ImportOptions,
        staging: Staging,
        tell: Callable[[LineResult], None],
    ) -> None:
        self._estate = estate
        self._context = context
        self._staging = staging
        self._tell = tell
        self._options = options
        self._customers = ImportCustomers(estate, options.add_customers)
        self._issuer, pepper = _issuer_and_pepper(estate, context, issuer)
        self._checker = Checker(
            estate, self._issuer, options, context.now, pepper, self._customers.id_of
        )
        self._secret_is_all = names_no_client(self._issuer)
        self._verifiers: dict[int, bytes] = {}
        self.lines = self.faults = self.clients = 0
        self.kinds: Counter[str] = Counter()

    def check(self, batch: Sequence[Numbered]) -> None:
        """Check and stage lines; their faults are told and counted."""
        client_ids = [each.said.client_id for each in batch if isinstance(each.said, ImportLine)]
        with self._estate.store.reading() as reading:
            known = Known.of(reading.look_alikes(self._issuer.id, client_ids))
        results = [self._result(each, known) for each in batch]
        if self._secret_is_all:
            results = self._with_known_secrets(results)
        for result in results:
            self.lines += 1
            self.faults += result.fault is not None
            if result.kept_as is not None:
                self.kinds[result.kept_as] += 1
            self._tell(result)

    def store(
        self,
        estate: Estate,
        source: Callable[[], dict[str, str]] = dict,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        """Copy what was staged into the store, in one transaction; `estate` may be within one."""
        action = "client.import"
        with trail.attempt(estate, self._context, action, name=self._issuer.name) as changing:
            self._add_scopes(changing)
            self._customers.store(changing, self._context)
            done = 0
            for batch in _batches(self._staging.clients(), BATCH):
                _store(changing, estate, self._issuer.id, batch)
                done += sum(len(staged.secrets) for staged in batch)
                progress(Progress("stored", done, self.lines))
            self._append_event(changing, action, source())

    @property
    def customers(self) -> tuple[str, ...]:
        """The customers that it makes."""
        return tuple(self._customers.added)

    def report(self, *, done: bool) -> ImportReport:
        """What happened."""
        return ImportReport(
            issuer=self._issuer.name,
            done=done,
            lines=self.lines,
            clients=self.clients,
            secrets=self.kinds.total(),
            faults=self.faults,
            kinds=dict(self.kinds.most_common()),
            customers_added=len(self._customers.added),
            scopes_added=tuple(self._checker.new_scopes),
        )

    def _result(self, each: Numbered, known: Known) -> LineResult:
        said = each.said
        try:
            if isinstance(said, ChangeRefused):
                raise said
            secret = self._stage(each.number, said, known)
        except ChangeRefused as refused:
            client_id = said.client_id if isinstance(said, ImportLine) else None
            return LineResult(line=each.number, client_id=client_id, fault=reason(refused))
        return LineResult(line=each.number, client_id=said.client_id, kept_as=secret.kind)

    def _stage(self, number: int, line: ImportLine, known: Known) -> Secret:
        first = self._staging.first_line(line.client_id)
        if first is None:
            similar = self._staging.look_alike(line.client_id)
            if similar is not None:
                self._checker.require_forced(similar)
            client = self._checker.client(line, known)
            client_ref = client.id if client else known.by_client_id[line.client_id].id
        else:
            client, client_ref = None, self._repeated(first, line, known)
        secret = self._checker.secret(line, client_ref)
        if client is None:
            self._require_room(line.client_id, client_ref)
        self._require_own(secret, number)
        self._staging.add(number, line.client_id, client, secret)
        self.clients += client is not None
        return secret

    def _repeated(self, first: tuple[int, Client | None], line: ImportLine, known: Known) -> str:
        """Id of the client that an earlier line named."""
        number, client = first
        if client is None:
            return known.by_client_id[line.client_id].id
        if line.says_settings and replace(client, **self._checker.settings(line)) != client:
            raise Invalid(
                f"line {number} says otherwise about this client",
                hint="repeat its settings, or leave them out",
            )
        return client.id

    def _require_room(self, client_id: str, client_ref: str) -> None:
        with self._estate.store.reading(snapshot=False) as reading:
            stored = [s for s in reading.secrets(client_ref) if s.is_live(self._context.now)]
        most = self._issuer.max_live_secrets
        if len(stored) + self._staging.count(client_id) >= most:
            raise LimitReached(
                f"{client_id} would have more than {most} live secrets",
                hint="let the issuer allow more, or leave the old ones out",
            )

    def _require_own(self, secret: Secret, number: int) -> None:
        """Where requests carry no client_id, the secret alone must say whose it is."""
        if not self._secret_is_all:
            return
        if secret.kind != HMAC:
            raise Invalid(
                "the dialect sends no client_id, so a client is found by its secret: that needs"
                f" the secret in clear, of {PLAIN_LENGTH} or more characters",
                field="secret",
            )
        first = self._staging.first_with(secret.verifier, number)
        if first != number:
            raise Invalid(f"line {first} has the same secret", field="secret")
        self._verifiers[number] = secret.verifier

    def _with_known_secrets(self, results: list[LineResult]) -> list[LineResult]:
        """The results of a batch, with a fault where another client has that very secret."""
        verifiers, self._verifiers = self._verifiers, {}
        with self._estate.store.reading() as reading:
            known = reading.known_verifiers(
                self._issuer.id, self._checker.pepper_id, set(verifiers.values())
            )
        fault = "a client of this issuer has this very secret already"
        return [
            replace(each, kept_as=None, fault=fault) if verifiers.get(each.line) in known else each
            for each in results
        ]

    def _add_scopes(self, changing: Changing) -> None:
        missing = self._checker.new_scopes
        before = find.issuer(changing, self._issuer.id)
        wanted = tuple(dict.fromkeys([*before.scopes, *missing]))
        if wanted != before.scopes:
            after = changing.update_issuer(replace(before, scopes=wanted))
            trail.changed(changing, self._context, "issuer.edit", before, after)

    def _append_event(self, changing: Changing, action: str, source: dict[str, str]) -> None:
        detail = {"clients": self.clients, "secrets": self.kinds.total(), **source}
        changing.append(
            trail.event(
                self._context,
                action,
                self._issuer.id,
                issuer_id=self._issuer.id,
                name=self._issuer.name,
                detail={**detail, "kinds": dict(self.kinds)},
            )
        )


def _issuer_and_pepper(
    estate: Estate, context: Context, issuer: str
) -> tuple[Issuer, tuple[int, bytes]]:
    with estate.store.reading() as reading:
        found = find.issuer(reading, issuer)
        built_in.require_not_built_in(found)
        peppers = open_peppers(reading, estate)
    if peppers:
        return found, max(peppers.items())
    with estate.store.changing() as changing:
        return found, current_pepper(changing, estate, context)


def _store(
    changing: Changing, estate: Estate, issuer_id: str, batch: Sequence[StagedClient]
) -> None:
    """Copy a batch; a name that we drew and that is taken is drawn again."""
    clients = [staged.client for staged in batch if staged.client is not None]
    secrets = [secret for staged in batch for secret in staged.secrets]
    try:
        changing.add_clients(issuer_id, clients, secrets)
    except Duplicate as duplicate:
        if duplicate.kind not in ("id", "key_id"):
            raise
        for staged in batch:
            _store_one(changing, estate, issuer_id, staged)


def _store_one(changing: Changing, estate: Estate, issuer_id: str, staged: StagedClient) -> None:
    client, secrets = staged.client, list(staged.secrets)
    if client is not None and changing.client(client.id) is not None:
        client = replace(client, id=estate.fresh_id(changing.client))
    for at, secret in enumerate(secrets):
        id, key_id = secret.id, secret.key_id
        if changing.secret(id) is not None:
            id = estate.fresh_id(changing.secret)
        if changing.secret_with_key_id(key_id) is not None:
            key_id = estate.fresh_name(secret_format.KEY_ID_WIDTH, changing.secret_with_key_id)
        ref = client.id if client is not None else secret.client_ref
        secrets[at] = replace(secret, id=id, key_id=key_id, client_ref=ref)
    changing.add_clients(issuer_id, [client] if client is not None else [], secrets)


def _batches(things: Iterable[Any], size: int) -> Iterator[list[Any]]:
    iterator = iter(things)
    while batch := list(itertools.islice(iterator, size)):
        yield batch
