"""Plain RFC 6749, clause by clause, at the engine."""

import pytest

from tests.dialect.wire import (
    FORM,
    SOURCES,
    answer,
    basic,
    form,
    headers_of,
    post,
    refused,
    told,
)
from watchword.dialect import load
from watchword.dialect.refusal import InvalidScope, Malformed, WrongSecret

PLAIN = load("rfc6749")
GRANT = b"grant_type=client_credentials"


def test_5_1_the_scope_is_always_told():
    response = PLAIN.write_token(answer(scope="a b"), post(), SOURCES)

    assert response.body.endswith(b'"expires_in":3600,"scope":"a b"}')


def test_5_1_no_scope_is_no_member():
    response = PLAIN.write_token(answer(), post(), SOURCES)

    assert b"scope" not in response.body


def test_5_1_answers_must_not_be_stored_and_carry_the_request_id():
    for response in (
        PLAIN.write_token(answer(), post(), SOURCES),
        PLAIN.write_refusal(WrongSecret("no"), post(), SOURCES),
    ):
        headers = headers_of(response)
        assert headers["cache-control"] == "no-store"
        assert headers["pragma"] == "no-cache"
        assert headers["x-request-id"] == "req-1"
        assert headers["content-type"] == "application/json"


def test_5_2_a_missing_grant_type_is_invalid_request():
    status, body = told(PLAIN, form(b"client_id=a&client_secret=b"))

    assert (status, body["error"]) == (400, "invalid_request")
    assert "grant_type" in body["error_description"]


def test_5_2_another_grant_type_is_unsupported_grant_type():
    status, body = told(PLAIN, form(b"grant_type=password", basic("a", "b")))

    assert (status, body["error"]) == (400, "unsupported_grant_type")


def test_5_2_no_client_authentication_is_invalid_client():
    status, body = told(PLAIN, form(GRANT + b"&client_id=a"))

    assert (status, body["error"]) == (401, "invalid_client")


def test_3_2_empty_parameters_are_as_if_omitted():
    body = GRANT + b"&scope=&client_secret=&client_id="
    request = PLAIN.read(form(body, basic("a", "b")))

    assert (request.scope, request.credentials.place) == (None, "basic")


def test_3_2_unknown_parameters_are_ignored():
    assert PLAIN.read(form(GRANT + b"&audience=x&y", basic("a", "b"))).scope is None


def test_rfc8707_resource_may_be_repeated():
    body = GRANT + b"&resource=https%3A%2F%2Fa&resource=https%3A%2F%2Fb"

    assert PLAIN.read(form(body, basic("a", "b"))).resource == ("https://a", "https://b")


@pytest.mark.parametrize(
    "query", [b"client_secret=x", b"a=1&client%5Fsecret=x", b"access_token=x", b"Client_Secret=x"]
)
def test_2_3_1_credentials_in_the_query_are_refused(query):
    assert isinstance(refused(PLAIN, form(GRANT, basic("a", "b"), query=query)), Malformed)


def test_3_2_another_query_is_left_alone():
    request = form(GRANT, basic("a", "b"), query=b"tenant=7&tenant=8&x=%zz")

    assert PLAIN.read(request).credentials.place == "basic"


def test_two_authorization_headers_are_invalid_request():
    status, body = told(PLAIN, form(GRANT, basic("a", "b"), basic("a", "b")))

    assert (status, body["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("method", ["GET", "PUT", "HEAD", "DELETE"])
def test_3_2_the_method_must_be_post(method):
    request = form(GRANT, basic("a", "b"), method=method)

    response = PLAIN.write_refusal(refused(PLAIN, request), request, SOURCES)
    assert (response.status, headers_of(response)["allow"]) == (405, "POST")


@pytest.mark.parametrize("content_type", [None, b"application/json", b"text/plain", b"\xff"])
def test_another_content_type_is_invalid_request(content_type):
    request = post(GRANT, basic("a", "b"), content_type=content_type)

    assert told(PLAIN, request)[1]["error"] == "invalid_request"


def test_a_content_type_may_have_a_charset():
    request = post(GRANT, basic("a", "b"), content_type=FORM + b";charset=UTF-8")

    assert PLAIN.read(request).credentials.place == "basic"


def test_7617_latin_1_credentials_are_read_as_latin_1():
    from base64 import b64encode

    header = (b"authorization", b"basic " + b64encode("a:pässword".encode("latin-1")))

    assert PLAIN.read(form(GRANT, header)).credentials.readings[0].secret == "pässword"


@pytest.mark.parametrize("scope", [b"a%00", b"a%0ab", b"a%5Cb", "ä".encode()])
def test_3_3_a_scope_outside_the_grammar_is_refused(scope):
    refusal = refused(PLAIN, form(GRANT + b"&scope=" + scope, basic("a", "b")))

    assert isinstance(refusal, Malformed if scope == b"a%00" else InvalidScope)


def test_secrets_are_in_no_repr():
    wire = form(GRANT + b"&client_id=a&client_secret=planted-secret")
    request = PLAIN.read(wire)

    assert "planted-secret" not in repr(request) + repr(wire)
    assert "eyJ" not in repr(answer()) + repr(PLAIN.write_token(answer(), wire, SOURCES))
