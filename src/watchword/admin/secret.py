"""Secrets (API keys): issuing them, taking over a customer's own, revoking them.

A value is returned once, to whoever asked for it, and is in no event. Ours are stored as HMAC
under the newest pepper. A customer's own of PLAIN_LENGTH or more characters is stored alike, a
shorter one as argon2id, and one below WEAK_LENGTH only on purpose.
"""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from watchword.admin import built_in, find, revocation, rules, trail
from watchword.admin.errors import Invalid, LimitReached, NeedsForce, Taken
from watchword.admin.estate import Estate
from watchword.admin.pepper import current_pepper
from watchword.core import secret_format
from watchword.core.client import Client
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.core.secret import HMAC, Secret
from watchword.core.secret_verifier import hmac_verifier
from watchword.storage import Changing, Reading

PLAIN_LENGTH = 24
WEAK_LENGTH = 12
LONGEST_VALUE = 512


class NewSecret(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a secret to be made.

    lifetime: seconds from now, None for never, UNSET for what the issuer gives.
    """

    label: str = ""
    lifetime: int | UnsetType | None = UNSET


class IssuedSecret(Struct, frozen=True, kw_only=True):
    """A secret as stored, and its value, which nobody can read again."""

    secret: Secret
    value: str

    def __repr__(self) -> str:
        return f"IssuedSecret(secret={self.secret.key_id!r})"


def issue_secret(
    estate: Estate, context: Context, client_ref: str, new: NewSecret | None = None
) -> IssuedSecret:
    """Make a secret for a client, in our format. Raises LimitReached past the issuer's limit."""
    with trail.attempt(estate, context, "secret.issue", target=client_ref) as changing:
        client = find.client(changing, client_ref)
        return issue_within(changing, estate, context, client, new or NewSecret())


def issue_within(
    changing: Changing, estate: Estate, context: Context, client: Client, new: NewSecret
) -> IssuedSecret:
    """Make a secret inside a transaction that is under way."""
    issuer = find.issuer(changing, client.issuer_id)
    require_room(changing, context.now, client, issuer)
    key_id = _fresh_key_id(changing, estate)
    value = secret_format.compose_secret(
        issuer.key_prefix, key_id, estate.random(secret_format.SECRET_OCTETS)
    )
    pepper_id, pepper = current_pepper(changing, estate, context)
    secret = _blank(changing, estate, context, client, issuer, new, key_id)
    secret = replace(secret, verifier=hmac_verifier(pepper, value), pepper_id=pepper_id)
    changing.add_secret(secret)
    trail.made(changing, context, "secret.issue", secret, client_id=client.client_id)
    return IssuedSecret(secret=secret, value=value)


def adopt_secret(
    estate: Estate,
    context: Context,
    client_ref: str,
    value: str,
    new: NewSecret | None = None,
    *,
    weak: bool = False,
) -> Secret:
    """Take over a secret that the customer has already; `weak` allows a short one."""
    with trail.attempt(estate, context, "secret.adopt", target=client_ref) as changing:
        client = find.client(changing, client_ref)
        return adopt_within(changing, estate, context, client, value, new or NewSecret(), weak=weak)


def adopt_within(
    changing: Changing,
    estate: Estate,
    context: Context,
    client: Client,
    value: str,
    new: NewSecret,
    *,
    weak: bool = False,
) -> Secret:
    """Take over a secret inside a transaction that is under way."""
    issuer = find.issuer(changing, client.issuer_id)
    require_value(value, weak)
    require_room(changing, context.now, client, issuer)
    own_id = secret_format.key_id_of(value)
    key_id = own_id or _fresh_key_id(changing, estate)
    if own_id and _is_known(changing, own_id):
        raise Taken(f"the secret {own_id} is known already", field="value", code="secret_taken")
    secret = _blank(changing, estate, context, client, issuer, new, key_id)
    secret = replace(secret, generated=own_id is not None)
    secret = _stored(changing, estate, context, secret, value)
    changing.add_secret(secret)
    trail.made(changing, context, "secret.adopt", secret, client_id=client.client_id)
    return secret


def revoke_secret(
    estate: Estate, context: Context, secret_id: str, *, at: int | None = None
) -> Secret:
    """Let a secret end now, or at the instant `at`. One that has ended already stays as it is."""
    with trail.attempt(estate, context, "secret.revoke", target=secret_id) as changing:
        secret = find.secret(changing, secret_id)
        if secret.is_live(context.now):
            built_in.require_secret_left(changing, context, secret)
        return revoke_within(changing, context, secret, at)


def revoke_within(
    changing: Changing, context: Context, before: Secret, at: int | None = None
) -> Secret:
    """End a secret inside a transaction that is under way."""
    if not before.is_live(context.now):
        return before
    after = replace(before, revoked_at=max(at or context.now, context.now))
    if after == before:
        return before
    changing.update_secret(after)
    trail.changed(changing, context, "secret.revoke", before, after)
    if after.revoked_at == context.now:
        # One that ends later was rolled, not lost: its tokens live their time.
        revocation.stop_secret(changing, context, after)
    return after


def live_secrets(reading: Reading, client_ref: str, now: int) -> list[Secret]:
    """The client's secrets that work at `now`, the oldest first."""
    live = [secret for secret in reading.secrets(client_ref) if secret.is_live(now)]
    return sorted(live, key=lambda secret: (secret.created_at, secret.id))


def require_room(reading: Reading, now: int, client: Client, issuer: Issuer) -> None:
    """Raise LimitReached if the client has as many live secrets as its issuer allows."""
    live = live_secrets(reading, client.id, now)
    if len(live) >= issuer.max_live_secrets:
        raise LimitReached(
            f"{client.client_id} has {len(live)} live secrets, as many as the issuer allows",
            hint=f"revoke one first; the oldest is {live[0].key_id}",
            code="too_many_secrets",
        )


def expiry_of(new: NewSecret, issuer: Issuer, now: int) -> int | None:
    """When a secret of these settings would expire, None for never."""
    if new.lifetime is None:
        return None
    lifetime = issuer.secret_lifetime if new.lifetime is UNSET else new.lifetime
    return now + rules.seconds(lifetime, "lifetime", rules.LONGEST_SECRET)


def require_value(value: str, weak: bool) -> None:
    """A value that HTTP can carry, typed right if it is in our format, and not easily guessed.

    Raises Invalid, or NeedsForce for a short one unless `weak`.
    """
    if not value.isascii() or not value.isprintable() or value != value.strip():
        raise Invalid(
            "a secret is printable ASCII and neither begins nor ends with a space",
            hint="did the file end in something besides the secret?",
            field="value",
        )
    if not value or len(value) > LONGEST_VALUE:
        raise Invalid(f"a secret has 1 to {LONGEST_VALUE} characters", field="value")
    if secret_format.looks_like_ours(value) and not secret_format.check_is_right(value):
        raise Invalid(
            "the secret's check digits do not fit the rest of it",
            hint="a character was lost or mistyped: copy it again",
            field="value",
        )
    if len(value) < WEAK_LENGTH and not weak:
        raise NeedsForce(
            f"a secret of fewer than {WEAK_LENGTH} characters can be guessed",
            hint="take it over on purpose as a weak one, or issue a new one",
            field="value",
            code="weak_secret",
        )


def _is_known(reading: Reading, id: str) -> bool:
    """Whether a secret has `id` as its id or key id: either must lead to one secret only."""
    return reading.secret(id) is not None or reading.secret_with_key_id(id) is not None


def _fresh_key_id(changing: Changing, estate: Estate) -> str:
    return estate.fresh_name(secret_format.KEY_ID_WIDTH, lambda id: _is_known(changing, id))


def _blank(
    changing: Changing,
    estate: Estate,
    context: Context,
    client: Client,
    issuer: Issuer,
    new: NewSecret,
    key_id: str,
) -> Secret:
    """The secret without a verifier yet."""
    return Secret(
        id=estate.fresh_id(lambda id: _is_known(changing, id)),
        issuer_id=issuer.id,
        client_ref=client.id,
        key_id=key_id,
        verifier=b"",
        label=rules.line(new.label, "label"),
        created_at=context.now,
        expires_at=expiry_of(new, issuer, context.now),
    )


def _stored(
    changing: Changing, estate: Estate, context: Context, secret: Secret, value: str
) -> Secret:
    """`secret` with the verifier of `value`, of the kind that its length asks for."""
    if len(value) < PLAIN_LENGTH:
        from watchword.core.secret_hash import argon2id

        encoded = argon2id.encode(value, estate.random(argon2id.SALT_OCTETS))
        return replace(secret, kind=argon2id.KIND, verifier=encoded)
    pepper_id, pepper = current_pepper(changing, estate, context)
    verifier = hmac_verifier(pepper, value)
    if changing.client_record_by_verifiers(secret.issuer_id, [(pepper_id, verifier)]):
        raise Taken(
            "a client of this issuer has this very secret already",
            hint="two clients must not share one",
            field="value",
            code="secret_taken",
        )
    return replace(secret, kind=HMAC, verifier=verifier, pepper_id=pepper_id)
