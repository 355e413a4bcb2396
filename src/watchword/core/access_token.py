"""An access token (RFC 9068): what a client is granted, and the token that says so."""

from msgspec import Struct

from watchword.core import base62

_TAIL_WIDTH = 22
JTI_OCTETS = base62.octets_for(_TAIL_WIDTH)


class Grant(Struct, frozen=True, gc=False):
    """What an authenticated client is given: decided, not yet minted. lifetime: seconds."""

    scope: str
    scope_differs: bool
    audience: str | tuple[str, ...]
    lifetime: int


class AccessToken(Struct, frozen=True, gc=False):
    """A minted token as a compact JWS, and what the ledger keeps of it."""

    jwt: str
    jti: str
    issued_at: int
    grant: Grant


def compose_jti(client_handle: str, secret_handle: str, random: bytes) -> str:
    """`<8 client handle><8 secret handle><22 random>`; `random` are JTI_OCTETS random octets.

    The handles are opaque and stable, so that a token can be stopped by client or by secret
    without naming either in public.
    """
    return client_handle + secret_handle + base62.from_octets(random, _TAIL_WIDTH)


def handles_of(jti: str) -> tuple[str, str]:
    """Client handle and secret handle that `jti` names."""
    return jti[:8], jti[8:16]
