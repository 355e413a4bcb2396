"""A message on its way to somebody: an e-mail or a webhook, sent at least once.

Its id says what it is about, to whom and on which occasion, so that the same message is never put
in twice, and a receiver can tell a message that came twice after a crash.
"""

from typing import Any, Literal

from msgspec import Struct

Channel = Literal["email", "webhook"]


class Notification(Struct, frozen=True, kw_only=True):
    """One message.

    id: the same for the same message, e.g. "secret-expires:k7Qm2x0a:30:ops@example.org".
    recipient: an e-mail address or a URL. kind: "secret.expires", ...; target: the id of what it
    is about. payload: what the message is written from; never a secret.
    next_try_at: when it is to be sent, None once sent or given up. fault: of the last attempt.
    """

    id: str
    channel: Channel
    recipient: str
    kind: str
    target: str
    issuer_id: str | None = None
    payload: dict[str, Any] = {}
    created_at: int
    attempts: int = 0
    next_try_at: int | None
    sent_at: int | None = None
    fault: str = ""
