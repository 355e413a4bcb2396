"""Call credentials for gRPC, over TLS to a real server, sync and async."""

import asyncio
import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
import trustme

from tests.caller.api_server import Api, guarded_api
from tests.caller.token_server import Reply, no_patience
from watchword.caller.grpc import RetryRejected, call_credentials

METHOD = "/test.Echo/Call"


class Echo(grpc.GenericRpcHandler):
    """Answers with the token that came, if the API accepts it."""

    def __init__(self, api: Api) -> None:
        self.api = api

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        return grpc.unary_unary_rpc_method_handler(self._call)

    def _call(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        came = dict(context.invocation_metadata())["authorization"]
        token = str(came).removeprefix("Bearer ")
        if self.api.accepted and token not in self.api.accepted:
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "invalid_token")
        return token.encode()


@contextlib.contextmanager
def serving_echo(api: Api) -> Iterator[tuple[str, grpc.ChannelCredentials]]:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    key = certificate.private_key_pem.bytes()
    chain = b"".join(blob.bytes() for blob in certificate.cert_chain_pems)
    server = grpc.server(ThreadPoolExecutor(4), handlers=[Echo(api)])
    port = server.add_secure_port("localhost:0", grpc.ssl_server_credentials([(key, chain)]))
    server.start()
    channel = grpc.ssl_channel_credentials(authority.cert_pem.bytes())
    try:
        yield (
            f"localhost:{port}",
            grpc.composite_channel_credentials(channel, call_credentials(api.source)),
        )
    finally:
        server.stop(None).wait()


def test_each_call_carries_the_token() -> None:
    with (
        guarded_api() as api,
        serving_echo(api) as (address, credentials),
        grpc.secure_channel(address, credentials) as channel,
    ):
        answers = [channel.unary_unary(METHOD)(b"") for _ in range(3)]

    assert answers == [b"token-1"] * 3
    assert len(api.tokens.requests) == 1


def test_an_async_channel_takes_the_same_credentials() -> None:
    async def run(address: str, credentials: grpc.ChannelCredentials) -> Any:
        async with grpc.aio.secure_channel(address, credentials) as channel:
            return await channel.unary_unary(METHOD)(b"")

    with guarded_api() as api, serving_echo(api) as (address, credentials):
        assert asyncio.run(run(address, credentials)) == b"token-1"


def test_a_refused_token_is_renewed_and_the_call_made_again() -> None:
    with guarded_api() as api, serving_echo(api) as (address, credentials):
        api.source.warm()
        api.accept("token-2")
        with grpc.secure_channel(address, credentials) as channel:
            retrying = grpc.intercept_channel(channel, RetryRejected(api.source))
            answer = retrying.unary_unary(METHOD)(b"")

    assert answer == b"token-2"
    assert len(api.tokens.requests) == 2


def test_without_a_token_the_call_ends_with_what_the_source_raised() -> None:
    with guarded_api(random=no_patience) as api, serving_echo(api) as (address, credentials):
        api.tokens.answer = lambda _: Reply(500)
        with (
            grpc.secure_channel(address, credentials) as channel,
            pytest.raises(grpc.RpcError) as caught,
        ):
            channel.unary_unary(METHOD)(b"")

    assert "error of its own" in str(caught.value)
