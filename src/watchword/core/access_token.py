"""An access token (RFC 9068): what a client is granted, and the token that says so."""

from collections.abc import Callable

from msgspec import Struct

from watchword.core import base62

_HANDLE_WIDTH = 8
_TAIL_WIDTH = 22


class Grant(Struct, frozen=True, gc=False):
    """What an authenticated client is given: decided, not yet minted. lifetime: seconds."""

    scope: str
    scope_differs: bool
    audience: str | tuple[str, ...]
    lifetime: int


class AccessToken(Struct, frozen=True, gc=False):
    """A minted token as a compact JWS."""

    jwt: str
    jti: str
    issued_at: int


class LedgerEntry(Struct, frozen=True, gc=False):
    """What the ledger keeps of a token. client_ref, secret_id: `Client.id`, `Secret.id`.

    request_id: of the answer that carried it, "" for tokens from before it was kept.
    """

    jti: str
    issuer_id: str
    client_ref: str
    secret_id: str
    address: str
    scope: str
    issued_at: int
    expires_at: int
    request_id: str = ""


def compose_jti(client_handle: str, secret_handle: str, random: Callable[[int], bytes]) -> str:
    """`<8 client handle><8 secret handle><22 random>`, all base62; `random`: n → n random octets.

    The handles are opaque and stable, so that a token can be stopped by client or by secret
    without naming either in public.
    """
    return client_handle + secret_handle + base62.name(random, _TAIL_WIDTH)


def handles_of(jti: str) -> tuple[str, str]:
    """Client handle and secret handle that `jti` names."""
    return jti[:_HANDLE_WIDTH], jti[_HANDLE_WIDTH : 2 * _HANDLE_WIDTH]
