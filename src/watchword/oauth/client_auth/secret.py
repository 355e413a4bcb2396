"""client_secret_basic, client_secret_post and their like (RFC 6749, 2.3.1).

Order of the work, and why:

1. Fast comparison against all the client's secrets, dead ones too: only a right secret may be told
   apart by the log (expired, revoked, disabled).
2. Slow comparison only where nothing matched, the client has slow hashes, and the value is not in
   our own format.
3. An unknown client_id takes the time of a secret kind that its issuer has.
"""

from watchword.core.ports import NOT_IN_MEMORY
from watchword.core.record import ClientRecord
from watchword.core.secret import HMAC, Secret
from watchword.core.secret_format import looks_like_ours
from watchword.core.secret_verifier import hmac_verifier, matching_secrets
from watchword.dialect.refusal import (
    DisabledClient,
    ExpiredSecret,
    InvalidClient,
    Refusal,
    RevokedSecret,
    UnknownClient,
    WrongSecret,
)
from watchword.dialect.token_request import Reading, TokenRequest
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.client_auth.authenticated import AuthenticatedClient
from watchword.oauth.parts import Parts

# The one text for all of them: an unknown client and a wrong secret are alike on the wire.
DESCRIPTION = "Invalid client credentials."


async def authenticate(
    request: TokenRequest, server: AuthorizationServer, parts: Parts, now: int
) -> AuthenticatedClient:
    """The client whose secret was presented, or a subclass of InvalidClient."""
    known: list[tuple[ClientRecord, Reading]] = []
    for reading in request.credentials.readings:
        record = await _look_up(reading, server, parts)
        if record is None:
            continue
        matches = matching_secrets(reading.secret, record.secrets, server.peppers)
        if matches:
            return _accept(record, matches, request, now)
        known.append((record, reading))
    for record, reading in known:
        if looks_like_ours(reading.secret):
            continue
        matches = await parts.slow_hashes.matching(reading.secret, record.secrets)
        if matches:
            return _accept(record, matches, request, now)
    if known:
        raise _about(WrongSecret(DESCRIPTION, reason="wrong secret"), known[0][0])
    await _pretend(request.credentials.readings[0], server, parts)
    raise UnknownClient(DESCRIPTION, reason="unknown client_id")


async def _look_up(
    reading: Reading, server: AuthorizationServer, parts: Parts
) -> ClientRecord | None:
    issuer_id = server.issuer.id
    if reading.client_id is None:
        verifiers = [
            (pepper_id, hmac_verifier(pepper, reading.secret))
            for pepper_id, pepper in server.peppers.items()
        ]
        return await parts.directory.read_by_verifiers(issuer_id, verifiers)
    record = parts.directory.recall(issuer_id, reading.client_id)
    if record is NOT_IN_MEMORY:
        return await parts.directory.read(issuer_id, reading.client_id)
    return record


def _accept(
    record: ClientRecord, matches: list[Secret], request: TokenRequest, now: int
) -> AuthenticatedClient:
    secret = max(matches, key=lambda match: match.is_live(now)) if matches[1:] else matches[0]
    if not secret.is_live(now):
        raise _about(_ended(secret, now), record, secret)
    if not record.enabled:
        disabled = DisabledClient(DESCRIPTION, reason="client or customer is disabled")
        raise _about(disabled, record, secret)
    attributes = record.client.attributes
    for name in request.bound:
        if request.fields.get(name) != attributes.get(name):
            mismatch = InvalidClient(DESCRIPTION, reason=f"{name} is not this client's")
            raise _about(mismatch, record, secret)
    return AuthenticatedClient(record, secret.id)


def _ended(secret: Secret, now: int) -> InvalidClient:
    values = {"secret_id": secret.key_id}
    if secret.state(now) == "revoked":
        return RevokedSecret(DESCRIPTION, reason=f"secret {secret.key_id} revoked", values=values)
    values["secret_expires_at"] = str(secret.expires_at)
    return ExpiredSecret(DESCRIPTION, reason=f"secret {secret.key_id} expired", values=values)


def _about(refusal: Refusal, record: ClientRecord, secret: Secret | None = None) -> Refusal:
    refusal.client_ref = record.client.id
    refusal.secret_id = secret.id if secret else None
    return refusal


async def _pretend(reading: Reading, server: AuthorizationServer, parts: Parts) -> None:
    for pepper in server.peppers.values():
        hmac_verifier(pepper, reading.secret)
    kind = HMAC if looks_like_ours(reading.secret) else server.stand_in_kind(reading.client_id)
    await parts.slow_hashes.pretend(kind, reading.secret)
