"""Things by what people call them: a name or an opaque id; `Unknown` where there is none."""

from watchword.admin.errors import ChangedMeanwhile, Unknown
from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.issuer import Issuer
from watchword.core.nearest import nearest
from watchword.core.secret import Secret
from watchword.core.signing_key import SigningKey
from watchword.storage import Reading


def issuer(reading: Reading, name: str) -> Issuer:
    """The issuer of that name or id."""
    found = reading.issuer(name) or reading.issuer_named(name)
    if found is None:
        names = [known.name for known in reading.issuers()]
        raise Unknown("issuer", name, hint=_hint(name, names))
    return found


def customer(reading: Reading, name: str) -> Customer:
    """The customer of that name or id."""
    found = reading.customer(name) or reading.customer_named(name)
    if found is None:
        raise Unknown("customer", name)
    return found


def client(reading: Reading, name: str, issuer_id: str | None = None) -> Client:
    """The client of that client_id, below an issuer if one is given, or of that opaque id.

    Without an issuer a client_id that several issuers know is ambiguous, and `Unknown` says so.
    A deleted client is not found.
    """
    owners = [issuer_id] if issuer_id else [known.id for known in reading.issuers()]
    named = [reading.client_named(owner, name) for owner in owners]
    found = [known for known in named if known is not None and known.deleted_at is None]
    if len(found) > 1:
        raise Unknown("client", name, hint="several issuers have one: name the issuer")
    return found[0] if found else _client_by_id(reading, name, issuer_id)


def _client_by_id(reading: Reading, name: str, issuer_id: str | None) -> Client:
    found = reading.client(name)
    if found is not None and found.deleted_at is None and issuer_id in (None, found.issuer_id):
        return found
    owners = [issuer_id] if issuer_id else [known.id for known in reading.issuers()]
    similar = next(filter(None, (reading.similar_client_id(each, name) for each in owners)), None)
    raise Unknown("client", name, hint=f"did you mean {similar!r}?" if similar else "")


def secret(reading: Reading, name: str) -> Secret:
    """The secret of that key id or id."""
    found = reading.secret(name) or reading.secret_with_key_id(name)
    if found is None:
        raise Unknown("secret", name, hint="a secret is named by its key id")
    return found


def key(reading: Reading, issuer_id: str, kid: str) -> SigningKey:
    """The issuer's signing key of that kid or id."""
    for known in reading.keys(issuer_id):
        if kid in (known.kid, known.id):
            return known
    raise Unknown("key", kid)


def require_version(thing: Issuer | Customer | Client, name: str, expected: int | None) -> None:
    """Raise ChangedMeanwhile unless `thing` is still in the version that was read."""
    if expected is not None and thing.version != expected:
        raise ChangedMeanwhile(type(thing).__name__.lower(), name)


def _hint(name: str, names: list[str]) -> str:
    similar = nearest(name, names)
    if similar:
        return f"did you mean {similar!r}?"
    return f"there are: {', '.join(sorted(names)[:10])}" if names else "there is none yet"
