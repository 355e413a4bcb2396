"""Storing taken-over secrets anew by today's rule, once their customers have shown them.

A slow hash is all that another system kept; the value itself comes by with the first right request.
From then on it is stored as one of ours would be: HMAC under the newest pepper if it is long
enough, else argon2id. That happens behind the answer, many at a time, and never makes it wait.
"""

import logging
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from msgspec.structs import replace

from watchword.admin import trail
from watchword.admin.estate import Estate
from watchword.admin.pepper import current_pepper
from watchword.admin.secret import PLAIN_LENGTH
from watchword.core.event import Context
from watchword.core.secret import HMAC, Secret
from watchword.core.secret_hash import argon2id
from watchword.core.secret_verifier import hmac_verifier
from watchword.storage import Changing, StorageError

ACTION = "secret.upgrade"
AT_ONCE = 50
# Past this, secrets stay as they are until their next first success, in another process.
MOST_WAITING = 5_000

_log = logging.getLogger(__name__)


class _Shown(NamedTuple):
    secret: Secret
    value: str


class SecretUpgrades:
    """Core's SecretUpgrade over an estate.

    submit: runs a function soon, in a thread, one after the other. clock: epoch seconds.
    """

    def __init__(
        self,
        estate: Estate,
        submit: Callable[[Callable[[], None]], object],
        clock: Callable[[], float],
    ) -> None:
        self._estate = estate
        self._submit = submit
        self._clock = clock
        self._waiting: deque[_Shown] = deque()

    def __repr__(self) -> str:
        return f"<SecretUpgrades, {len(self._waiting)} waiting>"

    def first_success(self, secret: Secret, value: str) -> None:
        """Store `secret` anew soon, if today's rule is another than the one that it is under."""
        if wanted_kind(value) == secret.kind or len(self._waiting) >= MOST_WAITING:
            return
        self._waiting.append(_Shown(secret, value))
        self._submit(self._store_some)

    def _store_some(self) -> None:
        shown = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        if not shown:
            return
        context = Context(actor="server", source="server", now=int(self._clock()))
        try:
            with self._estate.store.changing() as changing:
                for each in shown:
                    upgrade_within(changing, self._estate, context, each.secret, each.value)
        except StorageError as fault:
            _log.warning("%d secrets stay under their slow hash for now: %s", len(shown), fault)


def wanted_kind(value: str) -> str:
    """The kind under which a secret of that value is stored today."""
    return HMAC if len(value) >= PLAIN_LENGTH else argon2id.KIND


def upgrade_within(
    changing: Changing, estate: Estate, context: Context, seen: Secret, value: str
) -> Secret | None:
    """Store a secret anew, unless it has changed since it was `seen`; None then."""
    before = changing.secret(seen.id)
    if before is None or (before.kind, before.verifier) != (seen.kind, seen.verifier):
        return None
    if wanted_kind(value) == HMAC:
        pepper_id, pepper = current_pepper(changing, estate, context)
        verifier = hmac_verifier(pepper, value)
        after = replace(before, kind=HMAC, verifier=verifier, pepper_id=pepper_id)
    else:
        encoded = argon2id.encode(value, estate.random(argon2id.SALT_OCTETS))
        after = replace(before, kind=argon2id.KIND, verifier=encoded, pepper_id=None)
    changing.update_secret(after)
    trail.changed(changing, context, ACTION, before, after)
    return after
