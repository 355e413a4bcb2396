"""RFC 8414: making and changing issuers.

An issuer is made with its first signing key, which signs at once. Changing its algorithm starts a
rotation to a key of the new one; raising its lifetime keeps retiring keys published for longer.
"""

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from watchword.admin import built_in, find, rules, trail
from watchword.admin import key as signing_keys
from watchword.admin.change import Rules, checked
from watchword.admin.dialect_of import require_dialect
from watchword.admin.errors import Invalid, Taken
from watchword.admin.estate import Estate
from watchword.admin.issuer_url import normalize_origin, normalize_url
from watchword.core import issuer as defaults
from watchword.core.event import Context
from watchword.core.issuer import Issuer, Revocation
from watchword.core.nearest import nearest
from watchword.core.secret_format import InvalidKeyPrefix, require_key_prefix
from watchword.jose.algorithm import ALGORITHMS
from watchword.oauth.endpoint import paths_of
from watchword.storage import Changing, Reading


class NewIssuer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of an issuer to be made; see core.issuer.Issuer. Durations in seconds."""

    name: str
    url: str
    aliases: tuple[str, ...] = ()
    dialect: str = "rfc6749"
    dialect_text: str | None = None
    alg: str = "ES256"
    lifetime: int = defaults.DEFAULT_LIFETIME
    scopes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    key_prefix: str = "wk"
    cors_origins: tuple[str, ...] = ()
    revocation: Revocation = "feed"
    secret_lifetime: int = defaults.DEFAULT_SECRET_LIFETIME
    max_live_secrets: int = defaults.MAX_LIVE_SECRETS
    jwks_max_age: int = defaults.JWKS_MAX_AGE
    endpoints: dict[str, str | None] = {}
    ledger: bool = False
    self_service: bool = False


class IssuerChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings to change; UNSET ones stay."""

    name: str | UnsetType = UNSET
    url: str | UnsetType = UNSET
    aliases: tuple[str, ...] | UnsetType = UNSET
    dialect: str | UnsetType = UNSET
    dialect_text: str | UnsetType | None = UNSET
    alg: str | UnsetType = UNSET
    lifetime: int | UnsetType = UNSET
    scopes: tuple[str, ...] | UnsetType = UNSET
    audiences: tuple[str, ...] | UnsetType = UNSET
    key_prefix: str | UnsetType = UNSET
    cors_origins: tuple[str, ...] | UnsetType = UNSET
    revocation: Revocation | UnsetType = UNSET
    secret_lifetime: int | UnsetType = UNSET
    max_live_secrets: int | UnsetType = UNSET
    jwks_max_age: int | UnsetType = UNSET
    endpoints: dict[str, str | None] | UnsetType = UNSET
    ledger: bool | UnsetType = UNSET
    self_service: bool | UnsetType = UNSET


def create_issuer(estate: Estate, context: Context, new: NewIssuer) -> Issuer:
    """Make an issuer and its first signing key."""
    with trail.attempt(estate, context, "issuer.create", name=new.name) as changing:
        built_in.require_not_reserved(new.name)
        return create_within(changing, estate, context, new)


def create_within(changing: Changing, estate: Estate, context: Context, new: NewIssuer) -> Issuer:
    """Make an issuer inside a transaction that is under way."""
    values = checked(new, _RULES)
    values["dialect"] = require_dialect(new.dialect, new.dialect_text).name
    issuer = Issuer(id=estate.fresh_id(changing.issuer), created_at=context.now, **values)
    _require_free(changing, issuer)
    changing.add_issuer(issuer)
    trail.made(changing, context, "issuer.create", issuer)
    signing_keys.add_first_key(changing, estate, context, issuer)
    return issuer


def edit_issuer(
    estate: Estate,
    context: Context,
    issuer_id: str,
    changes: IssuerChanges,
    *,
    expected_version: int | None = None,
) -> Issuer:
    """Change settings of an issuer. Raises ChangedMeanwhile unless it is in `expected_version`."""
    with trail.attempt(estate, context, "issuer.edit", target=issuer_id) as changing:
        before = find.issuer(changing, issuer_id)
        find.require_version(before, before.name, expected_version)
        return edit_within(changing, estate, context, before, changes)


def edit_within(
    changing: Changing, estate: Estate, context: Context, before: Issuer, changes: IssuerChanges
) -> Issuer:
    """Change settings inside a transaction that is under way; no event if nothing differs."""
    values = checked(changes, _RULES)
    if "dialect" in values or "dialect_text" in values:
        values.update(_dialect_values(before, changes))
    wanted = replace(before, **values)
    if wanted == before:
        return before
    built_in.require_usable(context, before, wanted)
    _require_free(changing, wanted)
    after = changing.update_issuer(wanted)
    trail.changed(changing, context, "issuer.edit", before, after)
    _follow_up(changing, estate, context, before, after)
    return after


def disable_issuer(
    estate: Estate, context: Context, issuer_id: str, *, expected_version: int | None = None
) -> Issuer:
    """Let an issuer give no tokens; its JWK Set stays, so that tokens go on being verified."""
    return _switch(estate, context, issuer_id, False, expected_version)


def enable_issuer(
    estate: Estate, context: Context, issuer_id: str, *, expected_version: int | None = None
) -> Issuer:
    """Let a disabled issuer give tokens again."""
    return _switch(estate, context, issuer_id, True, expected_version)


def _switch(
    estate: Estate, context: Context, issuer_id: str, enabled: bool, expected_version: int | None
) -> Issuer:
    action = "issuer.enable" if enabled else "issuer.disable"
    with trail.attempt(estate, context, action, target=issuer_id) as changing:
        before = find.issuer(changing, issuer_id)
        find.require_version(before, before.name, expected_version)
        return switch_within(changing, context, before, enabled)


def switch_within(changing: Changing, context: Context, before: Issuer, enabled: bool) -> Issuer:
    """Enable or disable inside a transaction that is under way; no event if it is so already."""
    if before.enabled == enabled:
        return before
    if not enabled:
        built_in.require_may_disable(context, before)
    after = changing.update_issuer(replace(before, enabled=enabled))
    action = "issuer.enable" if enabled else "issuer.disable"
    trail.changed(changing, context, action, before, after)
    return after


def _dialect_values(before: Issuer, changes: IssuerChanges) -> dict[str, str | None]:
    """Dialect and text that belong together: naming a shipped one drops the vendor's own text."""
    text = changes.dialect_text
    if isinstance(text, str):
        return {"dialect": require_dialect("", text).name, "dialect_text": text}
    name = before.dialect if changes.dialect is UNSET else changes.dialect
    return {"dialect": require_dialect(name, None).name, "dialect_text": None}


def _follow_up(
    changing: Changing, estate: Estate, context: Context, before: Issuer, after: Issuer
) -> None:
    """What a changed lifetime or algorithm means for the signing keys."""
    if after.lifetime > before.lifetime:
        signing_keys.keep_for_longer_tokens(changing, context, after, after.lifetime)
    if after.alg != before.alg:
        wait = max(signing_keys.publication_time(before), signing_keys.publication_time(after))
        signing_keys.rotate_within(changing, estate, context, after, wait)


def _require_free(reading: Reading, issuer: Issuer) -> None:
    """Name and URLs must be nobody else's, and each URL and path named once."""
    _require_apart(issuer)
    if len(set(issuer.urls)) != len(issuer.urls):
        raise Invalid("a URL is named twice", field="aliases")
    for other in reading.issuers():
        if other.id == issuer.id:
            continue
        if other.name == issuer.name:
            raise Taken(f"there is an issuer {issuer.name!r} already", field="name")
        shared = sorted(set(other.urls) & set(issuer.urls))
        if shared:
            raise Taken(
                f"the issuer {other.name!r} answers under {shared[0]} already",
                hint="give each issuer a host or a path of its own",
                field="url" if issuer.url == shared[0] else "aliases",
                code="url_taken",
            )


def _require_apart(issuer: Issuer) -> None:
    """No two endpoints at one path: only one of them could answer."""
    taken: dict[str, str] = {}
    paths = paths_of(issuer, require_dialect(issuer.dialect, issuer.dialect_text))
    for endpoint, path in paths.items():
        other = taken.setdefault(path, endpoint)
        if other != endpoint:
            raise Invalid(
                f"the endpoints {other} and {endpoint} would both be at {path}",
                hint=f"move or switch off one of them, as with --endpoint {endpoint}=/…",
                field="endpoints",
                code="path_taken",
            )


def _alg(name: str) -> str:
    if name not in ALGORITHMS:
        similar = nearest(name, ALGORITHMS)
        hint = f"did you mean {similar}?" if similar else f"there are: {', '.join(ALGORITHMS)}"
        raise Invalid(f"there is no algorithm {name!r}", hint=hint, field="alg")
    return name


def _key_prefix(text: str) -> str:
    try:
        return require_key_prefix(text)
    except InvalidKeyPrefix as error:
        raise Invalid(str(error), field="key_prefix") from None


_RULES: Rules = {
    "name": rules.issuer_name,
    "url": normalize_url,
    "aliases": lambda urls: tuple(normalize_url(url, "aliases") for url in urls),
    "alg": _alg,
    "lifetime": lambda value: rules.seconds(value, "lifetime", rules.LONGEST_TOKEN),
    "scopes": rules.scopes,
    "audiences": rules.audiences,
    "key_prefix": _key_prefix,
    "cors_origins": lambda origins: tuple(dict.fromkeys(map(normalize_origin, origins))),
    "secret_lifetime": lambda value: rules.seconds(value, "secret_lifetime", rules.LONGEST_SECRET),
    "max_live_secrets": lambda value: rules.count(value, "max_live_secrets", rules.MOST_SECRETS),
    "jwks_max_age": lambda value: rules.seconds(value, "jwks_max_age", rules.LONGEST_JWKS_AGE),
    "endpoints": rules.endpoints,
}
