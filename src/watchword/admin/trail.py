"""The trail of changes: an event for each, in the transaction of the change itself.

A refused attempt is an event too, in a transaction of its own, because the change's is rolled
back. Events name settings before and after, and never hold a verifier, a sealed key or a secret.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from watchword.admin.errors import ChangedMeanwhile, ChangeRefused, Taken
from watchword.admin.estate import Estate
from watchword.core.client import Client
from watchword.core.credential_request import CredentialRequest
from watchword.core.customer import Customer
from watchword.core.event import Context, Event
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret
from watchword.core.secret_format import key_id_of
from watchword.core.signing_key import SigningKey
from watchword.storage import Changing, Conflict, Duplicate, Reading

Thing = Issuer | Customer | Client | Secret | SigningKey

# What the trail leaves out of a thing's settings: keys, and what it says in fields of its own.
_LEFT_OUT = frozenset({"id", "issuer_id", "verifier", "pepper_id", "sealed", "version"})

# Of a text that somebody typed; a name or an id has its place in it.
_LONGEST_TYPED = 100


def settings_of(thing: Thing) -> dict[str, Any]:
    """What the trail says about `thing`, as JSON values; never its secret parts."""
    built: dict[str, Any] = msgspec.to_builtins(thing)
    return {name: value for name, value in built.items() if name not in _LEFT_OUT}


def name_of(thing: Thing | CredentialRequest) -> str:
    """What people call `thing`."""
    match thing:
        case CredentialRequest():
            return thing.email
        case Client():
            return thing.client_id
        case Secret():
            return thing.key_id
        case SigningKey():
            return thing.kid
        case _:
            return thing.name


def made(changing: Changing, context: Context, action: str, thing: Thing, **detail: object) -> None:
    """Append the event that `thing` is there now."""
    _append(changing, context, action, thing, after=settings_of(thing), detail=detail)


def changed(
    changing: Changing, context: Context, action: str, before: Thing, after: Thing, **detail: object
) -> None:
    """Append the event that `before` has become `after`: only what differs is told."""
    old, new = settings_of(before), settings_of(after)
    names = [name for name in new if old.get(name) != new[name]]
    _append(
        changing,
        context,
        action,
        after,
        before={name: old.get(name) for name in names},
        after={name: new[name] for name in names},
        detail=detail,
    )


def event(context: Context, action: str, target: str, **fields: Any) -> Event:
    """An event of `context` about `target`, of the kind that `action` begins with."""
    return Event(
        at=context.now,
        action=action,
        actor=context.actor,
        source=context.source,
        address=context.address,
        request_id=context.request_id,
        kind=action.partition(".")[0],
        target=target,
        **fields,
    )


@contextmanager
def attempt(
    estate: Estate, context: Context, action: str, *, name: str = "", target: str = ""
) -> Iterator[Changing]:
    """A transaction for one change; when the change is refused, that is an event as well."""
    try:
        with estate.store.changing() as changing:
            yield changing
    except (ChangeRefused, Duplicate, Conflict) as error:
        refused = _refusal(error, action.partition(".")[0], name or target)
        note_refusal(estate, context, action, refused, name=name, target=target)
        if refused is error:
            raise
        raise refused from None


def note_refusal(
    estate: Estate,
    context: Context,
    action: str,
    refused: ChangeRefused,
    *,
    name: str = "",
    target: str = "",
) -> None:
    """Append the event that `action` was attempted and refused.

    target: what it was attempted on, or below: an id, or a name as it was typed.
    """
    detail = {"code": refused.code, "message": refused.message, "field": refused.field}
    told = {key: value for key, value in detail.items() if value}
    with estate.store.changing() as changing:
        thing = _meant(changing, target) if target else None
        if thing is not None:
            fields = {"issuer_id": _issuer_id_of(thing), "name": name or name_of(thing)}
            target = thing.id
        else:
            target = _harmless(target)
            fields = {"name": name or target}
        changing.append(event(context, action, target, outcome="refused", detail=told, **fields))


def _meant(reading: Reading, text: str) -> Thing | CredentialRequest | None:
    """What has `text` as its id, or as a name that stands for one."""
    looks: tuple[Callable[[str], Thing | CredentialRequest | None], ...] = (
        *(reading.client, reading.secret, reading.secret_with_key_id),
        *(reading.issuer, reading.issuer_named, reading.customer, reading.customer_named),
        reading.credential_request,
    )
    return next((thing for look in looks if (thing := look(text)) is not None), None)


def _harmless(typed: str) -> str:
    """What names nothing, as the trail may keep it: short, and of a whole secret its key id."""
    return key_id_of(typed) or typed[:_LONGEST_TYPED]


def _append(changing: Changing, context: Context, action: str, thing: Thing, **fields: Any) -> None:
    issuer_id = _issuer_id_of(thing)
    changing.append(
        event(context, action, thing.id, issuer_id=issuer_id, name=name_of(thing), **fields)
    )


def _issuer_id_of(thing: Thing | CredentialRequest) -> str | None:
    return thing.id if isinstance(thing, Issuer) else getattr(thing, "issuer_id", None)


def _refusal(error: ChangeRefused | Duplicate | Conflict, kind: str, name: str) -> ChangeRefused:
    """What a store's objection means to the administrator."""
    if isinstance(error, ChangeRefused):
        return error
    if isinstance(error, Conflict):
        return ChangedMeanwhile(kind, name)
    return Taken(
        f"there is a {error.kind} {error.name!r} already",
        hint="a name that was deleted is never given out again; choose another one",
        field="name",
    )
