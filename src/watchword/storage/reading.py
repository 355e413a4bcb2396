"""Everything that can be read of a store, all of it from one state of the database."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import and_, bindparam, func, or_, select, tuple_

from watchword.core.client import Client
from watchword.core.event import Event
from watchword.core.issuer import Issuer
from watchword.core.record import ClientRecord, IssuerRecord
from watchword.core.revocation import Revocation
from watchword.core.secret import Secret
from watchword.core.signing_key import SigningKey
from watchword.storage import schema, trail
from watchword.storage.answers import AnswersReading
from watchword.storage.credential_requests import RequestsReading
from watchword.storage.customers import CustomersReading
from watchword.storage.ledger import LedgerReading
from watchword.storage.outbox import OutboxReading
from watchword.storage.records import Change, Pepper
from watchword.storage.rows import (
    CLIENT,
    ISSUER,
    PEPPER,
    SECRET,
    SIGNING_KEY,
)
from watchword.storage.takeover import TakeoverReading
from watchword.storage.usage_counts import UsageReading

CHANGES_AT_ONCE = 1000
_CLIENT_WIDTH = len(CLIENT.fields)

# The token path's one read: a client, whether its customer is enabled, and its secrets.
_CLIENT_RECORD = (
    select(*CLIENT.columns, schema.customer.c.enabled, *SECRET.columns)
    .select_from(
        schema.client.outerjoin(
            schema.customer, schema.client.c.customer_id == schema.customer.c.id
        ).outerjoin(schema.secret, schema.secret.c.client_ref == schema.client.c.id)
    )
    .where(
        schema.client.c.issuer_id == bindparam("issuer_id"),
        schema.client.c.client_id == bindparam("client_id"),
    )
    .order_by(schema.secret.c.created_at, schema.secret.c.id)
)


class Reading(
    AnswersReading,
    CustomersReading,
    OutboxReading,
    RequestsReading,
    LedgerReading,
    TakeoverReading,
    UsageReading,
):
    """What is stored, as of one moment. Made by `Store.reading`.

    Methods named after one thing return None where there is none, also for names that could not
    be stored at all; lists are empty then.
    """

    # Issuers and their keys

    def issuer(self, id: str) -> Issuer | None:
        return self._one(ISSUER, ISSUER.select().where(schema.issuer.c.id == id))

    def issuer_named(self, name: str) -> Issuer | None:
        return self._one(ISSUER, ISSUER.select().where(schema.issuer.c.name == name))

    def issuers(self) -> list[Issuer]:
        """All issuers, in the order of their names."""
        return self._all(ISSUER, ISSUER.select().order_by(schema.issuer.c.name))

    def issuer_with_url(self, url: str) -> Issuer | None:
        """The issuer that has exactly `url` as its URL or as an alias."""
        ids = select(schema.issuer_url.c.issuer_id).where(schema.issuer_url.c.url == url)
        return self._one(ISSUER, ISSUER.select().where(schema.issuer.c.id.in_(ids)))

    def issuer_record(self, id: str) -> IssuerRecord | None:
        """An issuer with its keys and how many secrets of each kind it has."""
        issuer = self.issuer(id)
        return self._issuer_record(issuer) if issuer else None

    def issuer_records(self) -> list[IssuerRecord]:
        """All issuers, in the order of their names, as `issuer_record` has them."""
        return [self._issuer_record(issuer) for issuer in self.issuers()]

    def keys(self, issuer_id: str) -> list[SigningKey]:
        """An issuer's signing keys, removed ones too, in the order of their activation."""
        key = schema.signing_key.c
        statement = SIGNING_KEY.select().where(key.issuer_id == issuer_id)
        return self._all(SIGNING_KEY, statement.order_by(key.activates_at, key.id))

    def revocations(self, issuer_id: str) -> list[Revocation]:
        """What an issuer says is revoked; entries that can stop nothing any more may be in it."""
        table = schema.revocation.c
        statement = select(table.issuer_id, table.kind, table.subject, table.before, table.until)
        rows = self._rows(statement.where(table.issuer_id == issuer_id))
        return [Revocation(**row._mapping) for row in rows]

    def peppers(self) -> list[Pepper]:
        """All peppers, the oldest first."""
        return self._all(PEPPER, PEPPER.select().order_by(schema.pepper.c.id))

    # Clients

    def client(self, id: str) -> Client | None:
        return self._one(CLIENT, CLIENT.select().where(schema.client.c.id == id))

    def client_named(self, issuer_id: str, client_id: str) -> Client | None:
        """The client of that client_id, a deleted one too."""
        client = schema.client.c
        statement = CLIENT.select().where(
            client.issuer_id == issuer_id, client.client_id == client_id
        )
        return self._one(CLIENT, statement)

    def clients(
        self,
        issuer_id: str | None = None,
        customer_id: str | None = None,
        after: str | None = None,
        limit: int = 100,
        *,
        deleted: bool = False,
        after_id: str = "",
    ) -> list[Client]:
        """A page of clients in the order of their client_ids.

        after: client_id of the last one seen, and after_id its id, which matters where several
        issuers have the same client_id. deleted: whether deleted clients are listed too.
        """
        client = schema.client.c
        statement = CLIENT.select().order_by(client.client_id).limit(limit)
        if customer_id is not None:
            statement = statement.where(client.customer_id == customer_id)
            # A customer has few clients, an issuer may have a million: "||" keeps a planner
            # that cannot know from going through the issuer's.
            of_issuer = client.issuer_id.concat("")
        else:
            of_issuer = client.issuer_id
        if issuer_id is not None:
            statement = statement.where(of_issuer == issuer_id)
        if issuer_id is None or customer_id is not None:
            # Within one issuer client_ids are unique, and its index has no more than them.
            statement = statement.order_by(client.id)
        if not deleted:
            statement = statement.where(client.deleted_at.is_(None))
        if after is not None and after_id and issuer_id is None:
            statement = statement.where(
                tuple_(client.client_id, client.id) > tuple_(after, after_id)
            )
        elif after is not None:
            statement = statement.where(client.client_id > after)
        return self._all(CLIENT, statement)

    def longest_client_lifetime(self, issuer_id: str) -> int | None:
        """The longest of the token lifetimes that the issuer's clients have of their own, seconds.

        Reads all of the issuer's clients: for a rotation, not for a busy path.
        """
        client = schema.client.c
        longest = select(func.max(client.lifetime)).where(client.issuer_id == issuer_id)
        return self._rows(longest)[0][0] or None

    def similar_client_id(self, issuer_id: str, client_id: str) -> str | None:
        """A client_id of the issuer that differs from `client_id` only in case, if there is one."""
        client = schema.client.c
        statement = select(client.client_id).where(
            client.issuer_id == issuer_id,
            client.client_id_lower == client_id.lower(),
            client.client_id != client_id,
        )
        found = self._rows(statement.limit(1))
        return found[0][0] if found else None

    def look_alikes(self, issuer_id: str, client_ids: Iterable[str]) -> list[Client]:
        """Clients whose client_id is one of `client_ids` or differs from one only in case."""
        client = schema.client.c
        lowered = {client_id.lower() for client_id in client_ids}
        statement = CLIENT.select().where(
            client.issuer_id == issuer_id, client.client_id_lower.in_(lowered)
        )
        return self._all(CLIENT, statement)

    def client_record(self, issuer_id: str, client_id: str) -> ClientRecord | None:
        """What the token path needs of a client: one indexed, joined read."""
        rows = self._rows(_CLIENT_RECORD, {"issuer_id": issuer_id, "client_id": client_id})
        return _client_record(rows) if rows else None

    def client_record_by_verifiers(
        self, issuer_id: str, verifiers: Iterable[tuple[int, bytes]]
    ) -> tuple[ClientRecord, Secret] | None:
        """The client whose secret has one of `verifiers` (pepper id, HMAC), and that secret.

        For dialects whose requests carry a secret and no client_id. None as well where secrets
        of two clients fit, because nobody can say which is meant.
        """
        secret = schema.secret.c
        fits = [and_(secret.pepper_id == id, secret.verifier == mac) for id, mac in verifiers]
        statement = SECRET.select().where(secret.issuer_id == issuer_id, or_(False, *fits))
        found = self._all(SECRET, statement)
        if len({each.client_ref for each in found}) != 1:
            return None
        client = self.client(found[0].client_ref)
        record = self.client_record(issuer_id, client.client_id) if client else None
        return (record, found[0]) if record else None

    # Secrets

    def known_verifiers(
        self, issuer_id: str, pepper_id: int, verifiers: Collection[bytes]
    ) -> set[bytes]:
        """Those of `verifiers`, made with one pepper, that a secret of the issuer has already."""
        secret = schema.secret.c
        statement = select(secret.verifier).where(
            secret.pepper_id == pepper_id,
            secret.verifier.in_(verifiers),
            secret.issuer_id == issuer_id,
        )
        return {bytes(row[0]) for row in self._rows(statement)}

    def secret(self, id: str) -> Secret | None:
        return self._one(SECRET, SECRET.select().where(schema.secret.c.id == id))

    def secret_with_key_id(self, key_id: str) -> Secret | None:
        return self._one(SECRET, SECRET.select().where(schema.secret.c.key_id == key_id))

    def secrets(self, client_ref: str) -> list[Secret]:
        """A client's secrets, dead ones too, the oldest first."""
        secret = schema.secret.c
        statement = SECRET.select().where(secret.client_ref == client_ref)
        return self._all(SECRET, statement.order_by(secret.created_at, secret.id))

    def secrets_ending(
        self,
        by: Literal["expires_at", "revoked_at"],
        since: int,
        until: int,
        after: tuple[int, str] | None = None,
        limit: int = 1000,
    ) -> list[Secret]:
        """Secrets with `by` in [since, until), the nearest first, whatever their other instant is.

        after: (`by`, id) of the last one seen.
        """
        secret = schema.secret.c
        instant = secret[by]
        statement = SECRET.select().where(instant >= since, instant < until)
        if after is not None:
            statement = statement.where(tuple_(instant, secret.id) > tuple_(*after))
        return self._all(SECRET, statement.order_by(instant, secret.id).limit(limit))

    def live_secret_count(self, client_ref: str, now: int) -> int:
        """How many of a client's secrets get tokens at `now`."""
        return sum(secret.is_live(now) for secret in self.secrets(client_ref))

    # Trail and change list

    def events(
        self,
        after: int = 0,
        limit: int = 100,
        issuer_id: str | None = None,
        target: str | None = None,
        newest_first: bool = False,
        request_id: str | None = None,
    ) -> list[Event]:
        """A page of the trail; `after` is the number of the last event seen, 0 at the start."""
        event = schema.event.c
        order = event.seq.desc() if newest_first else event.seq
        statement = select(*trail.COLUMNS).order_by(order).limit(limit)
        if after:
            statement = statement.where(event.seq < after if newest_first else event.seq > after)
        if issuer_id is not None:
            statement = statement.where(event.issuer_id == issuer_id)
        if target is not None:
            statement = statement.where(event.target == target)
        if request_id is not None:
            statement = statement.where(event.request_id == request_id)
        return [trail.event_of(row) for row in self._rows(statement)]

    def version(self) -> int:
        """The change list's version: how many changes there have been."""
        meta = schema.meta.c
        return int(self._rows(select(meta.number).where(meta.name == "changes"))[0][0])

    def changes_since(self, version: int, limit: int = CHANGES_AT_ONCE) -> list[Change]:
        """Changes after `version`, the oldest first, at most `limit`; old ones are pruned."""
        change = schema.change.c
        statement = (
            select(change.version, change.kind, change.id, change.mark)
            .where(change.version > version)
            .order_by(change.version)
            .limit(limit)
        )
        return [Change(*row) for row in self._rows(statement)]

    def _issuer_record(self, issuer: Issuer) -> IssuerRecord:
        kind = schema.secret_kind.c
        kinds = self._rows(select(kind.kind, kind.count).where(kind.issuer_id == issuer.id))
        return IssuerRecord(
            issuer=issuer,
            keys=tuple(self.keys(issuer.id)),
            secret_kinds=dict(tuple(row) for row in kinds),
            revocations=tuple(self.revocations(issuer.id)),
            version=self.version(),
        )


def _client_record(rows: Sequence[Any]) -> ClientRecord:
    first = rows[0]
    client = CLIENT.thing(first[:_CLIENT_WIDTH])
    secrets = [SECRET.thing(row[_CLIENT_WIDTH + 1 :]) for row in rows]
    return ClientRecord(
        client=client,
        # NULL where there is no customer.
        customer_enabled=first[_CLIENT_WIDTH] is not False,
        secrets=() if first[-1] is first[_CLIENT_WIDTH + 1] is None else tuple(secrets),
    )
