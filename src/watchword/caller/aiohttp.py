"""For `aiohttp`: `ClientSession(middlewares=[token_middleware(source, api="https://…")])`.

aiohttp runs its middlewares for each hop of a redirect. So the API has to be named: requests to
any other origin pass without the token.
"""

from collections.abc import Awaitable, Callable

from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from aiohttp.payload import BytesPayload
from yarl import URL

from watchword.caller.challenge import blames_token
from watchword.caller.errors import CallerError
from watchword.caller.token_source import TokenSource

Middleware = Callable[[ClientRequest, ClientHandlerType], Awaitable[ClientResponse]]


def token_middleware(source: TokenSource, *, api: str) -> Middleware:
    """A middleware that puts the source's token on each request to the origin of the URL `api`.

    After a 401 it renews once and sends again, if the body can be: one that stands in memory.
    Whatever the source raises comes out of the call, but never from a second attempt: there the
    API's own 401 stands.
    """
    origin = URL(api).origin()

    async def with_token(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
        if request.url.origin() != origin:
            return await send(request)
        token = await source.access_token_async()
        request.headers.update(token.headers)
        response = await send(request)
        challenges = response.headers.getall("WWW-Authenticate", [])
        if not blames_token(response.status, challenges) or not source.rejected(token.value):
            return response
        if not _is_replayable(request):
            return response
        try:
            request.headers.update(await source.headers_async())
        except CallerError:
            return response
        response.release()
        return await send(request)

    return with_token


def _is_replayable(request: ClientRequest) -> bool:
    return isinstance(request.body, bytes | BytesPayload)
