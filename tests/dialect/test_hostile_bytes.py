"""Requests made to cost time, and bytes at the edges of what is taken."""

import time

import pytest

from tests.dialect.own import own
from tests.dialect.wire import JSON, basic, form, post, refused
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
    "quotes behind backslashes": b"[" * 20 + b'"' + b'\\"' * (SIZE // 2),
    "brackets": b"[" * SIZE,
    "brackets, closed": b"[]" * (SIZE // 2),
    "objects": b'{"a":' * (SIZE // 5),
    "members": b"{" + b",".join(b'"%d":1' % n for n in range(6000)) + b"}",
    "one long number": b'{"a":' + b"9" * SIZE + b"}",
    "one long fraction": b'{"a":0.' + b"9" * SIZE + b"}",
    "one long exponent": b'{"a":1e' + b"9" * SIZE + b"}",
    "escapes": b'{"a":"' + b"\\u0041" * (SIZE // 6) + b'"}',
    "spaces": b" " * SIZE,
}
COSTLY_FORMS = {
    "separators": b"&" * SIZE,
    "equals": b"=" * SIZE,
    "percent": b"%" * SIZE,
    "encoded": b"a=" + b"%41" * (SIZE // 3),
    "plus": b"a=" + b"+" * SIZE,
    "names": b"&".join(b"a%d" % n for n in range(9000)),
    "one name": b"&".join([b"a=1"] * 9000),
    "high bytes": b"\xff" * SIZE,
}


def quickly_refused(dialect, request):
    """The refusal of a request, which must not cost much."""
    before = time.process_time()
    refusal = refused(dialect, request)
    assert time.process_time() - before < 0.1
    return refusal


@pytest.mark.parametrize("body", COSTLY_JSON.values(), ids=list(COSTLY_JSON))
def test_json_of_64_kib_costs_little(body):
    refusal = quickly_refused(load("kamoa"), post(body, content_type=JSON))

    assert isinstance(refusal, (Malformed, MissingCredentials))


@pytest.mark.parametrize("body", COSTLY_FORMS.values(), ids=list(COSTLY_FORMS))
def test_forms_of_64_kib_cost_little(body):
    assert isinstance(quickly_refused(load("kiss"), form(body)), Exception)


@pytest.mark.parametrize("body", COSTLY_FORMS.values(), ids=list(COSTLY_FORMS))
def test_queries_of_64_kib_cost_little(body):
    assert isinstance(
        quickly_refused(own("tern"), post(method="GET", query=body)),
        InvalidRequest | MissingCredentials,
    )


@pytest.mark.parametrize(
    "value", [b"Basic " + b"A" * 16000, b"Basic " + b"=" * 16000, b"B" * 16000]
)
def test_long_authorization_headers_cost_little(value):
    refusal = quickly_refused(load("kashimi"), form(GRANT, (b"authorization", value)))

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
