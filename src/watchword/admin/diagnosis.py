"""Why a client gets no tokens: its state, what was changed lately, and its refusals by cause."""

from collections import Counter
from typing import Literal

from msgspec import Struct

from watchword.core.client import Client
from watchword.core.duration import SECONDS
from watchword.core.event import Event
from watchword.core.usage import DONE, ISSUED
from watchword.storage import Reading, UsageCount

WINDOW = SECONDS["d"]
HOUR = SECONDS["h"]
Severity = Literal["fault", "warning", "fine"]

# What a refusal's cause means to whoever has to help.
ADVICE = {
    "wrong_secret": "the client sends a secret that is none of its own: compare key ids",
    "expired_secret": "the client uses a secret that has expired: issue a new one",
    "revoked_secret": "the client uses a secret that was revoked: give it the new one",
    "disabled_client": "the client or its customer is disabled: enable it if that was a mistake",
    "invalid_scope": "the client asks for a scope that it may not have",
    "invalid_target": "the client asks for an audience that it may not have",
    "unsupported_grant_type": "the request names another grant than client_credentials",
    "missing_fields": "the request leaves out what the dialect requires",
    "malformed": "the request cannot be read",
    "too_many_requests": "there were too many wrong attempts from its address",
    "server_error": "the server failed: look into its log",
    "temporarily_unavailable": "the server could not reach its database",
}


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that explains something. at: since when, None if that is not known."""

    severity: Severity
    text: str
    at: int | None = None
    advice: str = ""


class Refusals(Struct, frozen=True, kw_only=True):
    """How often one cause stood behind a refusal, with the first and last hour that had it."""

    cause: str
    count: int
    first_hour: int
    last_hour: int


class Diagnosis(Struct, frozen=True, kw_only=True):
    """All of it. issued: tokens within the window; last_issued_at: epoch seconds, None if never."""

    client: Client
    findings: tuple[Finding, ...]
    refusals: tuple[Refusals, ...]
    issued: int
    last_issued_at: int | None
    events: tuple[Event, ...]


def diagnose(reading: Reading, client: Client, now: int, *, window: int = WINDOW) -> Diagnosis:
    """What is wrong with `client`, by what happened in the last `window` seconds."""
    since = now - window
    counts = reading.usage(since - since % HOUR, now + 1, client_ref=client.id)
    refusals = _refusals(counts)
    secrets = reading.secrets(client.id)
    uses = reading.last_use([secret.id for secret in secrets]).values()
    findings = [
        *_switched_off(reading, client),
        *_secrets(reading, client, now),
        *(_refused(reading, client, each) for each in refusals),
    ]
    recent = [each for each in _events(reading, client) if each.at >= since]
    return Diagnosis(
        client=client,
        findings=tuple(findings or [Finding(severity="fine", text="nothing is wrong here")]),
        refusals=tuple(refusals),
        issued=sum(count.count for count in counts if count.outcome == ISSUED),
        last_issued_at=max((use.at for use in uses), default=None),
        events=tuple(recent),
    )


def _switched_off(reading: Reading, client: Client) -> list[Finding]:
    """The client, its customer or its issuer is disabled."""
    found = []
    if not client.enabled:
        found.append(_disabled(reading, "client", client.id, client.client_id))
    customer = reading.customer(client.customer_id) if client.customer_id else None
    if customer is not None and not customer.enabled:
        found.append(_disabled(reading, "customer", customer.id, customer.name))
    issuer = reading.issuer(client.issuer_id)
    if issuer is not None and not issuer.enabled:
        found.append(_disabled(reading, "issuer", issuer.id, issuer.name))
    return found


def _disabled(reading: Reading, kind: str, target: str, name: str) -> Finding:
    done = _last(reading.events(target=target, newest_first=True), f"{kind}.disable")
    by = f" by {done.actor}" if done else ""
    return Finding(
        severity="fault",
        text=f"the {kind} {name} is disabled{by}",
        at=done.at if done else None,
        advice=f"enable the {kind} if that was a mistake",
    )


def _last(events: list[Event], action: str) -> Event | None:
    return next((each for each in events if each.action == action), None)


def _secrets(reading: Reading, client: Client, now: int) -> list[Finding]:
    """No secret that works, or one that ends soon and has no successor."""
    secrets = reading.secrets(client.id)
    live = [secret for secret in secrets if secret.is_live(now)]
    if not live:
        ended = max((secret.ends_at or 0 for secret in secrets), default=None)
        text = "none of its secrets works any more" if secrets else "it has no secret"
        return [Finding(severity="fault", text=text, at=ended, advice="issue a new one")]
    last = max(live, key=lambda secret: secret.ends_at or 2**62)
    if last.state(now) != "expiring":
        return []
    text = f"its last secret {last.key_id} ends soon"
    return [Finding(severity="warning", text=text, at=last.ends_at, advice="roll it in time")]


def _refused(reading: Reading, client: Client, refusals: Refusals) -> Finding:
    """A cause since when: to the second while its first refusal is kept, else by the hour."""
    first = reading.first_refusal(client.id, refusals.cause, refusals.first_hour)
    is_known = first is not None and first.at < refusals.first_hour + HOUR
    times = "once" if refusals.count == 1 else f"{refusals.count} times"
    return Finding(
        severity="fault",
        text=f"refused {times}: {refusals.cause.replace('_', ' ')}",
        at=first.at if first and is_known else refusals.first_hour,
        advice=ADVICE.get(refusals.cause, ""),
    )


def _refusals(counts: list[UsageCount]) -> list[Refusals]:
    """Refusals by cause, the most frequent first."""
    refused = [count for count in counts if count.outcome not in DONE]
    totals: Counter[str] = Counter()
    for count in refused:
        totals[count.outcome] += count.count
    return [
        Refusals(
            cause=cause,
            count=total,
            first_hour=min(count.at for count in refused if count.outcome == cause),
            last_hour=max(count.at for count in refused if count.outcome == cause),
        )
        for cause, total in totals.most_common()
    ]


def _events(reading: Reading, client: Client) -> list[Event]:
    """What was changed lately at the client and its secrets, the newest first."""
    targets = [client.id, *(secret.id for secret in reading.secrets(client.id))]
    if client.customer_id:
        targets.append(client.customer_id)
    found = [
        event
        for target in targets
        for event in reading.events(target=target, newest_first=True, limit=20)
    ]
    return sorted(found, key=lambda event: event.seq, reverse=True)[:20]
