"""What the HTTP/1.1 protocol refuses, with bytes on a real socket."""

import asyncio
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.serving import QUICK, RawClient, Served, raw_client, serving
from tests.support.patience import PATIENCE, wait_until
from watchword.app.asgi import Message, Receive, Scope, Send, read_body, send_answer

OK = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    body = await read_body(scope, receive, 1024 * 1024)
    told = b"%s %s?%s " % (scope["method"].encode(), scope["raw_path"], scope["query_string"])
    await send_answer(send, 200, [], told + body)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(echo) as listener:
        yield listener


@pytest.fixture
def client(served: Served) -> Iterator[RawClient]:
    with raw_client(served.address) as connection:
        yield connection


def post(*headers: bytes, body: bytes = b"", target: bytes = b"/t", version: bytes = b"1.1"):
    lines = [b"POST %s HTTP/%s" % (target, version), *headers, b"", body]
    return b"\r\n".join(lines)


HOST = b"Host: a.test"

REFUSED = {
    "no Host": post(b"Content-Length: 0"),
    "no Host in HTTP/1.0": post(b"Content-Length: 0", version=b"1.0"),
    "two Hosts": post(HOST, b"Host: b.test", b"Content-Length: 0"),
    "the same Host twice": post(HOST, HOST, b"Content-Length: 0"),
    "Content-Length beside Transfer-Encoding": post(
        HOST, b"Content-Length: 4", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"
    ),
    "Transfer-Encoding beside Content-Length": post(
        HOST, b"Transfer-Encoding: chunked", b"Content-Length: 4", body=b"0\r\n\r\n"
    ),
    "two Content-Lengths": post(HOST, b"Content-Length: 1", b"Content-Length: 2", body=b"ab"),
    "Content-Length below zero": post(HOST, b"Content-Length: -1"),
    "Content-Length with a plus": post(HOST, b"Content-Length: +1", body=b"a"),
    "a huge Content-Length": post(HOST, b"Content-Length: 99999999999999999999999999"),
    "gzip": post(HOST, b"Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"),
    "chunked twice": post(
        HOST, b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"
    ),
    "chunked with a tail": post(HOST, b"Transfer-Encoding: chunkedx", body=b"0\r\n\r\n"),
    "chunked in HTTP/1.0": post(
        HOST, b"Transfer-Encoding: chunked", version=b"1.0", body=b"0\r\n\r\n"
    ),
    "a chunk that is no number": post(HOST, b"Transfer-Encoding: chunked", body=b"zz\r\n\r\n"),
    "a chunk of 2**64 octets": post(
        HOST, b"Transfer-Encoding: chunked", body=b"FFFFFFFFFFFFFFFFF\r\nx"
    ),
    "HTTP/2 preface": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "HTTP/0.9": b"GET /\r\n\r\n",
    "HTTP/1.2": post(HOST, version=b"1.2"),
    "HTTP/3.0": post(HOST, version=b"3.0"),
    "no version": b"GET / \r\nHost: a.test\r\n\r\n",
    "NUL in a header's value": post(HOST, b"X-A: a\0b"),
    "NUL in a header's name": post(HOST, b"X\0A: ab"),
    "NUL in the target": post(HOST, target=b"/a\0b"),
    "a bare CR in a header": post(HOST, b"X-A: a\rb"),
    "a space before the colon": post(HOST, b"Content-Length : 3", body=b"abc"),
    "a header folded over two lines": post(HOST, b"X-A: a\r\n b"),
    "an unknown method": b"STEAL / HTTP/1.1\r\nHost: a.test\r\n\r\n",
    "CONNECT": b"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
    "OPTIONS *": b"OPTIONS * HTTP/1.1\r\nHost: a.test\r\n\r\n",
    "a URL that names another host": post(HOST, target=b"http://b.test/t"),
    "a URL with credentials": post(HOST, target=b"http://me:pw@a.test/t"),
    "a target that is not ASCII": post(HOST, target=b"/\xff\xfe"),
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64),
    "an SSH hello": b"SSH-2.0-OpenSSH_9.2\r\n",
    "rubbish": bytes(range(128, 256)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_request_that_breaks_the_rules_gets_400_and_the_connection_ends(
    client: RawClient, name: str
) -> None:
    client.send(REFUSED[name])

    status, headers, _ = client.answer()
    assert status == 400
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert client.is_closed()


def test_nothing_is_read_from_a_connection_after_a_refusal(client: RawClient) -> None:
    client.send(REFUSED["Content-Length beside Transfer-Encoding"] + OK)

    assert client.status() == 400
    assert client.is_closed()


def test_a_target_in_absolute_form_that_names_the_host_is_its_path(client: RawClient) -> None:
    client.send(b"GET http://A.test/t?x=1 HTTP/1.1\r\nHost: a.test\r\n\r\n")

    assert client.answer()[2] == b"GET /t?x=1 "


def test_a_connection_serves_one_request_after_another(client: RawClient) -> None:
    for _ in range(3):
        client.send(post(HOST, b"Content-Length: 2", body=b"hi"))

        assert client.answer()[2] == b"POST /t? hi"


def test_pipelined_requests_are_answered_in_order(client: RawClient) -> None:
    client.send(b"".join(post(HOST, b"Content-Length: 1", body=b"%d" % n) for n in range(5)))

    assert [client.answer()[2][-1:] for _ in range(5)] == [b"0", b"1", b"2", b"3", b"4"]


def test_a_refusal_waits_behind_the_answers_to_earlier_requests(client: RawClient) -> None:
    client.send(OK + OK + REFUSED["two Hosts"])

    assert [client.status() for _ in range(3)] == [200, 200, 400]
    assert client.is_closed()


def test_http_1_0_is_answered_and_the_connection_ends(client: RawClient) -> None:
    client.send(b"GET /x HTTP/1.0\r\nHost: a.test\r\n\r\n")

    assert client.answer()[2] == b"GET /x? "
    assert client.is_closed()


def test_an_upgrade_that_is_asked_for_is_ignored(client: RawClient) -> None:
    upgrade = b"Connection: Upgrade, HTTP2-Settings"
    asked = post(HOST, upgrade, b"Upgrade: h2c", b"Content-Length: 1", body=b"x")
    client.send(asked + OK)

    assert client.answer()[2] == b"POST /t? x"
    assert client.status() == 200


def test_every_answer_has_a_date(client: RawClient) -> None:
    client.send(OK)

    assert client.answer()[1]["date"].endswith("GMT")


@pytest.mark.parametrize("at_once", [True, False])
@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: a.test\r\nX-A: " + b"a" * 21_000,
        b"GET /" + b"a" * 21_000 + b" HTTP/1.1\r\nHost: a.test",
        b"GET / HTTP/1.1\r\nHost: a.test\r\n" + b"\r\n".join([b"X-A: aaaa"] * 2500),
    ],
    ids=["one header", "request line", "many headers"],
)
def test_a_head_over_16_KiB_gets_431(client: RawClient, head: bytes, at_once: bool) -> None:
    for start in range(0, len(head), len(head) if at_once else 4000):
        client.send(head[start : start + (len(head) if at_once else 4000)])
        time.sleep(0.01)
    if at_once:
        client.send(b"\r\n\r\n")

    assert client.status() == 431
    assert client.is_closed()


def test_an_endless_header_gets_431_and_no_memory(client: RawClient) -> None:
    client.send(b"GET / HTTP/1.1\r\nHost: a.test\r\nX-A: ")
    client.send(b"a" * 500_000)

    assert client.status() == 431


def test_a_head_of_just_under_16_KiB_is_served(client: RawClient) -> None:
    client.send(b"GET / HTTP/1.1\r\nHost: a.test\r\nX-A: " + b"a" * 16_000 + b"\r\n\r\n")

    assert client.status() == 200


def test_a_body_beside_a_small_head_does_not_count_as_head(client: RawClient) -> None:
    client.send(post(HOST, b"Content-Length: 60000", body=b"b" * 60_000))

    assert len(client.answer()[2]) > 60_000


def test_a_head_that_begins_behind_a_large_body_is_not_taken_for_large(client: RawClient) -> None:
    client.send(post(HOST, b"Content-Length: 60000", body=b"b" * 60_000) + OK[:20])
    time.sleep(0.05)
    client.send(OK[20:])

    assert [client.status(), client.status()] == [200, 200]


def test_expect_100_continue_is_told_to_go_on(client: RawClient) -> None:
    client.send(post(HOST, b"Expect: 100-continue", b"Content-Length: 2"))

    assert client.status() == 100
    client.send(b"hi")
    assert client.answer()[2] == b"POST /t? hi"
    client.send(OK)
    assert client.status() == 200


def send_slowly(client: RawClient, parts: list[bytes], pause: float) -> None:
    for part in parts:
        client.send(part)
        time.sleep(pause)


async def refuse_unread(scope: Scope, receive: Receive, send: Send) -> None:
    await send_answer(send, 413, [], b"")


def test_the_rest_of_a_refused_body_is_passed_over_and_the_connection_stays() -> None:
    with serving(refuse_unread) as served, raw_client(served.address) as client:
        client.send(post(HOST, b"Content-Length: 200000"))
        assert client.status() == 413
        client.send(b"b" * 200_000)
        client.send(OK)

        assert client.status() == 413


def test_a_refused_body_without_end_ends_the_connection() -> None:
    with serving(refuse_unread) as served, raw_client(served.address) as client:
        client.send(post(HOST, b"Transfer-Encoding: chunked"))
        assert client.status() == 413
        chunks = [b"10000\r\n" + b"b" * 65_536 + b"\r\n"] * 100

        with pytest.raises(ConnectionError):
            send_slowly(client, chunks, 0.005)


def test_a_refused_expectation_ends_the_connection() -> None:
    with serving(refuse_unread) as served, raw_client(served.address) as client:
        client.send(post(HOST, b"Expect: 100-continue", b"Content-Length: 2000000"))

        status, headers, _ = client.answer()
        assert (status, headers["connection"]) == (413, "close")
        assert client.is_closed()


@pytest.mark.parametrize(
    "part",
    [OK[:10], OK[:-2], post(HOST, b"Content-Length: 5", body=b"ab")],
    ids=["request line", "head", "body"],
)
def test_a_request_that_does_not_arrive_in_time_gets_408(part: bytes) -> None:
    with serving(echo, limits=QUICK) as served, raw_client(served.address) as client:
        client.send(part)

        assert client.status() == 408
        assert client.is_closed()


def test_a_request_that_trickles_gets_408() -> None:
    with serving(echo, limits=QUICK) as served, raw_client(served.address) as client:
        began = time.monotonic()
        with pytest.raises(ConnectionError):
            send_slowly(client, [bytes([octet]) for octet in OK * 100], 0.03)

        # What was to be sent would have taken two minutes.
        assert time.monotonic() - began < PATIENCE / 2


def test_an_idle_connection_is_closed_without_a_word() -> None:
    with serving(echo, limits=QUICK) as served:
        for sent in (b"", OK):
            began = time.monotonic()
            with raw_client(served.address) as client:
                client.send(sent)
                if sent:
                    assert client.status() == 200

                assert client.is_closed()
            assert time.monotonic() - began > QUICK.idle_seconds - QUICK.tick_seconds


def test_a_client_that_does_not_read_its_answers_is_cut_off() -> None:
    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        await send_answer(send, 200, [], b"x" * 20_000_000)

    with serving(large, limits=QUICK) as served, raw_client(served.address) as client:
        client.send(OK)
        client.buffer += client.sock.recv(1)
        wait_until(lambda: not served.has_connections)

        with pytest.raises((EOFError, ConnectionError)):
            client.answer()


def test_requests_in_flight_finish_when_the_listener_stops() -> None:
    begun, go_on = threading.Event(), threading.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await asyncio.to_thread(go_on.wait, PATIENCE)
        await send_answer(send, 200, [], b"done")

    with (
        serving(slow) as served,
        raw_client(served.address) as busy,
        raw_client(served.address) as idle,
    ):
        busy.send(OK)
        assert begun.wait(PATIENCE)
        stopping = threading.Thread(target=served.stop, args=(PATIENCE,))
        stopping.start()

        assert idle.is_closed()
        go_on.set()
        status, headers, body = busy.answer()
        assert (status, headers["connection"], body) == (200, "close", b"done")
        stopping.join()


def test_a_request_past_its_time_is_cut_off_when_the_listener_stops() -> None:
    begun = threading.Event()

    async def never(scope: Scope, receive: Receive, send: Send) -> None:
        begun.set()
        await asyncio.Event().wait()

    with serving(never) as served, raw_client(served.address) as client:
        client.send(OK)
        assert begun.wait(PATIENCE)
        served.stop(0.2)

        assert client.is_closed()


def test_a_unix_socket_serves_and_its_peer_counts_as_loopback(tmp_path: Path) -> None:
    seen: list[Message] = []

    async def look(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope)
        await send_answer(send, 200, [], b"")

    with serving(look, unix=str(tmp_path / "s")) as served, raw_client(served.address) as client:
        client.send(OK)

        assert client.status() == 200
    assert seen[0]["client"][0] == "127.0.0.1"


async def answer_badly(scope: Scope, receive: Receive, send: Send) -> None:
    answers: dict[str, tuple[int, list[tuple[bytes, bytes]]]] = {
        "/break": (200, [(b"x-a", b"1\r\nx-b: 2")]),
        "/too-long": (200, [(b"content-length", b"1")]),
        "/empty": (204, []),
        "/close": (200, [(b"connection", b"close")]),
    }
    status, headers = answers[scope["path"]]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if status == 204 else b"body"})


def test_a_line_break_in_an_answers_header_never_leaves() -> None:
    with serving(answer_badly) as served, raw_client(served.address) as client:
        client.send(b"GET /break HTTP/1.1\r\nHost: a.test\r\n\r\n")

        assert client.is_closed()


def test_a_body_longer_than_its_content_length_never_leaves_whole() -> None:
    with serving(answer_badly) as served, raw_client(served.address) as client:
        client.send(b"GET /too-long HTTP/1.1\r\nHost: a.test\r\n\r\n")

        received = b""
        while more := client.sock.recv(4096):
            received += more
        assert b"body" not in received


def test_answers_without_a_body_and_of_a_kind_of_their_own_go_the_long_way() -> None:
    with serving(answer_badly) as served, raw_client(served.address) as client:
        client.send(b"GET /empty HTTP/1.1\r\nHost: a.test\r\n\r\n")
        assert client.status() == 204
        client.send(b"GET /close HTTP/1.1\r\nHost: a.test\r\n\r\n")
        assert client.answer()[1]["connection"] == "close"
        assert client.sock.recv(4096) == b""


def test_an_answer_in_pieces_is_chunked() -> None:
    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        await send({"type": "http.response.body", "body": b"two"})

    with serving(stream) as served, raw_client(served.address) as client:
        client.send(OK)

        assert client.answer()[1]["transfer-encoding"] == "chunked"


def test_head_is_answered_without_a_body() -> None:
    with serving(echo) as served, raw_client(served.address) as client:
        client.send(b"HEAD / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n")
        head = client.sock.recv(4096)

        assert b"content-length: 8\r\n" in head
        assert head.endswith(b"\r\n\r\n")
        assert client.is_closed()
