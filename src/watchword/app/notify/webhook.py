"""Webhooks, signed as Standard Webhooks has it: `webhook-id`, `-timestamp` and `-signature`."""

import base64
import binascii
import hmac
from datetime import UTC, datetime

import msgspec

from watchword.app.notify.mail import NotSent, digest_of
from watchword.app.notify.settings import SECRET_PREFIX
from watchword.caller.errors import CallerError
from watchword.caller.exchange import Outgoing
from watchword.caller.transport import UrllibTransport
from watchword.core.notification import Notification

TIMEOUT = 15.0  # seconds
_GONE = 410

_transport = UrllibTransport(timeout=TIMEOUT)


def send_webhook(notification: Notification, url: str, secret: str | None, now: int) -> None:
    """Post the message to `url`, signed at `now`. Raises NotSent."""
    id = f"msg_{digest_of(notification)}"
    body = body_of(notification)
    headers = (
        ("Content-Type", "application/json"),
        ("webhook-id", id),
        ("webhook-timestamp", str(now)),
        ("webhook-signature", f"v1,{signature(_octets(secret), id, now, body)}"),
    )
    try:
        answer = _transport(url, Outgoing(method="POST", headers=headers, body=body))
    except CallerError as fault:
        raise NotSent(f"the webhook: {type(fault).__name__}") from None
    if answer.status == _GONE:
        raise NotSent("the webhook's receiver wants no more (410)", final=True)
    if not 200 <= answer.status < 300:
        raise NotSent(f"the webhook's receiver answered {answer.status}")


def body_of(notification: Notification) -> bytes:
    """The payload: the same octets each time."""
    at = datetime.fromtimestamp(notification.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    document = {"type": notification.kind, "timestamp": at, "data": notification.payload}
    return msgspec.json.encode(document)


def signature(key: bytes, id: str, timestamp: int, body: bytes) -> str:
    """base64 of HMAC-SHA-256 over id, timestamp and body, with dots between."""
    signed = b".".join((id.encode(), str(timestamp).encode(), body))
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _octets(secret: str | None) -> bytes:
    if secret is None:
        raise NotSent("there is no webhook secret to sign with")
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error:
        raise NotSent("the webhook secret is not base64") from None
