"""The outbox's other end: which message goes next, and what became of it.

Rules. A message is claimed in one transaction, sent, and marked in another: two senders never send
the same one, and a sender that dies in between leaves it to be sent again after CLAIM. So it goes
at least once, and twice only if a crash falls in between; its ids are the same both times. What
fails is tried again with doubling pauses; after ATTEMPTS it is given up, with an error in the log.
"""

from collections.abc import Callable

from msgspec.structs import replace

from watchword.admin.estate import Estate
from watchword.app.logs import log
from watchword.app.notify.mail import NotSent, send_mail
from watchword.app.notify.settings import NotifySettings
from watchword.app.notify.webhook import send_webhook
from watchword.core.duration import SECONDS
from watchword.core.notification import Notification

CLAIM = 120  # seconds
ATTEMPTS = 12
FIRST_PAUSE = 30  # seconds
LONGEST_PAUSE = 6 * SECONDS["h"]
_AT_ONCE = 50


def deliver(estate: Estate, settings: NotifySettings, clock: Callable[[], float]) -> int:
    """Send what is due; how many messages went out. Raises StorageError."""
    sent = 0
    with estate.store.reading() as reading:
        due = reading.notifications_due(int(clock()), limit=_AT_ONCE)
    for notification in due:
        with estate.store.changing() as changing:
            claimed = changing.claim_notification(notification, int(clock()) + CLAIM)
        if claimed:
            after = _attempt(notification, settings, int(clock()))
            with estate.store.changing() as changing:
                changing.update_notification(after)
            sent += after.sent_at is not None
    return sent


def pause_after(attempts: int) -> int:
    """Seconds until the next attempt, after so many that failed."""
    return min(FIRST_PAUSE << max(attempts - 1, 0), LONGEST_PAUSE)


def _attempt(notification: Notification, settings: NotifySettings, now: int) -> Notification:
    if not _has_way(notification, settings):
        # Nobody set that way up: no fault, and nothing to try again.
        return replace(notification, next_try_at=None, fault=f"no {notification.channel} is set up")
    attempts = notification.attempts + 1
    try:
        _send(notification, settings, now)
    except NotSent as fault:
        given_up = fault.final or attempts >= ATTEMPTS
        level = log.error if given_up else log.warning
        level("notification.not_sent", kind=notification.kind, reason=str(fault), final=given_up)
        next_try_at = None if given_up else now + pause_after(attempts)
        return replace(notification, attempts=attempts, next_try_at=next_try_at, fault=str(fault))
    return replace(notification, attempts=attempts, next_try_at=None, sent_at=now, fault="")


def _has_way(notification: Notification, settings: NotifySettings) -> bool:
    way = settings.smtp_url if notification.channel == "email" else settings.webhook_url
    return way is not None


def _send(notification: Notification, settings: NotifySettings, now: int) -> None:
    """Send it by its own way, which `_has_way` has found to be there."""
    if notification.channel == "email":
        if settings.smtp_url is not None:
            send_mail(notification, settings.smtp_url, settings.mail_from)
    elif settings.webhook_url is not None:
        send_webhook(notification, settings.webhook_url, settings.webhook_secret, now)
