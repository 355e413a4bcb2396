"""The vendors' issuers as third-party clients see them."""

from typing import NamedTuple

from tests.support.demo_server import Demo, DemoClient

# Kamoa's request is no RFC 6749: its own page's code is tested under tests/vendors.
VENDORS = ("kiss", "connectivity", "kashimi")
PAYMENTS = "payments:read payments:write"


class Party(NamedTuple):
    """An issuer, a client of it, a scope to ask for, and a place of its API to go to."""

    issuer: str
    token_endpoint: str
    jwks_uri: str | None
    client: DemoClient
    scope: str | None
    api: str


def party(demo: Demo, vendor: str) -> Party:
    issuer = demo.known["issuers"][vendor]
    return Party(
        issuer["issuer"],
        issuer["token_endpoint"],
        issuer["jwks_uri"],
        demo.client(vendor),
        PAYMENTS if vendor == "kashimi" else None,
        next(api["url"] for api in issuer["api"] if api["expect"] == 200),
    )
