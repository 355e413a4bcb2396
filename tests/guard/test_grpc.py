"""A small gRPC service, over real sockets, in threads and under asyncio."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import grpc.aio
import pytest

from tests.guard.issuing import SmallIssuer, bearer, guarded
from tests.support.patience import PATIENCE
from watchword.guard.grpc import AioGuardInterceptor, GuardInterceptor, current_claims
from watchword.guard.requirement import requirement

ISSUED = SmallIssuer()
RULES: dict[str, Any] = {
    "scope": "payments:read",
    "methods": {"/shop.Payments/Pay": requirement("payments:write")},
    "public": ["/shop.Payments/Health"],
}


def client_id() -> bytes:
    claims = current_claims()
    return b"nobody" if claims is None else claims.client_id.encode()


def joined(requests: Iterator[bytes], context: Any) -> bytes:
    return b"".join(requests) + client_id()


def counted(request: bytes, context: Any) -> Iterator[bytes]:
    for number in b"12":
        yield bytes([number]) + client_id()


def echoed(requests: Iterator[bytes], context: Any) -> Iterator[bytes]:
    for request in requests:
        yield request + client_id()


HANDLERS = {
    "Get": grpc.unary_unary_rpc_method_handler(lambda request, context: client_id()),
    "Pay": grpc.unary_unary_rpc_method_handler(lambda request, context: client_id()),
    "Health": grpc.unary_unary_rpc_method_handler(lambda request, context: client_id()),
    "Join": grpc.stream_unary_rpc_method_handler(joined),
    "Count": grpc.unary_stream_rpc_method_handler(counted),
    "Echo": grpc.stream_stream_rpc_method_handler(echoed),
}


@pytest.fixture(scope="module")
def channel() -> Iterator[grpc.Channel]:
    pool = ThreadPoolExecutor(4)
    server = grpc.server(pool, interceptors=[GuardInterceptor(guarded(ISSUED), **RULES)])
    service = grpc.method_handlers_generic_handler("shop.Payments", HANDLERS)
    server.add_generic_rpc_handlers((service,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as opened:
        yield opened
    server.stop(None)
    pool.shutdown()


def metadata(token: str | None) -> list[tuple[str, str]]:
    return [] if token is None else [("authorization", bearer(token))]


def called(channel: grpc.Channel, method: str, token: str | None) -> Any:
    call: Callable[..., Any] = channel.unary_unary(f"/shop.Payments/{method}")
    return call(b"", metadata=metadata(token), timeout=PATIENCE)


def test_a_method_has_the_claims_of_the_call(channel: grpc.Channel) -> None:
    assert called(channel, "Get", ISSUED.token()) == b"ACME01"


def test_streaming_methods_have_them_too(channel: grpc.Channel) -> None:
    with_token: Any = {"metadata": metadata(ISSUED.token()), "timeout": 10}

    count = channel.unary_stream("/shop.Payments/Count")(b"", **with_token)
    assert list(count) == [b"1ACME01", b"2ACME01"]
    assert channel.stream_unary("/shop.Payments/Join")(iter([b"a", b"b"]), **with_token) == (
        b"abACME01"
    )
    echo = channel.stream_stream("/shop.Payments/Echo")(iter([b"a", b"b"]), **with_token)
    assert list(echo) == [b"aACME01", b"bACME01"]


def test_a_public_method_has_no_claims_of_an_earlier_call(channel: grpc.Channel) -> None:
    called(channel, "Get", ISSUED.token())

    assert [called(channel, "Health", None) for _ in range(8)] == [b"nobody"] * 8


REFUSALS = [
    ("Get", None, grpc.StatusCode.UNAUTHENTICATED, "Bearer"),
    ("Get", "x", grpc.StatusCode.UNAUTHENTICATED, "invalid_token"),
    ("Get", ISSUED.token(exp=1), grpc.StatusCode.UNAUTHENTICATED, "expired"),
    ("Get", ISSUED.token(scope="x"), grpc.StatusCode.PERMISSION_DENIED, "payments:read"),
    ("Pay", ISSUED.token(), grpc.StatusCode.PERMISSION_DENIED, "payments:write"),
]


@pytest.mark.parametrize(("method", "token", "code", "said"), REFUSALS)
def test_a_refusal_has_its_code_and_challenge(
    channel: grpc.Channel, method: str, token: str | None, code: grpc.StatusCode, said: str
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        called(channel, method, token)

    error: Any = refused.value
    assert error.code() is code
    assert said in dict(error.trailing_metadata())["www-authenticate"]


def test_a_refused_stream_never_starts(channel: grpc.Channel) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        list(channel.unary_stream("/shop.Payments/Count")(b"", timeout=PATIENCE))

    error: Any = refused.value
    assert error.code() is grpc.StatusCode.UNAUTHENTICATED


async def aio_get(request: bytes, context: Any) -> bytes:
    await asyncio.sleep(0)
    return client_id()


async def aio_count(request: bytes, context: Any) -> Any:
    for number in b"12":
        yield bytes([number]) + client_id()


def over_aio(ask: Callable[[Any], Any], issuer: SmallIssuer = ISSUED) -> Any:
    async def main() -> Any:
        interceptor = AioGuardInterceptor(guarded(issuer), **RULES)
        server = grpc.aio.server(interceptors=[interceptor])
        handlers = {
            "Get": grpc.unary_unary_rpc_method_handler(aio_get),
            "Pay": grpc.unary_unary_rpc_method_handler(aio_get),
            "Health": grpc.unary_unary_rpc_method_handler(aio_get),
            "Count": grpc.unary_stream_rpc_method_handler(aio_count),
        }
        service = grpc.method_handlers_generic_handler("shop.Payments", handlers)
        server.add_generic_rpc_handlers((service,))
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                return await ask(channel)
        finally:
            await server.stop(None)

    return asyncio.run(main())


def aio_called(method: str, token: str | None, issuer: SmallIssuer = ISSUED) -> Any:
    async def ask(channel: Any) -> Any:
        call = channel.unary_unary(f"/shop.Payments/{method}")
        return await call(b"", metadata=metadata(token), timeout=PATIENCE)

    return over_aio(ask, issuer)


class TestAio:
    def test_methods_have_the_claims_of_their_own_call(self) -> None:
        tokens = {f"client-{n}": ISSUED.token(client_id=f"client-{n}") for n in range(8)}

        async def ask(channel: Any) -> list[bytes]:
            call = channel.unary_unary("/shop.Payments/Get")
            calls = [
                call(b"", metadata=metadata(token), timeout=PATIENCE) for token in tokens.values()
            ]
            nobody = await channel.unary_unary("/shop.Payments/Health")(b"", timeout=PATIENCE)
            return [*await asyncio.gather(*calls), nobody]

        assert over_aio(ask) == [*(name.encode() for name in tokens), b"nobody"]

    def test_streams_have_them_too(self) -> None:
        async def ask(channel: Any) -> list[bytes]:
            call = channel.unary_stream("/shop.Payments/Count")
            stream = call(b"", metadata=metadata(ISSUED.token()), timeout=PATIENCE)
            return [item async for item in stream]

        assert over_aio(ask) == [b"1ACME01", b"2ACME01"]

    @pytest.mark.parametrize(("method", "token", "code", "said"), REFUSALS)
    def test_a_refusal_has_its_code_and_challenge(
        self, method: str, token: str | None, code: grpc.StatusCode, said: str
    ) -> None:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            aio_called(method, token)

        assert refused.value.code() is code
        assert said in str(dict(refused.value.trailing_metadata())["www-authenticate"])

    def test_a_refused_stream_never_starts(self) -> None:
        async def ask(channel: Any) -> list[bytes]:
            call = channel.unary_stream("/shop.Payments/Count")
            return [item async for item in call(b"", timeout=PATIENCE)]

        with pytest.raises(grpc.aio.AioRpcError) as refused:
            over_aio(ask)
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED

    def test_without_keys_it_is_unavailable(self) -> None:
        issuer = SmallIssuer()
        issuer.down = True

        with pytest.raises(grpc.aio.AioRpcError) as refused:
            aio_called("Get", issuer.token(), issuer)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        assert dict(refused.value.trailing_metadata())["retry-after"] == "1"
