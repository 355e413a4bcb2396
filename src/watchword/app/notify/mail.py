"""E-mail (RFC 5322) over SMTP (RFC 5321), encrypted wherever it leaves this machine."""

import hashlib
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import unquote, urlsplit

from watchword.app.notify.text import written
from watchword.core.notification import Notification

TIMEOUT = 20  # seconds
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_PORTS = {"smtp": 587, "smtps": 465}


class NotSent(Exception):
    """Why an attempt to send a message failed; `final` if another one is of no use."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


def message_of(notification: Notification, sender: str) -> EmailMessage:
    """The message; its Message-ID is the same each time, by which a second one is known."""
    subject, text = written(notification.kind, notification.payload)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = notification.recipient
    message["Subject"] = " ".join(subject.split())
    message["Date"] = formatdate(notification.created_at)
    message["Message-ID"] = f"<{digest_of(notification)}@watchword>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def digest_of(notification: Notification) -> str:
    """A name for the message that is the same each time and names nobody."""
    return hashlib.sha256(notification.id.encode()).hexdigest()[:40]


def send_mail(notification: Notification, smtp_url: str, sender: str) -> None:
    """Hand the message to the mail server. Raises NotSent."""
    try:
        message = message_of(notification, sender)
    except (KeyError, ValueError) as fault:
        raise NotSent(f"it cannot be written: {type(fault).__name__}", final=True) from None
    try:
        with _connected(smtp_url) as server:
            server.send_message(message)
    except smtplib.SMTPRecipientsRefused:
        raise NotSent("the mail server refuses the recipient", final=True) from None
    except (OSError, smtplib.SMTPException) as fault:
        raise NotSent(f"the mail server: {type(fault).__name__}") from None


def _connected(smtp_url: str) -> smtplib.SMTP:
    url = urlsplit(smtp_url)
    host, port = url.hostname or "localhost", url.port or _PORTS.get(url.scheme, 587)
    trust = ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=trust)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=trust)
        elif host not in _LOOPBACK:
            server.close()
            raise smtplib.SMTPException("the mail server offers no encryption")
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server
