"""Everything that can be changed in a store, in one transaction.

Each change notes what others must forget in the change list; what is noted, the list's version
and the trail's head are written at the end. One lock, taken at the start, keeps all changes of
all processes in one order: versions and the trail rise without gaps, in the order of commits.
"""

import hmac
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from msgspec import structs
from msgspec.structs import replace
from sqlalchemy import Connection, delete, insert

from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.event import Event
from watchword.core.issuer import Issuer
from watchword.core.revocation import Revocation
from watchword.core.secret import Secret
from watchword.core.signing_key import SigningKey
from watchword.storage import meta, schema, trail
from watchword.storage.answers import AnswersChanging
from watchword.storage.backend import Backend
from watchword.storage.credential_requests import RequestsChanging
from watchword.storage.errors import Duplicate
from watchword.storage.ledger import LedgerChanging
from watchword.storage.outbox import OutboxChanging
from watchword.storage.reading import Reading
from watchword.storage.records import Change, Pepper, TrailHead
from watchword.storage.retention import RetentionChanging
from watchword.storage.rows import (
    CLIENT,
    CUSTOMER,
    ISSUER,
    PEPPER,
    SECRET,
    SIGNING_KEY,
    client_row,
)

# A worker that is further behind than this forgets everything instead.
CHANGES_KEPT = 10_000


class Changing(
    Reading,
    AnswersChanging,
    OutboxChanging,
    RequestsChanging,
    LedgerChanging,
    RetentionChanging,
):
    """A transaction that is going to change something. Made by `Store.changing`.

    add_… raise Duplicate, update_… Conflict (if the stored version is not the one of the thing
    given), NotFound or Duplicate. Both may raise InvalidValue.

    appended: how many events it has put at the trail's end.
    """

    def __init__(self, connection: Connection, backend: Backend, trail_key: bytes) -> None:
        super().__init__(connection, backend)
        self._trail_key = trail_key
        self._version = meta.read(connection, meta.CHANGES, lock=True).number
        self._head: TrailHead | None = None
        self.appended = 0

    @contextmanager
    def part(self) -> Iterator[None]:
        """A part of the transaction, undone by itself if it ends by an exception."""
        head, noted, appended = self._head, dict(self._noted), self.appended
        try:
            with self.connection.begin_nested():
                yield
        except BaseException:
            self._head, self._noted, self.appended = head, noted, appended
            raise

    # Issuers and their keys

    def add_issuer(self, issuer: Issuer) -> Issuer:
        self._add(ISSUER, issuer, ISSUER.row(issuer))
        self._own_urls(issuer)
        self._note("issuer", issuer.id)
        return issuer

    def update_issuer(self, issuer: Issuer) -> Issuer:
        stored = replace(issuer, version=issuer.version + 1)
        self._update(ISSUER, stored, ISSUER.row(stored))
        self._own_urls(stored)
        self._note("issuer", issuer.id)
        return stored

    def add_key(self, key: SigningKey) -> SigningKey:
        self._add(SIGNING_KEY, key, SIGNING_KEY.row(key))
        self._note("key", key.issuer_id)
        return key

    def update_key(self, key: SigningKey) -> SigningKey:
        self._overwrite(SIGNING_KEY, key, SIGNING_KEY.row(key))
        self._note("key", key.issuer_id)
        return key

    def add_pepper(self, pepper: Pepper) -> Pepper:
        self._add(PEPPER, pepper, PEPPER.row(pepper))
        self._note("pepper", str(pepper.id))
        return pepper

    def update_pepper(self, pepper: Pepper) -> Pepper:
        """Store a pepper that was sealed anew; it is the same pepper as before."""
        self._overwrite(PEPPER, pepper, PEPPER.row(pepper))
        self._note("pepper", str(pepper.id))
        return pepper

    def seal_trail_key(self, chain_key: bytes) -> None:
        """Seal the trail's key under `chain_key`: a part of the master key's rotation."""
        sealed = trail.seal_key(self._trail_key, chain_key)
        meta.write(self.connection, meta.TRAIL_KEY, 0, sealed)

    # Customers, clients, secrets

    def add_customer(self, customer: Customer) -> Customer:
        self._add(CUSTOMER, customer, CUSTOMER.row(customer))
        self._note("customer", customer.id)
        return customer

    def update_customer(self, customer: Customer) -> Customer:
        stored = replace(customer, version=customer.version + 1)
        self._update(CUSTOMER, stored, CUSTOMER.row(stored))
        self._note("customer", customer.id)
        return stored

    def add_client(self, client: Client) -> Client:
        self._add(CLIENT, client, client_row(client))
        self._note("client", client.id)
        return client

    def add_clients(
        self, issuer_id: str, clients: Sequence[Client], secrets: Sequence[Secret]
    ) -> None:
        """Add many clients and secrets of one issuer in a few statements, or none of them.

        Duplicate names one that is there already; the change list gets one entry for all.
        """
        self._add_together(
            (CLIENT, list(map(client_row, clients))), (SECRET, list(map(SECRET.row, secrets)))
        )
        for kind, count in Counter(secret.kind for secret in secrets).items():
            self._count_kind(issuer_id, kind, count)
        self._note("clients", issuer_id)

    def update_client(self, client: Client) -> Client:
        stored = replace(client, version=client.version + 1)
        self._update(CLIENT, stored, client_row(stored))
        self._note("client", client.id)
        return stored

    def add_secret(self, secret: Secret) -> Secret:
        self._add(SECRET, secret, SECRET.row(secret))
        self._count_kind(secret.issuer_id, secret.kind, 1)
        self._note("client", secret.client_ref)
        return secret

    def update_secret(self, secret: Secret) -> Secret:
        """Store a secret of which something changed since it was read in this transaction."""
        former = self.secret(secret.id)
        self._overwrite(SECRET, secret, SECRET.row(secret))
        if former is not None and former.kind != secret.kind:
            self._count_kind(secret.issuer_id, former.kind, -1)
            self._count_kind(secret.issuer_id, secret.kind, 1)
        self._note("client", secret.client_ref)
        return secret

    def add_revocation(self, entry: Revocation, now: int) -> None:
        """Stop tokens; an entry of the same subject gives way, and dead entries are dropped."""
        table = schema.revocation
        dead = table.c.until <= now
        self.connection.execute(delete(table).where(table.c.issuer_id == entry.issuer_id, dead))
        statement = self._backend.insert(table).values(structs.asdict(entry))
        self.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["issuer_id", "kind", "subject"],
                set_={"before": entry.before, "until": entry.until},
            )
        )
        self._note("issuer", entry.issuer_id)

    # Trail

    def append(self, event: Event) -> Event:
        """Put `event` at the end of the trail; returns it with its number and chain value."""
        head = self._trail_head()
        row = trail.row_of(replace(event, seq=head.seq + 1))
        chain = trail.link(self._trail_key, head.chain, row)
        self.connection.execute(insert(schema.event), {**row, "chain": chain})
        self._head = TrailHead(seq=row["seq"], chain=chain)
        self.appended += 1
        return replace(event, seq=row["seq"], chain=chain)

    def first_to_tell(self, day: int) -> bool:
        """Whether nobody has told the trail's head on `day`: the first who asks is to do it."""
        stored, mac = meta.find(self.connection, meta.TOLD), trail.told_mac(self._trail_key, day)
        if stored is not None and hmac.compare_digest(bytes(stored.octets), mac):
            return False
        put = meta.add if stored is None else meta.write
        put(self.connection, meta.TOLD, day, mac)
        return True

    def finish(self) -> list[Change]:
        """Write what belongs to the transaction as a whole; `Store.changing` calls this."""
        if self._head is not None:
            octets = trail.head_octets(self._trail_key, self._head)
            meta.write(self.connection, meta.TRAIL, self._head.seq, octets)
        changes = [
            Change(self._version + number, kind, id, os.urandom(8))
            for number, (kind, id) in enumerate(self._noted, start=1)
        ]
        if changes:
            self._list_changes(changes)
        return changes

    def _list_changes(self, changes: list[Change]) -> None:
        change = schema.change
        rows = [structs.asdict(each) for each in changes]
        self.connection.execute(insert(change), rows)
        version = changes[-1].version
        meta.write(self.connection, meta.CHANGES, version)
        self.connection.execute(delete(change).where(change.c.version <= version - CHANGES_KEPT))

    def _own_urls(self, issuer: Issuer) -> None:
        """Give the issuer its URLs, and no others. Raises Duplicate for another issuer's."""
        table = schema.issuer_url
        self.connection.execute(delete(table).where(table.c.issuer_id == issuer.id))
        for url in dict.fromkeys(issuer.urls):
            if self._exists(table.c.url == url):
                raise Duplicate("url", url)
            self.connection.execute(insert(table), {"url": url, "issuer_id": issuer.id})

    def _count_kind(self, issuer_id: str, kind: str, difference: int) -> None:
        table = schema.secret_kind
        row = {"issuer_id": issuer_id, "kind": kind, "count": difference}
        statement = self._backend.insert(table).values(row)
        self.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["issuer_id", "kind"],
                set_={"count": table.c["count"] + difference},
            )
        )

    def _trail_head(self) -> TrailHead:
        if self._head is None:
            stored = meta.read(self.connection, meta.TRAIL)
            self._head = trail.require_head(self._trail_key, stored.number, stored.octets)
        return self._head
