"""What a client may do about its own secrets, where its issuer allows it.

Rules. The client proves itself with a live secret of its own. It sees its secrets, never their
values; makes the next one, which lives no longer than the issuer's secrets do; and retires an old
one, which then works for at least LEAST_NOTICE more. It cannot retire the last one that stays. Its
customer's contacts are told of both, and the vendor can cancel: an event names what was done.
"""

from watchword.admin import find, notice, rules, trail, view
from watchword.admin import secret as secrets
from watchword.admin.errors import NotNow, Unknown
from watchword.admin.estate import Estate
from watchword.admin.secret import IssuedSecret, NewSecret
from watchword.core.client import Client
from watchword.core.duration import SECONDS
from watchword.core.event import Context
from watchword.core.secret import Secret
from watchword.storage import Changing

LEAST_NOTICE = SECONDS["d"]


def issue_own(
    estate: Estate, context: Context, client_ref: str, *, label: str = "", lifetime: int | None
) -> IssuedSecret:
    """The client's next secret. lifetime: seconds, None for as long as the issuer allows.

    Raises LimitReached past the issuer's limit, NotNow where self-service is off.
    """
    with trail.attempt(estate, context, "secret.issue", target=client_ref) as changing:
        client = _allowed(changing, client_ref)
        longest = find.issuer(changing, client.issuer_id).secret_lifetime
        wanted = longest if lifetime is None else rules.seconds(lifetime, "lifetime", longest)
        new = NewSecret(label=label, lifetime=wanted)
        issued = secrets.issue_within(changing, estate, context, client, new)
        _tell(changing, context, "secret.issued", client, issued.secret)
        return issued


def retire_own(
    estate: Estate, context: Context, client_ref: str, key_id: str, *, after: int = LEAST_NOTICE
) -> Secret:
    """End one of the client's secrets in `after` seconds, of which there are LEAST_NOTICE at least.

    Raises NotNow for the last secret that stays, Unknown for one that is not the client's.
    """
    with trail.attempt(estate, context, "secret.retire", target=client_ref) as changing:
        client = _allowed(changing, client_ref)
        live = secrets.live_secrets(changing, client.id, context.now)
        staying = [secret for secret in live if secret.revoked_at is None]
        old = next((secret for secret in live if secret.key_id == key_id), None)
        if old is None:
            raise Unknown("secret", key_id)
        if staying == [old]:
            raise NotNow(
                f"{key_id} is the only secret that stays",
                hint="make the next one first, and use it",
                code="last_secret",
            )
        at = context.now + max(rules.seconds(after, "after", SECONDS["y"]), LEAST_NOTICE)
        ending = secrets.revoke_within(changing, context, old, _earlier(old.revoked_at, at))
        _tell(changing, context, "secret.retired", client, ending)
        return ending


def _allowed(changing: Changing, client_ref: str) -> Client:
    client = find.client(changing, client_ref)
    if not find.issuer(changing, client.issuer_id).self_service:
        raise NotNow("this issuer has no self-service", code="no_self_service")
    return client


def _earlier(planned: int | None, at: int) -> int:
    return at if planned is None else min(planned, at)


def _tell(changing: Changing, context: Context, kind: str, client: Client, secret: Secret) -> None:
    facts = {
        "secret_id": secret.key_id,
        "ends_at": view.instant(secret.ends_at),
        "by": context.actor,
        "address": context.address,
    }
    notice.tell(changing, context, kind, client, f"{secret.key_id}:{context.now}", facts)
