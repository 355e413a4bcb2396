"""Where messages go. Both ways are off until they are named."""

from msgspec import Struct


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

    def __repr__(self) -> str:
        return (
            f"NotifySettings(mail={self.smtp_url is not None}, hook={self.webhook_url is not None})"
        )
