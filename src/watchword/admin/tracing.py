"""One request by its id: what the trail, the latest refusals and the ledgers say about it.

Every answer carries the id in `x-request-id`. Of token requests there is a row where they were
refused lately, or where the issuer keeps a ledger; the others are in the server's log alone.
"""

from typing import Any, Literal

from msgspec import Struct

from watchword.core.access_token import LedgerEntry
from watchword.core.event import Event
from watchword.core.usage import ISSUED
from watchword.storage import Reading, StoredRefusal

Place = Literal["trail", "refusals", "ledger"]


class Trace(Struct, frozen=True, kw_only=True):
    """One thing that is known of a request. issuer_id: whose it is, None for the server's."""

    at: int
    where: Place
    what: str
    issuer_id: str | None
    facts: dict[str, Any]


class LedgerLine(Struct, frozen=True, kw_only=True):
    """An entry of a ledger in people's names, None where somebody is no longer known."""

    entry: LedgerEntry
    issuer: str | None
    client_id: str | None
    secret_id: str | None


def trace_request(reading: Reading, request_id: str) -> list[Trace]:
    """All that is stored of the request, the oldest first. Raises StoreUnavailable."""
    found = [_of_event(event) for event in reading.events(request_id=request_id)]
    refusal = reading.refusal(request_id)
    if refusal is not None:
        found.append(_of_refusal(reading, refusal))
    entry = reading.ledger_entry_of_request(request_id)
    if entry is not None:
        found.append(_of_entry(reading, entry))
    return sorted(found, key=lambda each: each.at)


def ledger_line(reading: Reading, entry: LedgerEntry) -> LedgerLine:
    """`entry` with the names that its ids stand for."""
    issuer = reading.issuer(entry.issuer_id)
    client_id, secret_id = _names(reading, entry.client_ref, entry.secret_id)
    return LedgerLine(
        entry=entry,
        issuer=issuer.name if issuer else None,
        client_id=client_id,
        secret_id=secret_id,
    )


def _of_event(event: Event) -> Trace:
    facts = {"actor": event.actor, "name": event.name, "outcome": event.outcome}
    return _trace(event.at, "trail", event.action, event.issuer_id, facts)


def _of_refusal(reading: Reading, refusal: StoredRefusal) -> Trace:
    client_id, secret_id = _names(reading, refusal.client_ref, refusal.secret_id)
    facts = {
        "client_id": client_id,
        "secret_id": secret_id,
        "cause": refusal.cause,
        "reason": refusal.reason,
        "address": refusal.address,
        "user_agent": refusal.user_agent,
    }
    return _trace(refusal.at, "refusals", "token.refused", refusal.issuer_id, facts)


def _of_entry(reading: Reading, entry: LedgerEntry) -> Trace:
    line = ledger_line(reading, entry)
    facts = {
        "client_id": line.client_id,
        "secret_id": line.secret_id,
        "jti": entry.jti,
        "scope": entry.scope,
        "address": entry.address,
    }
    return _trace(entry.issued_at, "ledger", f"token.{ISSUED}", entry.issuer_id, facts)


def _trace(at: int, where: Place, what: str, issuer_id: str | None, facts: dict[str, Any]) -> Trace:
    told = {name: value for name, value in facts.items() if value}
    return Trace(at=at, where=where, what=what, issuer_id=issuer_id, facts=told)


def _names(
    reading: Reading, client_ref: str | None, secret_id: str | None
) -> tuple[str | None, str | None]:
    """The client_id and the secret's public name behind two ids."""
    client = reading.client(client_ref) if client_ref else None
    secret = reading.secret(secret_id) if secret_id else None
    return client.client_id if client else None, secret.key_id if secret else None
