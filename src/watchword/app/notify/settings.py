"""Where messages go. Both ways are off until they are named."""

import base64
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from watchword.core.loopback import is_loopback_name

SECRET_PREFIX = "whsec_"  # noqa: S105 - what a secret begins with, not one


class NotifySettings(Struct, frozen=True, kw_only=True):
    """smtp_url: smtp://[user:password@]host[:port] (STARTTLS where offered, required outside
    loopback) or smtps://…. mail_from: the sender. webhook_url: HTTPS, or HTTP on loopback.
    webhook_secret: "whsec_" and base64, as the receiver knows it.
    """

    smtp_url: str | None = None
    mail_from: str = "watchword@localhost"
    webhook_url: str | None = None
    webhook_secret: str | None = None

    @property
    def sends_anything(self) -> bool:
        """Whether there is any way for a message to go."""
        return self.smtp_url is not None or self.webhook_url is not None

    @property
    def fault(self) -> tuple[str, str] | None:
        """What cannot work, and what to write instead; no value, some of which are secret."""
        if self.smtp_url is not None and not _is_mail_server(_parts(self.smtp_url)):
            return "notify.smtp_url names no mail server", "write smtp://user:password@host:587"
        if self.smtp_url is not None and "@" not in self.mail_from:
            return "notify.mail_from is no address", "write keys@api.example.com"
        if self.webhook_url is None:
            return None
        if not _is_receiver(_parts(self.webhook_url)):
            return "notify.webhook_url is no https URL", "write https://hooks.example.com/watchword"
        if self.webhook_secret is None or not _is_secret(self.webhook_secret):
            return "notify.webhook_secret is missing or no secret", "write whsec_ and base64"
        return None

    def __repr__(self) -> str:
        return (
            f"NotifySettings(mail={self.smtp_url is not None}, hook={self.webhook_url is not None})"
        )


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        return parts if parts.hostname and parts.port != 0 else None
    except ValueError:
        return None


def _is_mail_server(parts: SplitResult | None) -> bool:
    return parts is not None and parts.scheme in ("smtp", "smtps")


def _is_receiver(parts: SplitResult | None) -> bool:
    if parts is None or parts.scheme not in ("http", "https"):
        return False
    return parts.scheme == "https" or is_loopback_name(parts.hostname or "")


def _is_secret(text: str) -> bool:
    try:
        return len(base64.b64decode(text.removeprefix(SECRET_PREFIX), validate=True)) > 0
    except ValueError:
        return False
