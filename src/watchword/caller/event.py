"""What a `TokenSource` tells metrics and logs. No event holds a secret or a token."""

import logging
from collections.abc import Callable

from msgspec import Struct

log = logging.getLogger("watchword.caller")


class Renewed(Struct, frozen=True, kw_only=True):
    """There is a new token.

    life: seconds that it lives from now on. seconds: how long the renewal took.
    origin: "server", or "cache" where another process had renewed it.
    """

    client_id: str
    life: float
    seconds: float
    origin: str


class RenewalFailed(Struct, frozen=True, kw_only=True):
    """A renewal brought nothing.

    error: the class name of the exception. failures: how many in a row.
    next_in: seconds before which no other is tried. still_served: whether an old token lives.
    """

    client_id: str
    error: str
    message: str
    failures: int
    next_in: float
    still_served: bool


class TokenRejected(Struct, frozen=True, kw_only=True):
    """An API answered 401 to a token. dropped: whether it was the one in use, and was dropped."""

    client_id: str
    dropped: bool


class SecretSwitched(Struct, frozen=True, kw_only=True):
    """Another of the source's secrets works now: the one in use before may be removed."""

    client_id: str


class CacheTrouble(Struct, frozen=True, kw_only=True):
    """The shared cache could not be used; the source goes on without it."""

    client_id: str
    message: str


Event = Renewed | RenewalFailed | TokenRejected | SecretSwitched | CacheTrouble
Observer = Callable[[Event], None]


def announce(event: Event, observe: Observer | None) -> None:
    """Log `event`, then hand it to the hook, whose own errors are logged and go no further."""
    level = logging.WARNING if isinstance(event, RenewalFailed | CacheTrouble) else logging.INFO
    log.log(level, "%s", event)
    if observe is None:
        return
    try:
        observe(event)
    except Exception:
        log.warning("the source's observer raised", exc_info=True)
