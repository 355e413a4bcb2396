"""An event: one change, or one refused attempt at a change, as the audit trail tells it."""

from typing import Any, Literal

from msgspec import Struct

Source = Literal["cli", "api", "self-service", "file", "demo", "server"]


class Context(Struct, frozen=True, kw_only=True):
    """Who is changing something, when and from where.

    actor: whom the trail names ("local:root", a client_id of the administration's issuer).
    source: through which face. now: epoch seconds. request_id: of the request or command.
    address: where the request came from, "" for local.
    """

    actor: str
    source: Source
    now: int
    request_id: str = ""
    address: str = ""


class Event(Struct, frozen=True, kw_only=True):
    """One row of the trail.

    seq: rises by one, 0 until stored. action: "client.create", "secret.revoke", ...
    kind, target: what was changed ("client", its id). name: what people call it.
    issuer_id: under which issuer, None for what belongs to none.
    before, after: its settings as JSON objects, None where there are none; never a secret.
    detail: further facts, e.g. why an attempt was refused.
    chain: HMAC over the row and the chain before it, b"" until stored.
    """

    seq: int = 0
    at: int
    action: str
    outcome: Literal["done", "refused"] = "done"
    actor: str
    source: Source
    address: str = ""
    request_id: str = ""
    issuer_id: str | None = None
    kind: str
    target: str
    name: str = ""
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    detail: dict[str, Any] = {}
    chain: bytes = b""
