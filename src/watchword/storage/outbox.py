"""Messages on their way out, and those that have gone, as they are kept."""

from sqlalchemy import delete, update

from watchword.core.notification import Notification
from watchword.storage import schema
from watchword.storage.rows import Mapped
from watchword.storage.statements import Statements
from watchword.storage.writing import Writing

NOTIFICATION = Mapped("notification", Notification, schema.notification)


class OutboxReading(Statements):
    """What can be read of messages."""

    def notification(self, id: str) -> Notification | None:
        """The message of that id, sent or not."""
        table = schema.notification.c
        return self._one(NOTIFICATION, NOTIFICATION.select().where(table.id == id))

    def notifications_due(self, now: int, limit: int = 100) -> list[Notification]:
        """Messages that are to be sent by `now`, those that wait longest first."""
        table = schema.notification.c
        statement = NOTIFICATION.select().where(table.next_try_at <= now)
        return self._all(NOTIFICATION, statement.order_by(table.next_try_at, table.id).limit(limit))

    def notifications_about(self, target: str) -> list[Notification]:
        """Messages about a thing, the oldest first."""
        table = schema.notification.c
        statement = NOTIFICATION.select().where(table.target == target)
        return self._all(NOTIFICATION, statement.order_by(table.created_at, table.id))


class OutboxChanging(OutboxReading, Writing):
    """How messages are put in and marked. Nobody keeps them in memory."""

    def add_notification(self, notification: Notification) -> bool:
        """Put a message in, once: False if it had been put in before."""
        if self._exists(schema.notification.c.id == notification.id):
            return False
        self._add(NOTIFICATION, notification, NOTIFICATION.row(notification))
        return True

    def update_notification(self, notification: Notification) -> Notification:
        """Store what an attempt to send it has brought. Raises NotFound."""
        self._overwrite(NOTIFICATION, notification, NOTIFICATION.row(notification))
        return notification

    def claim_notification(self, notification: Notification, until: int) -> bool:
        """Keep others from sending it before `until`; False if somebody else was quicker.

        Claim it in one transaction, send it, and say how it went in another: if the sender dies
        in between, it is sent again after `until`.
        """
        table = schema.notification
        statement = update(table).where(
            table.c.id == notification.id, table.c.next_try_at == notification.next_try_at
        )
        return self.connection.execute(statement.values(next_try_at=until)).rowcount == 1

    def forget_notifications(self, before: int) -> int:
        """Forget messages that were put in before `before` and are not waiting; how many."""
        table = schema.notification
        done = table.c.next_try_at.is_(None)
        statement = delete(table).where(table.c.created_at < before, done)
        return self.connection.execute(statement).rowcount
