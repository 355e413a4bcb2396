"""Things by their opaque ids, or by names that administrators give; `Unknown` for none."""

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
        similar = nearest(name, [known.name for known in reading.customers()])
        raise Unknown("customer", name, hint=f"did you mean {similar!r}?" if similar else "")
    return found


def client(reading: Reading, ref: str) -> Client:
    """The client of that opaque id, unless it was deleted.

    By its id alone: a client_id is the customer's choice, and one that is chosen like the id of
    another client, which its tokens show, must never be taken for it.
    """
    found = reading.client(ref)
    if found is None or found.deleted_at is not None:
        raise Unknown("client", ref)
    return found


def secret(reading: Reading, name: str) -> Secret:
    """The secret of that id or key id; no secret has a key id that is another one's id."""
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
