"""The adapters for httpx and httpx2, sync and async, against a real API."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import httpx2
import pytest

import watchword.caller.httpx
import watchword.caller.httpx2
from tests.caller.api_server import guarded_api
from tests.caller.token_server import Reply, no_patience
from tests.support.patience import PATIENCE
from watchword.caller import CallerError

LIBRARIES = [(httpx, watchword.caller.httpx), (httpx2, watchword.caller.httpx2)]
both = pytest.mark.parametrize(("library", "adapter"), LIBRARIES, ids=["httpx", "httpx2"])


@both
def test_a_client_carries_the_token(library: Any, adapter: Any) -> None:
    with guarded_api() as api, library.Client(auth=adapter.TokenAuth(api.source)) as client:
        texts = [client.get(api.url).text for _ in range(3)]

    assert texts == ["hello"] * 3
    assert api.seen == ["Bearer token-1"] * 3


@both
def test_an_async_client_carries_the_token(library: Any, adapter: Any) -> None:
    async def run(url: str, auth: Any) -> list[str]:
        async with library.AsyncClient(auth=auth, timeout=PATIENCE) as client:
            answers = await asyncio.gather(*(client.get(url) for _ in range(20)))
            return [answer.text for answer in answers]

    with guarded_api() as api:
        texts = asyncio.run(run(api.url, adapter.TokenAuth(api.source)))

    assert texts == ["hello"] * 20
    assert len(api.tokens.requests) == 1


@both
def test_a_refused_token_is_renewed_and_the_request_sent_again(library: Any, adapter: Any) -> None:
    with guarded_api() as api:
        api.source.warm()
        api.accept("token-2")
        answer = library.post(api.url, content=b"payload", auth=adapter.TokenAuth(api.source))

    assert (answer.status_code, answer.content) == (200, b"payload")
    assert api.seen == ["Bearer token-1", "Bearer token-2"]


@both
def test_an_async_client_renews_in_the_same_way(library: Any, adapter: Any) -> None:
    async def run(url: str, auth: Any) -> Any:
        async with library.AsyncClient(auth=auth, timeout=PATIENCE) as client:
            return await client.post(url, json={"a": 1})

    with guarded_api() as api:
        api.source.warm()
        api.accept("token-2")
        answer = asyncio.run(run(api.url, adapter.TokenAuth(api.source)))

    assert (answer.status_code, answer.json()) == (200, {"a": 1})


@both
def test_a_stream_is_not_sent_again_but_the_token_is_dropped(library: Any, adapter: Any) -> None:
    def body() -> Iterator[bytes]:
        yield b"payload"

    with guarded_api() as api:
        api.source.warm()
        api.accept("token-2")
        headers = {"Content-Length": "7"}
        auth = adapter.TokenAuth(api.source)
        answer = library.post(api.url, content=body(), headers=headers, auth=auth)

        assert (answer.status_code, api.source.token()) == (401, "token-2")


@both
def test_an_async_stream_is_not_sent_again(library: Any, adapter: Any) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"payload"

    async def run(url: str, auth: Any) -> Any:
        async with library.AsyncClient(auth=auth, timeout=PATIENCE) as client:
            return await client.post(url, content=body(), headers={"Content-Length": "7"})

    with guarded_api() as api:
        api.source.warm()
        api.accept("token-2")
        answer = asyncio.run(run(api.url, adapter.TokenAuth(api.source)))

    assert answer.status_code == 401


@both
def test_a_redirect_to_another_origin_takes_no_token_along_and_blames_none(
    library: Any, adapter: Any
) -> None:
    with guarded_api() as api:
        api.accept("token-1")
        auth = adapter.TokenAuth(api.source)
        answer = library.get(api.url + "/moved", auth=auth, follow_redirects=True)

    assert answer.status_code == 401
    assert api.seen == ["Bearer token-1", ""]
    assert len(api.tokens.requests) == 1


@both
def test_when_no_other_token_can_be_had_the_apis_own_401_stands(library: Any, adapter: Any) -> None:
    with guarded_api(random=no_patience) as api:
        api.source.warm()
        api.accept("token-2")
        api.tokens.answer = lambda _: Reply(500)
        answer = library.get(api.url, auth=adapter.TokenAuth(api.source))

    assert answer.status_code == 401


@both
def test_without_any_token_the_sources_error_comes_out(library: Any, adapter: Any) -> None:
    with guarded_api(timeout=0) as api, pytest.raises(CallerError):
        library.get(api.url, auth=adapter.TokenAuth(api.source))
