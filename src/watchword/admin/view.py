"""Things as JSON, alike on the command line and in the HTTP API.

Instants are RFC 3339 in UTC with `Z`, durations whole seconds. No verifier, no sealed key and no
secret's value is ever in a view.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from watchword.admin.dialect_of import dialect_of
from watchword.admin.issuer_url import warnings_about
from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.event import Event
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret
from watchword.core.signing_key import SigningKey
from watchword.storage import LastUse

View = dict[str, Any]


def instant(at: int | None) -> str | None:
    """RFC 3339 of an instant, None of None."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def token_endpoint(issuer: Issuer) -> str:
    """URL at which clients of `issuer` ask for tokens."""
    path = issuer.endpoints.get("token") or dialect_of(issuer).token_path
    return f"{issuer.url}{path}"


def issuer(issuer: Issuer) -> View:
    """An issuer; a dialect file of its own as `own_dialect`, without its text."""
    view = _built(issuer)
    view["own_dialect"] = view.pop("dialect_text") is not None
    view["token_endpoint"] = token_endpoint(issuer)
    view["warnings"] = warnings_about(issuer.urls)
    return view


def customer(customer: Customer) -> View:
    """A customer."""
    return _built(customer)


def client(client: Client, issuer_name: str, customer_name: str | None = None) -> View:
    """A client, with the names of its issuer and its customer."""
    return {"issuer": issuer_name, "customer": customer_name, **_built(client)}


def secret(secret: Secret, now: int, last_use: LastUse | None = None) -> View:
    """A secret without its value: who it is, its state, its last use."""
    return {
        "secret_id": secret.key_id,
        "label": secret.label,
        "state": secret.state(now),
        "created_at": instant(secret.created_at),
        "expires_at": instant(secret.expires_at),
        "revoked_at": instant(secret.revoked_at),
        "ends_at": instant(secret.ends_at),
        "last_used_at": instant(last_use.at) if last_use else None,
        "last_used_from": last_use.address if last_use else None,
        "last_used_by": last_use.user_agent if last_use else None,
        "generated": secret.generated,
        "stored_as": secret.kind.partition("$")[0],
        "client_ref": secret.client_ref,
        "id": secret.id,
    }


def key(key: SigningKey, now: int) -> View:
    """A signing key without its private part."""
    return {
        "kid": key.kid,
        "alg": key.alg,
        "state": key.state(now),
        "created_at": instant(key.created_at),
        "activates_at": instant(key.activates_at),
        "retires_at": instant(key.retires_at),
        "removed_at": instant(key.removed_at),
        "shared": not key.public_jwk,
        "id": key.id,
    }


def event(event: Event) -> View:
    """An event of the trail."""
    view = _built(event)
    view["at"] = instant(event.at)
    for side in ("before", "after"):
        view[side] = _with_instants(view[side])
    view["chain"] = event.chain.hex()
    return view


def _with_instants(settings: View | None) -> View | None:
    """Settings as an event has them, their instants written as everywhere else."""
    if settings is None:
        return None
    return {
        name: instant(value) if name.endswith("_at") and isinstance(value, int) else value
        for name, value in settings.items()
    }


def _built(thing: Issuer | Customer | Client | Event) -> View:
    view: View = msgspec.to_builtins(thing, builtin_types=(bytes,))
    for name in ("created_at", "deleted_at"):
        if name in view:
            view[name] = instant(view[name])
    return view
