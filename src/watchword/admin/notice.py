"""Telling people: messages put into the outbox in the transaction of what they tell of.

A message's id says what it is about, on which occasion and to whom, so that none is put in twice.
E-mail goes to the contacts of the client's customer; the webhook, where the server has one, gets
everything. Who sends them, and when they are given up, is the sender's business.
"""

from collections.abc import Mapping

from watchword.admin import find
from watchword.core.client import Client
from watchword.core.event import Context
from watchword.core.notification import Channel, Notification
from watchword.storage import Changing

# Where a webhook goes stands in the server's settings, not in each message.
WEBHOOK = "webhook"


def tell(
    changing: Changing,
    context: Context,
    kind: str,
    client: Client,
    occasion: str,
    facts: Mapping[str, object],
) -> int:
    """Put in the messages of `kind` about `client`; how many there are that were not in before.

    occasion: what tells this message from the next one of its kind, e.g. a key id and a number of
    days. facts: what the message is written from, JSON values; never a secret.
    """
    issuer = find.issuer(changing, client.issuer_id)
    payload = {"issuer": issuer.name, "client_id": client.client_id, **facts}
    recipients: list[tuple[Channel, str]] = [("webhook", WEBHOOK)]
    recipients += [("email", contact) for contact in _contacts(changing, client)]
    return sum(
        changing.add_notification(
            Notification(
                id=f"{kind}:{occasion}:{recipient}",
                channel=channel,
                recipient=recipient,
                kind=kind,
                target=client.id,
                issuer_id=issuer.id,
                payload=payload,
                created_at=context.now,
                next_try_at=context.now,
            )
        )
        for channel, recipient in recipients
    )


def _contacts(changing: Changing, client: Client) -> tuple[str, ...]:
    customer = changing.customer(client.customer_id) if client.customer_id else None
    return customer.contacts if customer else ()
