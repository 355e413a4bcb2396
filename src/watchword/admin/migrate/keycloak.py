"""Keycloak's realm export: its confidential clients with service accounts, which are the ones that
ask for tokens by client credentials.

What is taken: client id, name, enabled, the secret and a rotated one with its expiry, client scopes
that stand in tokens, the token lifespan, hard-coded claims and audiences, and the service account's
roles as the claims in which Keycloak's tokens carry them, where the export has its users.

Exports come from `kc.sh export`; the administration console masks secrets with asterisks.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from watchword.admin.errors import Invalid
from watchword.admin.import_line import ImportLine
from watchword.admin.migrate import LeftOut, Migration
from watchword.core.client import RESERVED_CLAIMS

# What Keycloak makes by itself in each realm.
_OWN_CLIENTS = frozenset(
    "account account-console admin-cli broker realm-management security-admin-console".split()
)
_SECRET_AUTHENTICATORS = frozenset({"client-secret", None, ""})
_SECONDS_MAX = 30 * 86_400


class Mapper(Struct, rename="camel"):
    """A protocol mapper."""

    name: str = ""
    protocol_mapper: str = ""
    config: dict[str, Any] = {}


class RealmClient(Struct, rename="camel"):
    """A client of the export."""

    client_id: str = ""
    name: str | None = None
    enabled: bool = True
    protocol: str | None = None
    secret: str | None = None
    public_client: bool = False
    bearer_only: bool = False
    service_accounts_enabled: bool = False
    client_authenticator_type: str | None = None
    default_client_scopes: list[str] = []
    optional_client_scopes: list[str] = []
    attributes: dict[str, Any] | None = None
    protocol_mappers: list[Mapper] | None = None


class RealmScope(Struct, rename="camel"):
    """A client scope of the export."""

    name: str = ""
    attributes: dict[str, Any] | None = None


class RealmUser(Struct, rename="camel"):
    """A user of the export; service accounts are among them."""

    service_account_client_id: str | None = None
    realm_roles: list[str] | None = None
    client_roles: dict[str, list[str]] | None = None


class Realm(Struct, rename="camel"):
    """What is looked at of the export; everything else is skipped."""

    realm: str = ""
    access_token_lifespan: int | None = None
    clients: list[RealmClient] | None = None
    client_scopes: list[RealmScope] | None = None
    users: list[RealmUser] | None = None


_decode = msgspec.json.Decoder(Realm | list[Realm]).decode


def read_export(octets: bytes, realm: str | None = None) -> Migration:
    """The migration of an export of one realm, or of `realm` where it holds several.

    Raises Invalid for what is no realm export.
    """
    chosen = _chosen(octets, realm)
    scopes = {scope.name for scope in chosen.client_scopes or () if _in_token(scope)}
    accounts = {
        user.service_account_client_id: user
        for user in chosen.users or ()
        if user.service_account_client_id
    }
    lines: list[ImportLine] = []
    left_out: list[LeftOut] = []
    for client in chosen.clients or ():
        reason = _reason_against(client)
        if reason is not None:
            left_out.append(LeftOut(kind="client", name=client.client_id, reason=reason))
            continue
        lines += _lines_of(client, scopes, accounts.get(client.client_id), left_out)
    return Migration(
        source=f"Keycloak realm {chosen.realm}",
        lines=tuple(lines),
        left_out=tuple(left_out),
        notes=tuple(_notes(chosen, lines)),
    )


def _chosen(octets: bytes, name: str | None) -> Realm:
    try:
        found: Realm | list[Realm] = _decode(octets)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise Invalid(f"the file is no realm export: {error}") from None
    realms = found if isinstance(found, list) else [found]
    named = [each for each in realms if name in (None, each.realm)]
    if len(named) != 1:
        there = ", ".join(each.realm for each in realms) or "none"
        raise Invalid(
            f"the export holds {len(realms)} realms; one has to be named",
            hint=f"--realm NAME, one of: {there}",
        )
    if named[0].clients is None:
        raise Invalid(
            "the file has no clients, so it is no whole realm export",
            hint="kc.sh export --realm NAME --file realm.json",
        )
    return named[0]


def _reason_against(client: RealmClient) -> str | None:
    """Why a client is not taken over, None if it is."""
    grounds = {
        "Keycloak's own": client.client_id in _OWN_CLIENTS or client.client_id.endswith("-realm"),
        f"speaks {client.protocol}": client.protocol not in (None, "openid-connect"),
        "public: it has no secret": client.public_client,
        "bearer-only: it asks for no tokens": client.bearer_only,
        "no service account: it gets no tokens by client credentials": (
            not client.service_accounts_enabled
        ),
        f"authenticates by {client.client_authenticator_type}, not by a secret": (
            client.client_authenticator_type not in _SECRET_AUTHENTICATORS
        ),
    }
    found = next((reason for reason, holds in grounds.items() if holds), None)
    return found or _reason_against_secret(client.secret or "")


def _reason_against_secret(secret: str) -> str | None:
    if not secret:
        return "the export has no secret of it"
    if not secret.strip("*"):
        return "the secret is masked: export by kc.sh, not from the console"
    return "the secret is in a vault, not in the export" if secret.startswith("${") else None


def _lines_of(
    client: RealmClient, in_tokens: set[str], account: RealmUser | None, left_out: list[LeftOut]
) -> Iterator[ImportLine]:
    attributes = client.attributes or {}
    yield ImportLine(
        client_id=client.client_id,
        secret=client.secret,
        name=(client.name or "").strip(),
        enabled=client.enabled,
        scopes=tuple(_scopes(client, in_tokens, left_out)),
        audiences=tuple(_audiences(client)),
        claims={**_hardcoded(client, left_out), **_roles(account)},
        lifetime=_lifetime(attributes),
        label="Keycloak",
        expires_at=_instant(attributes, "client.secret.expiration.time"),
    )
    rotated = _text(attributes, "client.secret.rotated")
    if rotated:
        yield ImportLine(
            client_id=client.client_id,
            secret=rotated,
            label="Keycloak, rotated",
            expires_at=_instant(attributes, "client.secret.rotated.expiration.time"),
        )


def _scopes(client: RealmClient, in_tokens: set[str], left_out: list[LeftOut]) -> Iterator[str]:
    named = dict.fromkeys([*client.default_client_scopes, *client.optional_client_scopes])
    for scope in named:
        if scope in in_tokens:
            yield scope
        else:
            reason = f"of client {client.client_id}: it is not included in tokens' scope"
            left_out.append(LeftOut(kind="scope", name=scope, reason=reason))


def _in_token(scope: RealmScope) -> bool:
    return _text(scope.attributes or {}, "include.in.token.scope") != "false"


def _audiences(client: RealmClient) -> Iterator[str]:
    for mapper in client.protocol_mappers or ():
        if mapper.protocol_mapper == "oidc-audience-mapper":
            named = ("included.custom.audience", "included.client.audience")
            yield from (text for name in named if (text := _text(mapper.config, name)))


def _hardcoded(client: RealmClient, left_out: list[LeftOut]) -> dict[str, Any]:
    """Claims that a client's own mappers write with a constant value."""
    claims: dict[str, Any] = {}
    for mapper in client.protocol_mappers or ():
        if mapper.protocol_mapper == "oidc-audience-mapper":
            continue
        name = _text(mapper.config, "claim.name").replace("\\.", "\0")
        constant = mapper.protocol_mapper == "oidc-hardcoded-claim-mapper"
        if not constant or not name or name.partition(".")[0] in RESERVED_CLAIMS:
            # Keycloak's own three say from where a request came.
            if not mapper.config.get("user.session.note"):
                reason = f"of client {client.client_id}: {mapper.protocol_mapper}"
                left_out.append(LeftOut(kind="mapper", name=mapper.name, reason=reason))
            continue
        _put(claims, [step.replace("\0", ".") for step in name.split(".")], _value(mapper.config))
    return claims


def _put(claims: dict[str, Any], steps: list[str], value: Any) -> None:
    """Put `value` at the way that a claim name with dots stands for."""
    for step in steps[:-1]:
        below = claims.setdefault(step, {})
        claims = below if isinstance(below, dict) else claims
    claims[steps[-1]] = value


def _value(config: Mapping[str, Any]) -> Any:
    text = _text(config, "claim.value")
    if _text(config, "jsonType.label") in ("", "String"):
        return text
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def _roles(account: RealmUser | None) -> dict[str, Any]:
    """The claims in which Keycloak's tokens carry a service account's roles."""
    claims: dict[str, Any] = {}
    if account is not None and account.realm_roles:
        claims["realm_access"] = {"roles": account.realm_roles}
    if account is not None and account.client_roles:
        claims["resource_access"] = {
            client: {"roles": roles} for client, roles in account.client_roles.items()
        }
    return claims


def _lifetime(attributes: Mapping[str, Any]) -> int | None:
    text = _text(attributes, "access.token.lifespan")
    return min(int(text), _SECONDS_MAX) if text.isdecimal() and int(text) > 0 else None


def _instant(attributes: Mapping[str, Any], name: str) -> int | UnsetType:
    text = _text(attributes, name)
    return int(text) if text.isdecimal() and int(text) > 0 else UNSET


def _text(values: Mapping[str, Any], name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else "" if value is None else str(value)


def _notes(realm: Realm, lines: list[ImportLine]) -> Iterator[str]:
    lifespan = realm.access_token_lifespan
    if lifespan:
        yield f"Keycloak's tokens live {lifespan} s: issuer edit NAME --lifetime {lifespan}s"
    if realm.users is None:
        yield "the export has no users, so the service accounts' roles are not taken over"
    elif any("realm_access" in line.claims for line in lines):
        yield "roles are taken as the export lists them; composite ones are not resolved"
    if lines:
        yield (
            "a client that names no scope gets all of its scopes here, Keycloak's optional ones too"
        )
