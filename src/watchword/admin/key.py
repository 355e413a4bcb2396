"""Signing keys: the first one, rotation, and what is handed out of them.

Rules, beside those of core.signing_key. An issuer's first key signs at once. A later one is
published first, for longer than the JWK Set may be kept, and takes over then; the old one retires
at that instant and stays published until the last token that it signed is dead. `now=True` skips
the wait: guards that hold an old JWK Set refuse new tokens until they fetch again. A shared
(HS256) key is handed over by people, so it waits a day instead of minutes.
"""

from msgspec import Struct
from msgspec.structs import replace

from watchword.admin import find, revocation, trail
from watchword.admin.errors import Invalid, NotNow
from watchword.admin.estate import Estate
from watchword.core.duration import SECONDS, format_duration
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.core.signing_key import (
    PUBLICATION_MARGIN,
    RETIREMENT_MARGIN,
    SigningKey,
    signing_key_at,
)
from watchword.jose.algorithm import ALGORITHMS
from watchword.jose.key import generate_key, public_jwk, public_pem
from watchword.storage import Changing, Reading

SHARED_KEY_WAIT = SECONDS["d"]
_KID_WIDTH = 12
# What a key may be asked for by, beside its kid: kids are longer.
CURRENT = "current"


class Rotation(Struct, frozen=True, kw_only=True):
    """What a rotation did. new: the key put in; old: the one that it replaces, None if none."""

    new: SigningKey
    old: SigningKey | None


def sealing_name(issuer_id: str, kid: str) -> bytes:
    """Associated data of a sealed signing key: it opens for this issuer and kid alone."""
    return f"key:{issuer_id}:{kid}".encode()


def is_shared(alg: str) -> bool:
    """Whether whoever verifies with the key can also sign: such keys are never published."""
    return ALGORITHMS[alg].symmetric


def add_first_key(
    changing: Changing, estate: Estate, context: Context, issuer: Issuer
) -> SigningKey:
    """The key with which a new issuer signs from the start."""
    key = _new_key(estate, issuer, context.now, activates_at=context.now)
    changing.add_key(key)
    trail.made(changing, context, "key.create", key)
    return key


def rotate_key(
    estate: Estate, context: Context, issuer_id: str, *, now: bool = False, wait: int | None = None
) -> Rotation:
    """Put in a new signing key, which takes over after `wait` seconds, or at once.

    wait: at least, and by default, the time for which guards may keep the JWK Set, and a margin.
    While a rotation is under way another one is refused (NotNow); `now` completes it instead.
    """
    with trail.attempt(estate, context, "key.rotate", target=issuer_id) as changing:
        issuer = find.issuer(changing, issuer_id)
        upcoming = [key for key in changing.keys(issuer.id) if key.state(context.now) == "upcoming"]
        if now and upcoming:
            return _complete(changing, context, issuer, upcoming)
        if upcoming:
            raise NotNow(
                f"the key {upcoming[0].kid} is published and takes over soon",
                hint="wait for it, or make it sign at once (`--now`)",
                code="rotation_under_way",
            )
        return rotate_within(changing, estate, context, issuer, 0 if now else _wait(issuer, wait))


def remove_key(estate: Estate, context: Context, issuer_id: str, kid: str) -> SigningKey:
    """Take out a retired key before its time, because somebody else may have it.

    All tokens that it signed are refused from then on. Raises NotNow for a key that signs.
    """
    with trail.attempt(estate, context, "key.remove", name=kid, target=issuer_id) as changing:
        issuer = find.issuer(changing, issuer_id)
        key = find.key(changing, issuer.id, kid)
        state = key.state(context.now)
        if state in ("active", "upcoming"):
            raise NotNow(
                f"the key {key.kid} is {state}",
                hint="let a new one sign in its place at once: `key rotate --now`",
                code="key_in_use",
            )
        if state == "removed":
            return key
        revocation.stop_key(changing, context, issuer, key, _longest_lifetime(changing, issuer))
        removed = replace(key, removed_at=context.now)
        _update(changing, context, key, removed, "key.remove")
        return removed


def rotate_within(
    changing: Changing, estate: Estate, context: Context, issuer: Issuer, wait: int
) -> Rotation:
    """Rotate inside a transaction that is under way; `wait` seconds until the new key signs."""
    activates_at = context.now + wait
    old = _retire(changing, context, issuer, activates_at)
    new = _new_key(estate, issuer, context.now, activates_at)
    changing.add_key(new)
    replaces = old.kid if old else None
    trail.made(changing, context, "key.rotate", new, replaces=replaces)
    return Rotation(new=new, old=old)


def publication_time(issuer: Issuer) -> int:
    """Seconds for which a new key must be known before it signs."""
    if is_shared(issuer.alg):
        return SHARED_KEY_WAIT
    return issuer.jwks_max_age + PUBLICATION_MARGIN


def keep_for_longer_tokens(
    changing: Changing, context: Context, issuer: Issuer, lifetime: int
) -> None:
    """Keys that will retire must outlive tokens of `lifetime` seconds that they still sign."""
    for key in changing.keys(issuer.id):
        if key.retires_at is None or key.removed_at is None or key.retires_at <= context.now:
            continue
        needed = key.retires_at + lifetime + RETIREMENT_MARGIN
        if needed > key.removed_at:
            _update(changing, context, key, replace(key, removed_at=needed), "key.extend")


def chosen_key(reading: Reading, issuer_id: str, kid: str, now: int) -> SigningKey:
    """The issuer's key of that kid or id, or for CURRENT the one that signs at `now`."""
    if kid != CURRENT:
        return find.key(reading, issuer_id, kid)
    signing = signing_key_at(reading.keys(issuer_id), now)
    if signing is None:
        raise NotNow("the issuer has no key that signs", code="no_signing_key")
    return signing


def export_public(reading: Reading, issuer_id: str, kid: str) -> tuple[str, dict[str, str]]:
    """Algorithm and public JWK of a signing key; refused for a shared key, which has none."""
    key = find.key(reading, issuer_id, kid)
    if not key.public_jwk:
        raise Invalid(
            f"the key {kid} is a shared one: it has no public part",
            hint="export the key itself, to a file",
            field="kid",
            code="shared_key",
        )
    return key.alg, key.public_jwk


def export_pem(estate: Estate, issuer_id: str, kid: str) -> str:
    """The public key in PEM."""
    with estate.store.reading() as reading:
        export_public(reading, issuer_id, kid)
        key = find.key(reading, issuer_id, kid)
    return public_pem(key.alg, open_key(estate, key))


def export_shared(estate: Estate, context: Context, issuer_id: str, kid: str) -> bytes:
    """The octets of a shared (HS256) key, for the vendor's own guards; an event says who got it.

    Whoever can verify with it can also mint tokens.
    """
    with trail.attempt(estate, context, "key.export", name=kid) as changing:
        key = find.key(changing, issuer_id, kid)
        if key.public_jwk:
            raise Invalid(
                f"the private key {kid} never leaves the server",
                hint="export its public part",
                field="kid",
                code="private_key",
            )
        trail.changed(changing, context, "key.export", key, key)
    return open_key(estate, key)


def open_key(estate: Estate, key: SigningKey) -> bytes:
    """The key's material, decrypted."""
    return estate.master_key.open(key.sealed, sealing_name(key.issuer_id, key.kid))


def _wait(issuer: Issuer, wait: int | None) -> int:
    """`wait` if it is long enough, by default the time that the algorithm needs."""
    if wait is None:
        return publication_time(issuer)
    least = issuer.jwks_max_age + PUBLICATION_MARGIN
    if wait < least:
        raise Invalid(
            f"guards may keep the JWK Set for {format_duration(least)}: a key must wait that long",
            hint="name a longer wait, or make it sign at once (`--now`)",
            field="wait",
        )
    return wait


def _new_key(estate: Estate, issuer: Issuer, now: int, activates_at: int) -> SigningKey:
    material = generate_key(issuer.alg)
    kid = estate.fresh_name(_KID_WIDTH, lambda _: None)
    return SigningKey(
        id=estate.fresh_id(lambda _: None),
        issuer_id=issuer.id,
        kid=kid,
        alg=issuer.alg,
        sealed=estate.master_key.seal(material, sealing_name(issuer.id, kid)),
        public_jwk={} if is_shared(issuer.alg) else public_jwk(issuer.alg, material, kid),
        created_at=now,
        activates_at=activates_at,
    )


def _retire(
    changing: Changing, context: Context, issuer: Issuer, retires_at: int
) -> SigningKey | None:
    """Let every key that signs, or could, retire at `retires_at`; the one that signs now back."""
    keys = changing.keys(issuer.id)
    signing = signing_key_at(keys, context.now)
    removed_at = retires_at + _longest_lifetime(changing, issuer) + RETIREMENT_MARGIN
    for key in keys:
        if key.state(context.now) != "active" or (key.retires_at or retires_at) < retires_at:
            continue
        retired = replace(key, retires_at=retires_at, removed_at=removed_at)
        _update(changing, context, key, retired, "key.retire")
        if signing is not None and key.id == signing.id:
            signing = retired
    return signing


def _complete(
    changing: Changing, context: Context, issuer: Issuer, upcoming: list[SigningKey]
) -> Rotation:
    """Make the key that is published already sign at once."""
    old = _retire(changing, context, issuer, context.now)
    new = max(upcoming, key=lambda key: (key.activates_at, key.id))
    active = replace(new, activates_at=context.now)
    _update(changing, context, new, active, "key.rotate")
    return Rotation(new=active, old=old)


def _longest_lifetime(reading: Reading, issuer: Issuer) -> int:
    return max(issuer.lifetime, reading.longest_client_lifetime(issuer.id) or 0)


def _update(
    changing: Changing, context: Context, before: SigningKey, after: SigningKey, action: str
) -> None:
    changing.update_key(after)
    trail.changed(changing, context, action, before, after)
