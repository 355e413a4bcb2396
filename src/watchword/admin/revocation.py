"""Stopping tokens that are out already: entries for the issuers' revocation lists.

Which change stops what: disabling or deleting a client stops its tokens, disabling a customer those
of all its clients, revoking a secret at once those it was used for, removing a signing key all that
it signed, and a client may stop one of its own (RFC 7009). Enabling again brings no old token back.
Where an issuer's tokens live their time (`revocation = "expiry"`), nothing is written, because
nobody would read it.
"""

from watchword.admin import find, trail
from watchword.admin.estate import Estate
from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.duration import SECONDS
from watchword.core.event import Context
from watchword.core.issuer import Issuer
from watchword.core.revocation import Kind, Revocation
from watchword.core.secret import Secret
from watchword.core.signing_key import RETIREMENT_MARGIN, SigningKey
from watchword.jose.key import thumbprint
from watchword.storage import Changing

PAGE = 500
# Lifetimes may have been shortened since a token was minted, so an entry outlives today's by this.
LEAST_KEPT = SECONDS["d"]


def stop_client(changing: Changing, context: Context, client: Client) -> None:
    """Stop all tokens of a client that are out now."""
    _stop(changing, context, client, "client", client.id)


def stop_customer(changing: Changing, context: Context, customer: Customer) -> None:
    """Stop all tokens of all clients of a customer that are out now."""
    after: str | None = None
    after_id = ""
    while page := changing.clients(
        customer_id=customer.id, after=after, after_id=after_id, limit=PAGE
    ):
        for client in page:
            stop_client(changing, context, client)
        after, after_id = page[-1].client_id, page[-1].id


def stop_secret(changing: Changing, context: Context, secret: Secret) -> None:
    """Stop all tokens that a secret was used for and that are out now."""
    client = find.client(changing, secret.client_ref)
    _stop(changing, context, client, "secret", secret.id)


def stop_key(
    changing: Changing, context: Context, issuer: Issuer, key: SigningKey, lifetime: int
) -> None:
    """Stop all tokens that a key signed or will: whoever has it can date them as they like.

    lifetime: of the longest token of the issuer, seconds. A shared key has nothing to name it by.
    """
    if issuer.revocation != "feed" or not key.public_jwk:
        return
    until = context.now + max(lifetime, LEAST_KEPT) + RETIREMENT_MARGIN
    entry = Revocation(
        issuer_id=issuer.id,
        kind="key",
        subject=thumbprint(key.public_jwk),
        before=until,
        until=until,
    )
    changing.add_revocation(entry, context.now)


def stop_token(estate: Estate, context: Context, entry: Revocation, client: Client) -> None:
    """Stop one token at its client's own wish, with an event that names it."""
    with trail.attempt(estate, context, "token.revoke", target=entry.subject) as changing:
        changing.add_revocation(entry, context.now)
        event = trail.event(
            context,
            "token.revoke",
            entry.subject,
            issuer_id=entry.issuer_id,
            name=client.client_id,
        )
        changing.append(event)


def _stop(changing: Changing, context: Context, client: Client, kind: Kind, subject: str) -> None:
    issuer = find.issuer(changing, client.issuer_id)
    if issuer.revocation != "feed":
        return
    longest = max(issuer.lifetime, client.lifetime or 0, LEAST_KEPT)
    entry = Revocation(
        issuer_id=issuer.id,
        kind=kind,
        subject=subject,
        before=context.now,
        until=context.now + longest + RETIREMENT_MARGIN,
    )
    changing.add_revocation(entry, context.now)
