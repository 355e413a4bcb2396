"""RFC 6749, 2: making, changing and deleting clients.

A client_id is the customer's own choice or a generated one; a deleted one is never given out
again. The first secret comes with the client, so that neither is ever there alone after a crash.
"""

from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from watchword.admin import built_in, find, revocation, rules, trail
from watchword.admin import key as signing_keys
from watchword.admin import secret as secrets
from watchword.admin.change import Rules, checked, given
from watchword.admin.dialect_of import dialect_of
from watchword.admin.errors import Invalid, NeedsForce, Taken
from watchword.admin.estate import Estate
from watchword.admin.secret import IssuedSecret, NewSecret
from watchword.core.client import Client, InvalidClientId, require_client_id
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.storage import Changing

GENERATED_WIDTH = 12


class NewClient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a client to be made; see core.client.Client.

    client_id: None to generate one. customer: name or id, None for a client that stands alone.
    lifetime: of its tokens in seconds, None for the issuer's.
    """

    client_id: str | None = None
    customer: str | None = None
    name: str = ""
    scopes: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    claims: dict[str, Any] = {}
    attributes: dict[str, str] = {}
    lifetime: int | None = None
    introspects: tuple[str, ...] = ()


class ClientChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings to change; UNSET ones stay. A client_id never changes."""

    customer: str | UnsetType | None = UNSET
    name: str | UnsetType = UNSET
    scopes: tuple[str, ...] | UnsetType = UNSET
    audiences: tuple[str, ...] | UnsetType = UNSET
    claims: dict[str, Any] | UnsetType = UNSET
    attributes: dict[str, str] | UnsetType = UNSET
    lifetime: int | UnsetType | None = UNSET
    introspects: tuple[str, ...] | UnsetType = UNSET


class CreatedClient(Struct, frozen=True, kw_only=True):
    """A new client, its issuer, and its first secret, None where none was wanted."""

    client: Client
    issuer: Issuer
    secret: IssuedSecret | None


def create_client(
    estate: Estate,
    context: Context,
    issuer: str,
    new: NewClient,
    *,
    secret: NewSecret | None = None,
    with_secret: bool = True,
    force: bool = False,
) -> CreatedClient:
    """Make a client of `issuer` (name or id) and its first secret, unless `with_secret` is False.

    force: allow a client_id that differs from another one only in case.
    """
    with trail.attempt(estate, context, "client.create", name=new.client_id or "") as changing:
        owner = find.issuer(changing, issuer)
        client = create_within(changing, estate, context, owner, new, force=force)
        issued = None
        if with_secret:
            first = _checked_first(secret or NewSecret())
            issued = secrets.issue_within(changing, estate, context, client, first)
        return CreatedClient(client=client, issuer=owner, secret=issued)


def _checked_first(secret: NewSecret) -> NewSecret:
    """A client's first secret, its settings named as they are beside the client's own."""
    rules.line(secret.label, "secret_label")
    if isinstance(secret.lifetime, int):
        rules.seconds(secret.lifetime, "secret_lifetime", rules.LONGEST_SECRET)
    return secret


def create_within(
    changing: Changing,
    estate: Estate,
    context: Context,
    issuer: Issuer,
    new: NewClient,
    *,
    force: bool = False,
    administrator: bool = False,
) -> Client:
    """Make a client inside a transaction that is under way, without a secret.

    administrator: whether it is one, with its role among the claims.
    """
    if not administrator:
        built_in.require_not_built_in(issuer)
    values = _checked(changing, issuer, new)
    values["client_id"] = _client_id(changing, estate, issuer, new.client_id, force)
    client = Client(
        id=estate.fresh_id(changing.client),
        issuer_id=issuer.id,
        created_at=context.now,
        **values,
    )
    changing.add_client(client)
    trail.made(changing, context, "client.create", client)
    _follow_up(changing, context, issuer, client)
    return client


def edit_client(
    estate: Estate,
    context: Context,
    client_ref: str,
    changes: ClientChanges,
    *,
    expected_version: int | None = None,
) -> Client:
    """Change a client. Raises ChangedMeanwhile unless it is in `expected_version`."""
    with trail.attempt(estate, context, "client.edit", target=client_ref) as changing:
        before = find.client(changing, client_ref)
        find.require_version(before, before.client_id, expected_version)
        return edit_within(changing, context, before, changes)


def edit_within(
    changing: Changing, context: Context, before: Client, changes: ClientChanges
) -> Client:
    """Change a client inside a transaction that is under way; no event if nothing differs."""
    issuer = find.issuer(changing, before.issuer_id)
    wanted = replace(before, **_checked(changing, issuer, changes))
    if wanted == before:
        return before
    built_in.require_only_renamed(issuer, before, wanted)
    after = changing.update_client(wanted)
    trail.changed(changing, context, "client.edit", before, after)
    _follow_up(changing, context, issuer, after)
    return after


def disable_client(
    estate: Estate, context: Context, client_ref: str, *, expected_version: int | None = None
) -> Client:
    """Let a client get no tokens."""
    return _switch(estate, context, client_ref, False, expected_version)


def enable_client(
    estate: Estate, context: Context, client_ref: str, *, expected_version: int | None = None
) -> Client:
    """Let a disabled client get tokens again."""
    return _switch(estate, context, client_ref, True, expected_version)


def delete_client(
    estate: Estate, context: Context, client_ref: str, *, expected_version: int | None = None
) -> Client:
    """Delete a client and end its secrets. Its client_id is never given out again."""
    with trail.attempt(estate, context, "client.delete", target=client_ref) as changing:
        before = find.client(changing, client_ref)
        find.require_version(before, before.client_id, expected_version)
        return delete_within(changing, context, before)


def delete_within(changing: Changing, context: Context, before: Client) -> Client:
    """Delete a client inside a transaction that is under way."""
    built_in.require_owner_left(changing, before, context.now)
    for secret in secrets.live_secrets(changing, before.id, context.now):
        secrets.revoke_within(changing, context, secret)
    after = changing.update_client(replace(before, deleted_at=context.now, enabled=False))
    trail.changed(changing, context, "client.delete", before, after)
    revocation.stop_client(changing, context, after)
    return after


def _switch(
    estate: Estate, context: Context, client_ref: str, enabled: bool, expected_version: int | None
) -> Client:
    action = "client.enable" if enabled else "client.disable"
    with trail.attempt(estate, context, action, target=client_ref) as changing:
        before = find.client(changing, client_ref)
        find.require_version(before, before.client_id, expected_version)
        return switch_within(changing, context, before, enabled)


def switch_within(changing: Changing, context: Context, before: Client, enabled: bool) -> Client:
    """Enable or disable inside a transaction that is under way; no event if it is so already."""
    if before.enabled == enabled:
        return before
    if not enabled:
        built_in.require_owner_left(changing, before, context.now)
    after = changing.update_client(replace(before, enabled=enabled))
    action = "client.enable" if enabled else "client.disable"
    trail.changed(changing, context, action, before, after)
    if not enabled:
        revocation.stop_client(changing, context, after)
    return after


def _checked(
    changing: Changing, issuer: Issuer, settings: NewClient | ClientChanges
) -> dict[str, Any]:
    """The settings given, each through its rule, the customer's name turned into its id."""
    values = checked(settings, _RULES)
    settings_given = given(settings)
    if "scopes" in settings_given:
        values["scopes"] = rules.scopes_of(issuer.scopes, settings_given["scopes"])
    if settings_given.get("attributes"):
        known = dialect_of(issuer).client_attributes
        values["attributes"] = rules.attributes(settings_given["attributes"], known)
    if "customer" in values:
        name = values.pop("customer")
        values["customer_id"] = find.customer(changing, name).id if name is not None else None
    return values


def _client_id(
    changing: Changing, estate: Estate, issuer: Issuer, wanted: str | None, force: bool
) -> str:
    if wanted is None:
        return estate.fresh_name(
            GENERATED_WIDTH,
            lambda name: (
                changing.client_named(issuer.id, name)
                or changing.similar_client_id(issuer.id, name)
            ),
        )
    try:
        require_client_id(wanted, colon_allowed=dialect_of(issuer).decodes_basic)
    except InvalidClientId as error:
        raise Invalid(str(error), field="client_id", code="invalid_client_id") from None
    _require_free(changing, issuer, wanted, force)
    return wanted


def _require_free(changing: Changing, issuer: Issuer, client_id: str, force: bool) -> None:
    known = changing.client_named(issuer.id, client_id)
    if known is not None:
        deleted = known.deleted_at is not None
        raise Taken(
            f"{issuer.name} {'had' if deleted else 'has'} a client {client_id!r}"
            f"{', since deleted' if deleted else ' already'}",
            hint="a client_id is never given out again" if deleted else "choose another one",
            field="client_id",
            code="client_id_taken",
        )
    similar = changing.similar_client_id(issuer.id, client_id)
    if similar is not None and not force:
        raise NeedsForce(
            f"{client_id!r} differs from the client {similar!r} only in case",
            hint="people will mistake one for the other; choose another one, or force it",
            field="client_id",
            code="similar_client_id",
        )


def _follow_up(changing: Changing, context: Context, issuer: Issuer, client: Client) -> None:
    """A client whose tokens live longer than the issuer's keeps retiring keys for longer."""
    if client.lifetime is not None and client.lifetime > issuer.lifetime:
        signing_keys.keep_for_longer_tokens(changing, context, issuer, client.lifetime)


_RULES: Rules = {
    "name": lambda text: rules.line(text, "name"),
    "audiences": rules.audiences,
    "claims": rules.claims,
    "lifetime": lambda value: (
        None if value is None else rules.seconds(value, "lifetime", rules.LONGEST_TOKEN)
    ),
    "introspects": lambda values: rules.audiences(values, "introspects"),
}
