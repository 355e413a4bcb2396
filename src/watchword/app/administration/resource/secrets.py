"""Secrets (API keys) of clients. A value is answered once, to whoever made it."""

from msgspec import Struct

from watchword.admin import find
from watchword.admin import secret as admin
from watchword.app.administration import shown
from watchword.app.administration.answer import IssuedSecretAnswer, Page, SecretAnswer
from watchword.app.administration.operation import Call, Operation


class AdoptRequest(admin.NewSecret, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A secret that the customer has already. weak: though it has fewer than twelve characters."""

    value: str
    weak: bool = False

    def __repr__(self) -> str:
        return "AdoptRequest(...)"


class RevokeRequest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """after: seconds until it ends; 0 ends it now."""

    after: int = 0


def list_secrets(call: Call) -> Page[SecretAnswer]:
    with call.estate.store.reading() as reading:
        secrets = reading.secrets(call.client(reading).id)
        used = reading.last_use([secret.id for secret in secrets])
    now = call.context.now
    return Page(items=[shown.secret(each, now, used.get(each.id)) for each in secrets])


def issue(call: Call) -> IssuedSecretAnswer:
    issued = admin.issue_secret(call.estate, call.context, _client_ref(call), call.body)
    return shown.issued(issued, call.context.now)


def adopt(call: Call) -> SecretAnswer:
    wanted: AdoptRequest = call.body
    new = admin.NewSecret(label=wanted.label, lifetime=wanted.lifetime)
    adopted = admin.adopt_secret(
        call.estate, call.context, _client_ref(call), wanted.value, new, weak=wanted.weak
    )
    return shown.secret(adopted, call.context.now)


def show(call: Call) -> SecretAnswer:
    with call.estate.store.reading() as reading:
        secret = call.secret(reading)
        used = reading.last_use([secret.id])
    return shown.secret(secret, call.context.now, used.get(secret.id))


def revoke(call: Call) -> SecretAnswer:
    with call.estate.store.reading() as reading:
        secret = call.secret(reading)
        call.require_not_built_in(find.issuer(reading, secret.issuer_id))
    at = call.context.now + max(call.body.after, 0)
    ended = admin.revoke_secret(call.estate, call.context, secret.id, at=at)
    return shown.secret(ended, call.context.now)


def _client_ref(call: Call) -> str:
    with call.estate.store.reading() as reading:
        client = call.client(reading)
        call.require_not_built_in(find.issuer(reading, client.issuer_id))
    return client.id


OPERATIONS = (
    Operation(
        name="list_secrets",
        action="secret.list",
        method="GET",
        path="/clients/{client_ref}/secrets",
        permission="secrets:read",
        summary="List a client's secrets, never their values",
        run=list_secrets,
        answer=Page[SecretAnswer],
    ),
    Operation(
        name="issue_secret",
        action="secret.issue",
        method="POST",
        path="/clients/{client_ref}/secrets",
        permission="secrets:write",
        summary="Make a secret, shown this once",
        run=issue,
        body=admin.NewSecret,
        answer=IssuedSecretAnswer,
        status=201,
        repeatable=True,
    ),
    Operation(
        name="adopt_secret",
        action="secret.adopt",
        method="POST",
        path="/clients/{client_ref}/secrets/adopt",
        permission="secrets:write",
        summary="Take over a secret that the customer has already",
        run=adopt,
        body=AdoptRequest,
        answer=SecretAnswer,
        status=201,
        repeatable=True,
    ),
    Operation(
        name="show_secret",
        action="secret.show",
        method="GET",
        path="/secrets/{secret_id}",
        permission="secrets:read",
        summary="Show a secret with its last use, never its value",
        run=show,
        answer=SecretAnswer,
    ),
    Operation(
        name="revoke_secret",
        action="secret.revoke",
        method="POST",
        path="/secrets/{secret_id}/revoke",
        permission="secrets:write",
        summary="End a secret now or in a stated time",
        run=revoke,
        body=RevokeRequest,
        answer=SecretAnswer,
    ),
)
