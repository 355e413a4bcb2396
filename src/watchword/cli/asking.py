"""Asking a token endpoint once, as a caller does but without its patience."""

import time
from pathlib import Path

from msgspec import Struct

from watchword.caller import steady_clock
from watchword.caller.access_token import AccessToken
from watchword.caller.discovery import Endpoint, beside, discover
from watchword.caller.endpoint_url import require_secure
from watchword.caller.exchange import Account, Wanted
from watchword.caller.fetch import Clocks, Fetch, shared_cache
from watchword.caller.rfc6749 import Rfc6749
from watchword.caller.transport import Transport, UrllibTransport
from watchword.caller.vendor_exchange import vendor_exchange

_TIMEOUT = 10.0


class Place(Struct, frozen=True, kw_only=True):
    """Where and how to ask. issuer_url or token_endpoint; dialect: a name, or a file's path.

    cache: the file that holds the token for others, `TokenSource`s too.
    """

    issuer_url: str | None = None
    token_endpoint: str | None = None
    dialect: str | None = None
    cache: Path | None = None


def ask(place: Place, client_id: str, secret: str, wanted: Wanted) -> AccessToken:
    """A token, or the `CallerError` that says why there is none."""
    transport = UrllibTransport(timeout=_TIMEOUT)
    account = Account(client_id=client_id, secrets=(secret,), wanted=wanted)
    fetch = Fetch(
        lambda: _endpoint(place, transport),
        account,
        transport=transport,
        clocks=Clocks(steady=steady_clock.now, calendar=time.time),
        cache=shared_cache(place.cache, _url(place), account),
        observe=None,
    )
    token, _ = fetch(lambda _: False)
    return token


def _url(place: Place) -> str:
    return place.token_endpoint or place.issuer_url or ""


def _endpoint(place: Place, transport: Transport) -> Endpoint:
    url = _url(place)
    require_secure(url)
    if place.token_endpoint is not None:
        exchange = vendor_exchange(place.dialect) if place.dialect else Rfc6749()
        return Endpoint(url=url, exchange=exchange)
    if place.dialect is not None:
        return beside(url, vendor_exchange(place.dialect))
    return discover(url, transport)
