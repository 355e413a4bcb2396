"""What the adapters for httpx and httpx2 have in common; neither library is imported here."""

from collections.abc import AsyncGenerator, Generator
from typing import Any, ClassVar

from watchword.caller.access_token import AccessToken
from watchword.caller.challenge import blames_token
from watchword.caller.errors import CallerError
from watchword.caller.token_source import TokenSource


class TokenFlow:
    """An authentication flow: the token on each request, once more after a 401.

    A request is sent again only if its body can be: one that stands in memory.
    Whatever the source raises comes out of the call, but never from a second attempt: there the
    API's own 401 stands. Async clients must run under asyncio.
    """

    replayable: ClassVar[type]

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """One request or two, for a `Client`."""
        token = self._source.access_token()
        request.headers.update(token.headers)
        response = yield request
        if self._is_over(token, request, response):
            return
        try:
            request.headers.update(self._source.headers())
        except CallerError:
            return
        yield request

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """One request or two, for an `AsyncClient`."""
        token = await self._source.access_token_async()
        request.headers.update(token.headers)
        response = yield request
        if self._is_over(token, request, response):
            return
        try:
            request.headers.update(await self._source.headers_async())
        except CallerError:
            return
        yield request

    def _is_over(self, token: AccessToken, request: Any, response: Any) -> bool:
        # After a redirect to another host the token was not sent, and the answer says nothing
        # of it.
        carried = all(
            response.request.headers.get(name) == value for name, value in token.headers.items()
        )
        challenges = response.headers.get_list("WWW-Authenticate")
        if not carried or not blames_token(response.status_code, challenges):
            return True
        again = self._source.rejected(token.value)
        return not again or not isinstance(request.stream, self.replayable)
