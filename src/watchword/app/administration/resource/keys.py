"""Signing keys of an issuer (RFC 7517)."""

import msgspec
from msgspec import Struct

from watchword.admin import key as admin
from watchword.app.administration import shown
from watchword.app.administration.answer import (
    ExportedKeyAnswer,
    KeyAnswer,
    Page,
    RotationAnswer,
    SharedKeyAnswer,
)
from watchword.app.administration.operation import Call, Operation
from watchword.jose import base64url


class RotationRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """now: let the new key sign at once, which refuses tokens at guards that do not know it yet.

    wait: seconds until it signs, by default as long as guards may keep the JWK Set.
    """

    now: bool = False
    wait: int | None = None


def list_keys(call: Call) -> Page[KeyAnswer]:
    with call.estate.store.reading() as reading:
        keys = reading.keys(call.issuer(reading).id)
    return Page(items=[shown.key(key, call.context.now) for key in keys])


def rotate(call: Call) -> RotationAnswer:
    with call.estate.store.reading() as reading:
        issuer_id = call.issuer(reading).id
    done = admin.rotate_key(
        call.estate, call.context, issuer_id, now=call.body.now, wait=call.body.wait
    )
    now = call.context.now
    old = shown.key(done.old, now) if done.old else None
    return RotationAnswer(new=shown.key(done.new, now), old=old)


def show(call: Call) -> ExportedKeyAnswer:
    with call.estate.store.reading() as reading:
        issuer = call.issuer(reading)
        key = admin.chosen_key(reading, issuer.id, call.path["kid"], call.context.now)
    told = msgspec.structs.asdict(shown.key(key, call.context.now))
    if not key.public_jwk:
        return ExportedKeyAnswer(**told, issuer=issuer.name, jwk=None, pem=None)
    pem = admin.export_pem(call.estate, issuer.id, key.kid)
    return ExportedKeyAnswer(**told, issuer=issuer.name, jwk=key.public_jwk, pem=pem)


def export(call: Call) -> SharedKeyAnswer:
    with call.estate.store.reading() as reading:
        issuer = call.issuer(reading)
        key = admin.chosen_key(reading, issuer.id, call.path["kid"], call.context.now)
    octets = admin.export_shared(call.estate, call.context, issuer.id, key.kid)
    jwk = {"kty": "oct", "k": base64url.encode(octets), "alg": key.alg, "kid": key.kid}
    return SharedKeyAnswer(issuer=issuer.name, kid=key.kid, alg=key.alg, jwk=jwk)


def remove(call: Call) -> KeyAnswer:
    with call.estate.store.reading() as reading:
        issuer_id = call.issuer(reading).id
    removed = admin.remove_key(call.estate, call.context, issuer_id, call.path["kid"])
    return shown.key(removed, call.context.now)


OPERATIONS = (
    Operation(
        name="list_keys",
        action="key.list",
        method="GET",
        path="/issuers/{issuer_id}/keys",
        permission="keys:read",
        summary="List an issuer's signing keys, removed ones too",
        run=list_keys,
        answer=Page[KeyAnswer],
    ),
    Operation(
        name="rotate_key",
        action="key.rotate",
        method="POST",
        path="/issuers/{issuer_id}/keys",
        permission="keys:write",
        summary="Put in a new signing key, published before it signs",
        run=rotate,
        body=RotationRequest,
        answer=RotationAnswer,
        status=201,
        repeatable=True,
    ),
    Operation(
        name="show_key",
        action="key.show",
        method="GET",
        path="/issuers/{issuer_id}/keys/{kid}",
        permission="keys:read",
        summary="Show a signing key, or the `current` one, with its public part",
        run=show,
        answer=ExportedKeyAnswer,
    ),
    Operation(
        name="remove_key",
        action="key.remove",
        method="POST",
        path="/issuers/{issuer_id}/keys/{kid}/remove",
        permission="keys:write",
        summary="Take out a retired key that leaked: all tokens that it signed are refused",
        run=remove,
        answer=KeyAnswer,
    ),
    Operation(
        name="export_key",
        action="key.export",
        method="POST",
        path="/issuers/{issuer_id}/keys/{kid}/export",
        permission="keys:write",
        summary="Hand out a shared (HS256) key, with which whoever has it can make tokens",
        run=export,
        answer=SharedKeyAnswer,
    ),
)
