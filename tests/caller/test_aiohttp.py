"""The middleware for aiohttp, against a real API."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp

from tests.caller.api_server import Api, guarded_api
from tests.caller.token_server import Reply, no_patience
from watchword.caller.aiohttp import token_middleware


def run(api: Api, use: Callable[[aiohttp.ClientSession], Awaitable[Any]]) -> Any:
    async def main() -> Any:
        middleware = token_middleware(api.source, api=api.url)
        async with aiohttp.ClientSession(middlewares=[middleware]) as session:
            return await use(session)

    return asyncio.run(main())


def test_a_session_carries_the_token() -> None:
    async def use(session: aiohttp.ClientSession) -> list[str]:
        answers = await asyncio.gather(*(session.get(api.url) for _ in range(20)))
        return [await answer.text() for answer in answers]

    with guarded_api() as api:
        texts = run(api, use)

    assert texts == ["hello"] * 20
    assert len(api.tokens.requests) == 1


def test_a_refused_token_is_renewed_and_the_request_sent_again() -> None:
    async def use(session: aiohttp.ClientSession) -> tuple[int, Any]:
        answer = await session.post(api.url, json={"a": 1})
        return answer.status, await answer.json(content_type=None)

    with guarded_api() as api:
        api.source.warm()
        api.accept("token-2")

        assert run(api, use) == (200, {"a": 1})
    assert api.seen == ["Bearer token-1", "Bearer token-2"]


def test_a_stream_is_not_sent_again() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"payload"

    async def use(session: aiohttp.ClientSession) -> int:
        answer = await session.post(api.url, data=body(), headers={"Content-Length": "7"})
        return answer.status

    with guarded_api() as api:
        api.source.warm()
        api.accept("token-2")

        assert run(api, use) == 401
        assert api.source.token() == "token-2"


def test_another_origin_never_gets_the_token_by_redirect_or_by_name() -> None:
    async def use(session: aiohttp.ClientSession) -> int:
        await session.get(api.url.replace("localhost", "127.0.0.1"))
        return (await session.get(api.url + "/moved")).status

    with guarded_api() as api:
        assert run(api, use) == 200
    assert api.seen == ["", "Bearer token-1", ""]


def test_when_no_other_token_can_be_had_the_apis_own_401_stands() -> None:
    async def use(session: aiohttp.ClientSession) -> tuple[int, str]:
        answer = await session.get(api.url)
        return answer.status, await answer.text()

    with guarded_api(random=no_patience) as api:
        api.source.warm()
        api.accept("token-2")
        api.tokens.answer = lambda _: Reply(500)

        assert run(api, use) == (401, "no")
