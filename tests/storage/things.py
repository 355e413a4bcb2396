"""Things to store, with everything filled in that a test does not care about."""

from typing import Any

from watchword.core.client import Client
from watchword.core.customer import Customer
from watchword.core.event import Event
from watchword.core.issuer import Issuer
from watchword.core.secret import Secret
from watchword.core.signing_key import SigningKey
from watchword.storage import Pepper, Store

CHAIN_KEY = bytes(range(32))
NOW = 1_800_000_000


def an_issuer(name: str = "acme", **more: Any) -> Issuer:
    return Issuer(
        **{"id": f"i-{name}", "name": name, "url": f"https://{name}.example", "created_at": NOW}
        | more
    )


def a_customer(name: str = "Roadrunner", **more: Any) -> Customer:
    return Customer(**{"id": f"u-{name}", "name": name, "created_at": NOW} | more)


def a_client(client_id: str = "robot", issuer: str = "acme", **more: Any) -> Client:
    about = {"id": f"c-{issuer}-{client_id}", "issuer_id": f"i-{issuer}", "client_id": client_id}
    return Client(**about | {"created_at": NOW} | more)


def a_secret(number: int = 1, client: str = "c-acme-robot", **more: Any) -> Secret:
    about = {"id": f"s-{number}", "issuer_id": "i-acme", "client_ref": client}
    about |= {"key_id": f"key{number:05}", "verifier": number.to_bytes(32), "pepper_id": 1}
    return Secret(**about | {"created_at": NOW + number} | more)


def a_key(kid: str = "k1", issuer: str = "acme", **more: Any) -> SigningKey:
    about = {"id": f"key-{kid}", "issuer_id": f"i-{issuer}", "kid": kid, "alg": "ES256"}
    about |= {"sealed": b"sealed", "public_jwk": {"kty": "EC"}, "activates_at": NOW}
    return SigningKey(**about | {"created_at": NOW} | more)


def an_event(action: str = "client.create", **more: Any) -> Event:
    about = {"at": NOW, "action": action, "actor": "local:root", "source": "cli"}
    return Event(**about | {"kind": "client", "target": "c-acme-robot"} | more)


def a_pepper(id: int = 1) -> Pepper:
    return Pepper(id=id, sealed=b"sealed", created_at=NOW)


def fill(store: Store) -> None:
    """Store one of each: an issuer with a key, a customer with a client with a secret."""
    with store.changing() as changing:
        changing.add_issuer(an_issuer())
        changing.add_key(a_key())
        changing.add_pepper(a_pepper())
        changing.add_customer(a_customer())
        changing.add_client(a_client(customer_id="u-Roadrunner"))
        changing.add_secret(a_secret())
        changing.append(an_event())
