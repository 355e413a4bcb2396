"""What a proxy tells of its client's request, and what is refused for being unclear."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchword.guard.forward import AmbiguousTarget, Original, original_of, target_of


def told(**headers: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]


def test_nginx_tells_in_x_original() -> None:
    headers = told(x_original_method="POST", x_original_uri="/a%20b?c=d")

    assert original_of(headers) == Original(method="POST", path="/a b", query=b"c=d")


def test_caddy_and_traefik_tell_in_x_forwarded() -> None:
    headers = told(x_forwarded_method="GET", x_forwarded_uri="/payments/7", x_forwarded_host="h")

    assert original_of(headers) == Original(method="GET", path="/payments/7")


def test_who_tells_nothing_has_told_nothing() -> None:
    assert original_of(told(authorization="Bearer x")) is None


def test_a_pair_of_the_clients_own_must_say_the_same() -> None:
    proxys = {"x_forwarded_method": "GET", "x_forwarded_uri": "/secret"}

    with pytest.raises(AmbiguousTarget):
        original_of(told(**proxys, x_original_method="GET", x_original_uri="/public"))
    same = told(**proxys, x_original_method="GET", x_original_uri="/secret")
    assert original_of(same) == Original(method="GET", path="/secret")


@pytest.mark.parametrize(
    "headers",
    [
        told(x_original_uri="/a"),
        told(x_original_method="GET"),
        told(x_original_uri="/a", x_forwarded_method="GET"),
        [*told(x_original_method="GET", x_original_uri="/a"), *told(x_original_uri="/b")],
    ],
)
def test_half_a_pair_and_a_doubled_one_are_refused(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(AmbiguousTarget):
        original_of(headers)


UNCLEAR = [
    *("/a/../b", "/..", "/a/./b", "/a/%2e%2e/b", "/a/.%2E/b", "/a/%2E", "//a", "/a//b", "/a%2fb"),
    *("/a%2Fb", "/a\\b", "/a%5cb", "/a%255cb", "/a%25", "/a%0a", "/a%00", "/a%zz", "/a%", "/a%ff"),
    *("/a;b", "/a/..;/b", "/a%3b", "/a#b", "", "a", "*", "http://host/a", "/a%c0%ae", "/a\x7f"),
]


@pytest.mark.parametrize("target", UNCLEAR)
def test_a_path_that_may_be_read_in_two_ways_is_refused(target: str) -> None:
    with pytest.raises(AmbiguousTarget):
        target_of("GET", target.encode("latin-1"))


@pytest.mark.parametrize("method", ["", "get", "GET\n", "GET /", "G" * 40])
def test_a_method_is_a_word_in_capitals(method: str) -> None:
    with pytest.raises(AmbiguousTarget):
        target_of(method, b"/")


@given(st.binary(max_size=40))
def test_whatever_the_bytes_a_path_that_is_taken_is_a_plain_one(target: bytes) -> None:
    try:
        path = target_of("GET", b"/" + target).path
    except AmbiguousTarget:
        return
    assert path.startswith("/")
    assert not {".", ".."} & set(path.split("/"))
    assert not any(sign in path for sign in ("//", "\\", ";", "\r", "\n", "\0", "?", "#"))
