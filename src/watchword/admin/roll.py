"""Rolling a secret: a new one now, the old one ends at a stated time, both work in between.

Rules. A roll is one transaction: the new secret is there and the old one's end is set, or neither.
It sets `revoked_at` of the old secret ahead of time (core.secret), so that nothing has to happen
when the time comes. Until then `cancel` takes it back: the old secret's end is lifted, the new one
is revoked. Which secrets belong together stands in the trail, in the event `secret.roll`.
"""

from msgspec import Struct
from msgspec.structs import replace

from watchword.admin import find, revocation, rules, trail
from watchword.admin import secret as secrets
from watchword.admin.errors import Invalid, NotNow, Unknown
from watchword.admin.estate import Estate
from watchword.admin.secret import IssuedSecret, NewSecret
from watchword.core.client import Client
from watchword.core.duration import SECONDS
from watchword.core.event import Context, Event
from watchword.core.secret import Secret
from watchword.storage import Changing, Reading

DEFAULT_OVERLAP = SECONDS["d"]
LONGEST_OVERLAP = SECONDS["y"]
_ACTION = "secret.roll"


class Rolled(Struct, frozen=True, kw_only=True):
    """Both secrets of a roll: the old one with its end, the new one with its value."""

    client: Client
    old: Secret
    new: IssuedSecret


class RollPlan(Struct, frozen=True, kw_only=True):
    """What a roll would do. live: how many secrets would work during the overlap."""

    client: Client
    old: Secret
    old_ends_at: int
    new_expires_at: int | None
    live: int


class Cancelled(Struct, frozen=True, kw_only=True):
    """Both secrets after a roll was taken back: the old one lives on, the new one is revoked."""

    client: Client
    old: Secret
    new: Secret


def roll_secret(
    estate: Estate,
    context: Context,
    secret_id: str,
    *,
    overlap: int = DEFAULT_OVERLAP,
    new: NewSecret | None = None,
) -> Rolled:
    """Make a successor of a live secret, which then ends after `overlap` seconds.

    The new one keeps the old one's label unless `new` says otherwise. Raises NotNow for a secret
    that has ended or is being rolled, LimitReached past the issuer's limit of live secrets,
    Invalid for a successor that would expire before the overlap is over.
    """
    with trail.attempt(estate, context, _ACTION, target=secret_id) as changing:
        old = find.secret(changing, secret_id)
        client = find.client(changing, old.client_ref)
        ends_at = _old_end(old, context.now, overlap)
        wanted = new or NewSecret(label=old.label)
        issued = secrets.issue_within(changing, estate, context, client, wanted)
        _require_longer(issued.secret.expires_at, ends_at)
        ending = _end(changing, context, old, ends_at, issued.secret.key_id)
        return Rolled(client=client, old=ending, new=issued)


def plan_roll(
    reading: Reading,
    secret_id: str,
    now: int,
    *,
    overlap: int = DEFAULT_OVERLAP,
    new: NewSecret | None = None,
) -> RollPlan:
    """What `roll_secret` would do now; refused for the same reasons, changing nothing."""
    old = find.secret(reading, secret_id)
    client = find.client(reading, old.client_ref)
    issuer = find.issuer(reading, old.issuer_id)
    ends_at = _old_end(old, now, overlap)
    secrets.require_room(reading, now, client, issuer)
    new_expires_at = secrets.expiry_of(new or NewSecret(), issuer, now)
    _require_longer(new_expires_at, ends_at)
    return RollPlan(
        client=client,
        old=old,
        old_ends_at=ends_at,
        new_expires_at=new_expires_at,
        live=len(secrets.live_secrets(reading, client.id, now)) + 1,
    )


def cancel_roll(estate: Estate, context: Context, secret_id: str) -> Cancelled:
    """Take back the roll that `secret_id`, old or new, is part of. Raises NotNow if it is over."""
    with trail.attempt(estate, context, "secret.cancel", target=secret_id) as changing:
        old, new = _pair(changing, find.secret(changing, secret_id))
        if not old.is_live(context.now) or old.revoked_at is None:
            raise NotNow(
                f"the roll of {old.key_id} is over: nothing to take back",
                hint="issue a new secret instead",
                code="no_roll_under_way",
            )
        kept = replace(old, revoked_at=None)
        changing.update_secret(kept)
        trail.changed(changing, context, "secret.cancel", old, kept, revoked=new.key_id)
        revoked = secrets.revoke_within(changing, context, new)
        client = find.client(changing, old.client_ref)
        return Cancelled(client=client, old=kept, new=revoked)


def rollable(reading: Reading, client: Client, now: int) -> Secret:
    """The one secret of a client that a roll can only mean; `Unknown` where several could be."""
    live = secrets.live_secrets(reading, client.id, now)
    staying = [secret for secret in live if secret.revoked_at is None]
    if len(staying) != 1:
        named = ", ".join(secret.key_id for secret in staying)
        hint = f"name one of {named}" if staying else "issue one first"
        raise Unknown("secret", client.client_id, hint=hint)
    return staying[0]


def _old_end(old: Secret, now: int, overlap: int) -> int:
    """When the old secret ends; never later than it would have ended anyway."""
    rules.seconds(overlap, "overlap", LONGEST_OVERLAP, least=0)
    if not old.is_live(now):
        raise NotNow(
            f"the secret {old.key_id} is {old.state(now)}",
            hint="issue a new one instead",
            code="secret_ended",
        )
    if old.revoked_at is not None:
        raise NotNow(
            f"the secret {old.key_id} is being rolled already",
            hint="cancel that roll first, or roll its successor",
            code="roll_under_way",
        )
    return min(now + overlap, old.expires_at or now + overlap)


def _require_longer(new_expires_at: int | None, old_ends_at: int) -> None:
    """A successor outlives what it succeeds; else the customer would be left with nothing."""
    if new_expires_at is not None and new_expires_at < old_ends_at:
        raise Invalid(
            "the new secret would expire before the old one ends",
            hint="a longer lifetime, or a shorter overlap",
            field="lifetime",
        )


def _end(changing: Changing, context: Context, old: Secret, ends_at: int, new: str) -> Secret:
    ending = replace(old, revoked_at=ends_at)
    changing.update_secret(ending)
    trail.changed(changing, context, _ACTION, old, ending, new=new)
    if ends_at <= context.now:
        revocation.stop_secret(changing, context, ending)
    return ending


def _pair(changing: Changing, secret: Secret) -> tuple[Secret, Secret]:
    """Old and new secret of the roll that `secret` is part of, found in the trail."""
    for other in (secret, *changing.secrets(secret.client_ref)):
        for event in _rolls(changing, other):
            new = changing.secret_with_key_id(str(event.detail.get("new")))
            if new is not None and secret.id in (other.id, new.id):
                return other, new
    raise NotNow(f"the secret {secret.key_id} is not being rolled", code="no_roll_under_way")


def _rolls(changing: Changing, old: Secret) -> list[Event]:
    """Rolls of `old`, the newest first."""
    found = changing.events(target=old.id, newest_first=True)
    return [each for each in found if each.action == _ACTION and each.outcome == "done"]
