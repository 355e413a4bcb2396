"""Requests made to cost time, and bytes at the edges of what is taken."""

import pytest

from tests.dialect.own import own
from tests.dialect.wire import JSON, basic, form, post, refused
from tests.support.cost import cost_of, growth_of
from watchword.dialect import load
from watchword.dialect.refusal import (
    InvalidRequest,
    Malformed,
    MissingCredentials,
    UndecodableCredentials,
)

SIZE = 64 * 1024
GRANT = b"grant_type=client_credentials"

COSTLY_JSON = {
    "quotes behind backslashes": lambda size: b"[" * 20 + b'"' + b'\\"' * (size // 2),
    "brackets": lambda size: b"[" * size,
    "brackets, closed": lambda size: b"[]" * (size // 2),
    "objects": lambda size: b'{"a":' * (size // 5),
    "members": lambda size: b"{" + b",".join(b'"%d":1' % n for n in range(size // 11)) + b"}",
    "one long number": lambda size: b'{"a":' + b"9" * size + b"}",
    "one long fraction": lambda size: b'{"a":0.' + b"9" * size + b"}",
    "one long exponent": lambda size: b'{"a":1e' + b"9" * size + b"}",
    "escapes": lambda size: b'{"a":"' + b"\\u0041" * (size // 6) + b'"}',
    "spaces": lambda size: b" " * size,
}
COSTLY_FORMS = {
    "separators": lambda size: b"&" * size,
    "equals": lambda size: b"=" * size,
    "percent": lambda size: b"%" * size,
    "encoded": lambda size: b"a=" + b"%41" * (size // 3),
    "plus": lambda size: b"a=" + b"+" * size,
    "names": lambda size: b"&".join(b"a%d" % n for n in range(size // 7)),
    "one name": lambda size: b"&".join([b"a=1"] * (size // 7)),
    "high bytes": lambda size: b"\xff" * size,
}
COSTLY_BASIC = {
    "letters": lambda size: b"Basic " + b"A" * size,
    "padding": lambda size: b"Basic " + b"=" * size,
    "a scheme without an end": lambda size: b"B" * size,
}


def named(costly):
    """A parametrization by the names of costly texts."""
    return pytest.mark.parametrize("costly", costly.values(), ids=list(costly))


def quickly_refused(dialect, request_of, size=SIZE):
    """The refusal of a request, which costs little, and no more than its size explains."""

    def reading(request):
        return lambda: refused(dialect, request)

    small, large = reading(request_of(size // 4)), reading(request_of(size))
    assert cost_of(large, enough=0.1) <= 0.1
    # Four times the size costs four times as much, and 16 times where somebody squares it.
    assert growth_of(small, large, enough=8) <= 8
    return large()


@named(COSTLY_JSON)
def test_json_of_64_kib_costs_little(costly):
    refusal = quickly_refused(load("kamoa"), lambda size: post(costly(size), content_type=JSON))

    assert isinstance(refusal, (Malformed, MissingCredentials))


@named(COSTLY_FORMS)
def test_forms_of_64_kib_cost_little(costly):
    refusal = quickly_refused(load("kiss"), lambda size: form(costly(size)))

    assert isinstance(refusal, Exception)


@named(COSTLY_FORMS)
def test_queries_of_64_kib_cost_little(costly):
    refusal = quickly_refused(own("tern"), lambda size: post(method="GET", query=costly(size)))

    assert isinstance(refusal, InvalidRequest | MissingCredentials)


@named(COSTLY_BASIC)
def test_long_authorization_headers_cost_little(costly):
    refusal = quickly_refused(
        load("kashimi"), lambda size: form(GRANT, (b"authorization", costly(size))), 16_000
    )

    assert isinstance(refusal, (UndecodableCredentials, MissingCredentials))


def test_a_separator_of_its_own_may_have_spaces_beside_it():
    body = b"appid=a&secret=b&permissions=x,+y+,z"

    assert own("tollgate").read(form(body)).scope == "x y z"


def test_100_parameters_are_taken_and_101_are_not():
    more = b"&".join(b"p%d=1" % n for n in range(99))

    assert load("kashimi").read(form(GRANT + b"&" + more, basic("a", "b")))
    assert isinstance(
        refused(load("kashimi"), form(GRANT + b"&q=1&" + more, basic("a", "b"))), Malformed
    )


@pytest.mark.parametrize(
    "body", [GRANT + b"&client_assertion=x", GRANT + b"&client_secret=x", GRANT + b"&client_id=b"]
)
def test_a_second_way_of_client_authentication_is_refused_even_if_it_is_not_read(body):
    assert isinstance(refused(load("kashimi"), form(body, basic("a", "b"))), InvalidRequest)
