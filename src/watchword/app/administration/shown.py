"""Things in the shapes of `answer`."""

from typing import Any, TypeVar

import msgspec

from watchword.admin import view
from watchword.admin.administrator import bounds_of, role_of
from watchword.admin.secret import IssuedSecret
from watchword.app.administration import answer
from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.event import Event
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret
from watchword.core.signing_key import SigningKey
from watchword.storage import LastUse, Reading, UsageCount

Shape = TypeVar("Shape")


def issuer(thing: Issuer) -> answer.IssuerAnswer:
    return _as(answer.IssuerAnswer, view.issuer(thing))


def customer(thing: Customer) -> answer.CustomerAnswer:
    return _as(answer.CustomerAnswer, view.customer(thing))


def client(thing: Client, reading: Reading) -> answer.ClientAnswer:
    owner = reading.issuer(thing.issuer_id)
    customer = reading.customer(thing.customer_id) if thing.customer_id else None
    names = (owner.name if owner else "", customer.name if customer else None)
    return _as(answer.ClientAnswer, view.client(thing, *names))


def secret(thing: Secret, now: int, last_use: LastUse | None = None) -> answer.SecretAnswer:
    return _as(answer.SecretAnswer, view.secret(thing, now, last_use))


def issued(thing: IssuedSecret, now: int) -> answer.IssuedSecretAnswer:
    return answer.IssuedSecretAnswer(secret=secret(thing.secret, now), client_secret=thing.value)


def key(thing: SigningKey, now: int) -> answer.KeyAnswer:
    return _as(answer.KeyAnswer, view.key(thing, now))


def event(thing: Event) -> answer.EventAnswer:
    return _as(answer.EventAnswer, view.event(thing))


def usage(count: UsageCount) -> answer.UsageAnswer:
    return answer.UsageAnswer(
        at=view.instant(count.at) or "",
        outcome=count.outcome,
        count=count.count,
        secret_id=count.secret_id,
    )


def administrator(thing: Client) -> answer.AdministratorAnswer:
    return answer.AdministratorAnswer(
        id=thing.id,
        client_id=thing.client_id,
        name=thing.name,
        role=role_of(thing) or "",
        issuers=bounds_of(thing),
        enabled=thing.enabled,
        created_at=view.instant(thing.created_at) or "",
        version=thing.version,
    )


def _as(shape: type[Shape], built: dict[str, Any]) -> Shape:
    return msgspec.convert(built, shape)
