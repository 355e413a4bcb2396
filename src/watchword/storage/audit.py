"""Verifying the audit trail: every row against the chain, and the end against the head."""

import hmac
from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct
from sqlalchemy import Connection, select

from watchword.storage import meta, schema, trail
from watchword.storage.records import TrailHead
from watchword.storage.store import Store

Wrong = Literal["changed", "removed", "put in", "cut off", "head", "anchor"]

_BATCH = 1000


class TrailFault(Struct, frozen=True, kw_only=True):
    """The first thing wrong with a trail.

    seq: number of the event. wrong: what was done to it: "changed" (or another one put in its
    place), "removed", "put in", "cut off" with all that followed; "head": the record of the
    trail's end was tampered with or removed, and every event before it is right; or "anchor": the
    record of what retention has dropped was tampered with.
    """

    seq: int
    wrong: Wrong


class TrailReport(Struct, frozen=True, kw_only=True):
    """What verifying a trail found. head: its end, worth comparing with one kept elsewhere.

    events: how many events are right, from the first one on. dropped: how many more there were
    before, which retention has dropped. fault: None if all is well.
    """

    events: int
    dropped: int = 0
    head: TrailHead
    fault: TrailFault | None = None


def verify_chain(store: Store) -> TrailReport:
    """Verify a store's whole trail, reading it once in bounded memory. Raises StoreUnavailable.

    A database that was put back as a whole to an earlier day looks right: compare `head` with
    the one that the log had of that day.
    """
    with store.reading() as reading:
        return _verify(reading.connection, store.trail_key)


def _verify(connection: Connection, key: bytes) -> TrailReport:
    stored = meta.find(connection, meta.TRAIL)
    head = stored and trail.read_head(key, stored.number, stored.octets)
    beginning, fault = _anchored(connection, key)
    right = beginning
    rows = iter(()) if fault else _rows(connection)
    for row, chain in rows:
        fault = _fault_of(key, right, row, chain, head)
        if fault is not None:
            break
        right = TrailHead(seq=row["seq"], chain=chain)
    return TrailReport(
        events=right.seq - beginning.seq,
        dropped=beginning.seq,
        head=right,
        fault=fault or _fault_at_end(right, head),
    )


def _anchored(connection: Connection, key: bytes) -> tuple[TrailHead, TrailFault | None]:
    """Where the trail begins: behind the last anchor."""
    anchor = schema.trail_anchor
    beginning, previous = trail.BEGINNING, b""
    for row in connection.execute(select(anchor).order_by(anchor.c.seq)).mappings():
        mac = bytes(row["mac"])
        if not hmac.compare_digest(mac, trail.anchor_mac(key, previous, dict(row))):
            return beginning, TrailFault(seq=row["seq"], wrong="anchor")
        beginning, previous = TrailHead(seq=row["seq"], chain=bytes(row["chain"])), mac
    return beginning, None


def _fault_of(
    key: bytes, right: TrailHead, row: dict[str, Any], chain: bytes, head: TrailHead | None
) -> TrailFault | None:
    """What is wrong with the row that follows `right`."""
    expected = right.seq + 1
    if row["seq"] < expected:
        return TrailFault(seq=row["seq"], wrong="put in")
    if row["seq"] > expected:
        return TrailFault(seq=expected, wrong="removed")
    if head is not None and expected > head.seq:
        return TrailFault(seq=expected, wrong="put in")
    if trail.link(key, right.chain, row) != chain:
        return TrailFault(seq=expected, wrong="changed")
    return None


def _fault_at_end(right: TrailHead, head: TrailHead | None) -> TrailFault | None:
    if head is None:
        return TrailFault(seq=right.seq, wrong="head")
    if head.seq > right.seq:
        return TrailFault(seq=right.seq + 1, wrong="cut off")
    return None if head == right else TrailFault(seq=right.seq, wrong="head")


def _rows(connection: Connection) -> Iterator[tuple[dict[str, Any], bytes]]:
    """All events as they are stored, with their chain values."""
    seq = schema.event.c.seq
    after = -(2**62)
    while True:
        statement = select(*trail.COLUMNS).where(seq > after).order_by(seq).limit(_BATCH)
        rows = connection.execute(statement).mappings().all()
        if not rows:
            return
        for row in rows:
            yield dict(row), bytes(row["chain"])
        after = rows[-1]["seq"]
