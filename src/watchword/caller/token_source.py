"""RFC 6749, 4.4: `TokenSource`, which always has a fresh access token for one client."""

import os
import random as dice
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, NamedTuple, Self

from watchword.caller import environment, steady_clock
from watchword.caller.access_token import AccessToken
from watchword.caller.discovery import Endpoint, beside, discover
from watchword.caller.driver import Driver, Surroundings
from watchword.caller.endpoint_url import require_secure
from watchword.caller.errors import ConfigurationError, DiscoveryFailed
from watchword.caller.event import Observer
from watchword.caller.exchange import Account, Exchange, Wanted
from watchword.caller.fetch import Clocks, Fetch, shared_cache
from watchword.caller.key_check import require_whole
from watchword.caller.rfc6749 import Rfc6749
from watchword.caller.transport import Transport, UrllibTransport
from watchword.caller.vendor_exchange import VendorExchange, vendor_exchange
from watchword.dialect import Dialect
from watchword.dialect.known import Known
from watchword.dialect.public import PublicDialect


class TokenSource:
    """Holds an access token for a client and renews it before it ends.

    One source serves any number of threads and asyncio tasks; make one a client and keep it.
    Nothing is requested until the first token is asked for, or `warm` is called.

    url: the token endpoint or the issuer, whichever you know. It is taken for the issuer if
        documents of an issuer are found there, for the token endpoint if not.
    client_id, client_secret: the client's credentials; both are needed.
    token_endpoint, issuer: instead of `url`, where nothing shall be looked for or guessed. An
        issuer's documents (RFC 8414) say where to ask, unless token_endpoint does.
    dialect: how to ask there: the name of a shipped dialect ("kamoa"), the path (a `Path`) of a
        dialect file or of the JSON that an issuer serves of its dialect, a `PublicDialect`, or an
        `Exchange`; plain RFC 6749 where it is left out.
    scope: what the token shall be good for, a text or a list; the server's choice where None.
    resource: the APIs that it is for (RFC 8707).
    fields: what else the dialect asks for, by its names.
    next_client_secret: another secret, tried when the server does not take the one in use.
    cache: a file in which processes share the token.
    timeout: seconds that one call may wait for a token. request_timeout: seconds for one request.
    tls: whom to trust, for servers with a certificate of their own authority.
    observe: a hook that is told of each renewal, failure and rejection (`watchword.caller.event`).
    transport, clock, random: replaceable for tests.

    Raises `ConfigurationError` for what cannot work; no request is sent before that is known.
    """

    def __init__(
        self,
        url: str | None = None,
        client_id: str = "",
        client_secret: str = "",
        *,
        token_endpoint: str | None = None,
        issuer: str | None = None,
        dialect: Known | Exchange | None = None,
        scope: str | Iterable[str] | None = None,
        resource: str | Iterable[str] = (),
        fields: Mapping[str, str] | None = None,
        next_client_secret: str | None = None,
        cache: str | os.PathLike[str] | None = None,
        timeout: float = 30.0,
        request_timeout: float = 10.0,
        tls: ssl.SSLContext | None = None,
        observe: Observer | None = None,
        transport: Transport | None = None,
        clock: Callable[[], float] = steady_clock.now,
        random: Callable[[], float] = dice.random,
    ) -> None:
        exchange = _exchange(dialect)
        self._account = Account(
            client_id=_client_id(client_id, exchange),
            secrets=_secrets(client_secret, next_client_secret, exchange),
            wanted=Wanted(scope=_spaced(scope), resource=_several(resource), fields=fields or {}),
        )
        transport = transport or UrllibTransport(timeout=request_timeout, tls=tls)
        self._place, find = _finder(_place(url, token_endpoint, issuer), exchange, transport)
        shared = shared_cache(cache, self._place, self._account)
        clocks = Clocks(steady=clock, calendar=time.time)
        fetch = Fetch(
            find, self._account, transport=transport, clocks=clocks, cache=shared, observe=observe
        )
        surroundings = Surroundings(clock=clock, random=random, observe=observe)
        self._driver = Driver(fetch, client_id, patience=timeout, surroundings=surroundings)

    @classmethod
    def from_env(
        cls, prefix: str, *, environ: Mapping[str, str] = os.environ, **options: Any
    ) -> Self:
        """A source from `<PREFIX>_CLIENT_ID`, `<PREFIX>_CLIENT_SECRET` and further variables.

        `options` are those of `TokenSource` and beat the environment. Each variable may be a file
        instead (`<PREFIX>_CLIENT_SECRET_FILE`). Raises `ConfigurationError` for a missing one.
        """
        return cls(**{**environment.options(prefix, environ, given=options), **options})

    def token(self) -> str:
        """A living access token; waits for one at most `timeout` seconds.

        Raises `TokenRefused` if the server said no, `TokenUnavailable` if there is none for now.
        """
        return self.access_token().value

    async def token_async(self) -> str:
        """The same for a task; the event loop is never blocked."""
        return (await self.access_token_async()).value

    def access_token(self) -> AccessToken:
        """The token with its life and its presentation. Raises what `token` does."""
        return self._driver.token()

    async def access_token_async(self) -> AccessToken:
        """The same for a task."""
        return await self._driver.token_async()

    def headers(self) -> dict[str, str]:
        """The header of a request to the API, as the dialect presents the token there."""
        return self.access_token().headers

    async def headers_async(self) -> dict[str, str]:
        """The same for a task."""
        return (await self.access_token_async()).headers

    def warm(self) -> None:
        """Get the first token at start-up, so that wrong credentials are found there."""
        self.access_token()

    async def warm_async(self) -> None:
        """The same for a task."""
        await self.access_token_async()

    def rejected(self, token: str) -> bool:
        """Say that the API answered 401 to `token`, which is then not served again.

        Returns whether the request is worth sending again with `token()`. A token that another
        thread has renewed meanwhile stays.
        """
        return self._driver.rejected(token)

    def __repr__(self) -> str:
        return f"TokenSource(client_id={self._account.client_id!r}, at={self._place!r})"


def _client_id(client_id: str, exchange: Exchange | None) -> str:
    sends_it = not isinstance(exchange, VendorExchange) or exchange.dialect.takes_client_id
    if sends_it and not client_id:
        raise ConfigurationError("client_id is empty")
    return client_id


def _secrets(current: str, following: str | None, exchange: Exchange | None) -> tuple[str, ...]:
    secrets = (current, following or current)
    # A line end comes from a file that was read carelessly; no secret has one (RFC 6749, A.2).
    if not current or any(secret != secret.strip() for secret in secrets):
        raise ConfigurationError("a client secret is empty, or has white space at an end")
    require_whole(secrets, None if exchange is None else exchange.key_prefix)
    return tuple(dict.fromkeys(secrets))


def _spaced(scope: str | Iterable[str] | None) -> str | None:
    text = scope if isinstance(scope, str) or scope is None else " ".join(scope)
    return text or None


def _several(resource: str | Iterable[str]) -> tuple[str, ...]:
    return ((resource,) if resource else ()) if isinstance(resource, str) else tuple(resource)


def _exchange(dialect: Known | Exchange | None) -> Exchange | None:
    if isinstance(dialect, str | os.PathLike | Dialect | PublicDialect):
        return vendor_exchange(dialect)
    return dialect


class _Place(NamedTuple):
    """An address of the authorization server, and what it is of: "either" where that is open."""

    url: str
    of: Literal["token endpoint", "issuer", "either"]


def _place(url: str | None, token_endpoint: str | None, issuer: str | None) -> _Place:
    if url is not None and (token_endpoint or issuer):
        raise ConfigurationError("url stands for token_endpoint or issuer: give one of them")
    place = url or token_endpoint or issuer
    if not place:
        raise ConfigurationError("the URL of the token endpoint or of the issuer is needed")
    require_secure(place)
    return _Place(place, "either" if url else "token endpoint" if token_endpoint else "issuer")


def _finder(
    place: _Place, exchange: Exchange | None, transport: Transport
) -> tuple[str, Callable[[], Endpoint]]:
    """The address that names the source, and what finds the token endpoint when it is needed."""
    itself = Endpoint(url=place.url, exchange=exchange or Rfc6749())
    if place.of == "token endpoint":
        return place.url, lambda: itself
    if isinstance(exchange, VendorExchange):
        is_below = place.of == "issuer" or not place.url.endswith(exchange.dialect.token_path)
        found = beside(place.url, exchange) if is_below else itself
        return place.url, lambda: found
    if place.of == "issuer":
        return place.url, lambda: _discovered(place.url, exchange, transport)
    return place.url, lambda: _discovered_or(itself, exchange, transport)


def _discovered(issuer: str, exchange: Exchange | None, transport: Transport) -> Endpoint:
    found = discover(issuer, transport)
    return found if exchange is None else Endpoint(url=found.url, exchange=exchange)


def _discovered_or(itself: Endpoint, exchange: Exchange | None, transport: Transport) -> Endpoint:
    try:
        return _discovered(itself.url, exchange, transport)
    except DiscoveryFailed:
        return itself
