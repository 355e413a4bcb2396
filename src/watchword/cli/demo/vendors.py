"""The four vendors of the demo: what is made of each, and the requests that its API answers."""

from typing import Any, Literal

from msgspec import Struct

from watchword.core.duration import SECONDS

_HOUR = SECONDS["h"]


class Party(Struct, frozen=True, kw_only=True):
    """A demo client. customer: the name of the one that it belongs to.

    shown: whether the curl lines have it; demo.json has all.
    """

    client_id: str
    name: str
    customer: str | None = None
    scopes: tuple[str, ...] = ()
    claims: dict[str, Any] = {}
    shown: bool = True


class Call(Struct, frozen=True, kw_only=True):
    """A request to the sample API with the first client's token, and the status it gets."""

    path: str
    method: str = "GET"
    scope: str | None = None
    expect: Literal[200, 403] = 200


class Vendor(Struct, frozen=True, kw_only=True):
    """An issuer of the demo; its dialect has the same name. lifetime: of tokens, seconds.

    says: how its wire format differs from the others', in a few words.
    """

    name: str
    says: str
    alg: str
    key_prefix: str
    clients: tuple[Party, ...]
    calls: tuple[Call, ...]
    lifetime: int = _HOUR
    scopes: tuple[str, ...] = ()
    revocation: Literal["expiry", "feed"] = "feed"


_READ = ("payments:read", "providers:read")

VENDORS = (
    Vendor(
        name="kamoa",
        says="JSON credentials, a token without a scheme word",
        alg="HS256",
        key_prefix="kamoa",
        clients=(Party(client_id="orbit-reader", name="Orbit Reader"),),
        calls=(Call(path="/protected-endpoint"),),
    ),
    Vendor(
        name="kiss",
        says="Customer Code and API Key in a form, data of one customer",
        alg="HS256",
        key_prefix="kiss",
        # Its page: a token lives its time, whatever happens to the key.
        revocation="expiry",
        clients=(
            Party(
                client_id="ACME01",
                name="Acme shop",
                customer="Acme",
                claims={"customer": "ACME01"},
            ),
            Party(
                client_id="BELLA7",
                name="Bella shop",
                customer="Bella",
                claims={"customer": "BELLA7"},
            ),
        ),
        calls=(Call(path="/products"),),
    ),
    Vendor(
        name="connectivity",
        says="Basic, and an account that may not do everything",
        alg="ES256",
        key_prefix="conn",
        clients=(
            Party(
                client_id="hotel-seeblick",
                name="Hotel Seeblick",
                claims={"permissions": ["account"]},
            ),
        ),
        calls=(Call(path="/account"), Call(path="/admin", expect=403)),
    ),
    Vendor(
        name="kashimi",
        says="Basic and scopes",
        alg="RS256",
        # `id:secret` stays at 57 octets or below, so that `base64` prints it on one line.
        key_prefix="ksh",
        lifetime=_HOUR // 2,
        scopes=("payments:read", "payments:write", "providers:read"),
        clients=(
            Party(
                client_id="webshop",
                name="Web shop",
                scopes=("payments:read", "payments:write", "providers:read"),
            ),
            Party(client_id="dashboard", name="Dashboard", scopes=_READ, shown=False),
        ),
        calls=(
            Call(path="/payments", scope="payments:read"),
            Call(path="/payments", method="POST", scope="payments:write"),
            Call(path="/providers", scope="providers:read"),
        ),
    ),
)
