"""Idempotency-Key: a creation that is repeated under the same key happens once.

Rules. The key belongs to the administrator who sends it. The change and the answer that tells of it
are one transaction, so that a crash leaves both or neither; what needs no transaction is done
before. What is kept of an answer has no secret in it: a repetition gets the object with
`client_secret` null. Another request under the same key is a mistake, and is refused. Answers are
kept for a day.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec

from watchword.admin.errors import ChangeRefused, Taken
from watchword.admin.estate import Estate
from watchword.app.administration.operation import Call, Operation
from watchword.core.duration import SECONDS
from watchword.storage import Changing, IdempotentAnswer, JoinedStore

KEPT_FOR = SECONDS["d"]
LONGEST_KEY = 255
# Members that are shown once: a secret, a link to one, and what is long.
_SHOWN_ONCE = ("client_secret", "link", "results")
# The member that lists several things with such members.
_SECRETS = "secrets"


class KeyReused(Taken):
    """The key was used for another request."""

    code = "idempotency_key_reused"


def perform_once(operation: Operation, call: Call, key: str) -> Any:
    """Do `operation` unless it was done under `key` before; its answer either way."""
    print_of_call = _fingerprint(operation, call)
    with call.estate.store.reading() as reading:
        kept = reading.answer_to(call.caller.client_id, key)
    if kept is not None and kept.created_at >= call.context.now - KEPT_FOR:
        return _repeated(operation, kept, print_of_call)
    with operation.begin(call) as finish:
        return _finish_once(operation, call, key, print_of_call, finish)


def _finish_once(
    operation: Operation,
    call: Call,
    key: str,
    print_of_call: bytes,
    finish: Callable[[Call], Any],
) -> Any:
    """The part of the operation that is one transaction with its answer."""
    refused: ChangeRefused | None = None
    with call.estate.store.changing() as changing:
        changing.forget_answers(call.context.now - KEPT_FOR)
        kept = changing.answer_to(call.caller.client_id, key)
        if kept is not None:
            return _repeated(operation, kept, print_of_call)
        try:
            answered = finish(replace(call, estate=_within(call.estate, changing)))
            changing.keep_answer(_to_keep(operation, call, key, print_of_call, answered))
        except ChangeRefused as refusal:
            # The transaction goes on: the event of the refused attempt is in it.
            refused = refusal
    if refused is not None:
        raise refused
    return answered


def _within(estate: Estate, changing: Changing) -> Estate:
    return replace(estate, store=JoinedStore(estate.store, changing))


def _repeated(operation: Operation, kept: IdempotentAnswer, print_of_call: bytes) -> Any:
    if kept.fingerprint != print_of_call:
        raise KeyReused(
            "this Idempotency-Key was used for another request",
            hint="use a new key for a new request",
            field="Idempotency-Key",
        )
    return msgspec.json.decode(kept.body, type=operation.answer)


def _to_keep(
    operation: Operation, call: Call, key: str, print_of_call: bytes, answered: Any
) -> IdempotentAnswer:
    built = msgspec.json.decode(msgspec.json.encode(answered))
    listed = built.get(_SECRETS)
    for shown in (built, *(listed if isinstance(listed, list) else ())):
        shown |= {name: None for name in _SHOWN_ONCE if name in shown}
    return IdempotentAnswer(
        actor=call.caller.client_id,
        key=key,
        fingerprint=print_of_call,
        status=operation.status,
        body=msgspec.json.encode(built),
        created_at=call.context.now,
    )


def _fingerprint(operation: Operation, call: Call) -> bytes:
    text = msgspec.json.encode([operation.name, dict(call.path), call.body], order="deterministic")
    return hashlib.sha256(text).digest()
