"""Each row of the tables of Kashimi's page, at the engine."""

import pytest

from tests.dialect.wire import SOURCES, TOKEN, answer, answered, basic, form, headers_of, post, told
from watchword.dialect import load
from watchword.dialect.refusal import (
    InvalidScope,
    ServerError,
    TemporarilyUnavailable,
    UnknownClient,
    WrongSecret,
)

KASHIMI = load("kashimi")
GRANT = b"grant_type=client_credentials"
SCOPES = "payments:read payments:write providers:read"


def test_basic_is_read_as_it_is_first_then_form_decoded_with_grant_type_and_scope():
    body = GRANT + b"&scope=payments%3Aread+payments%3Awrite%20providers%3Aread"
    request = KASHIMI.read(form(body, basic("me", "a%2Bb"), path=b"/api/v1/auth/token"))

    assert request.scope == SCOPES
    assert [r.secret for r in request.credentials.readings] == ["a%2Bb", "a+b"]


def test_success_has_the_page_s_three_fields():
    response = KASHIMI.write_token(answer(expires_in=1800, scope=SCOPES), post(), SOURCES)

    expected = '{"access_token":"%s","token_type":"Bearer","expires_in":1800}'.replace("%s", TOKEN)
    assert (response.status, response.body.decode()) == (200, expected)


def test_the_scope_is_told_where_it_is_not_what_was_asked_for():
    response = KASHIMI.write_token(answer(scope="a", scope_differs=True), post(), SOURCES)

    assert response.body.endswith(b'"expires_in":3600,"scope":"a"}')


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"scope=payments:read",
        GRANT + b"&" + GRANT,
        GRANT + b"&scope=a&scope=b",
        GRANT + b"&x=%zz",
        GRANT + b"&x=%ff",
        GRANT + b"&x=\xff",
        GRANT + b"&x=%00",
        b"&".join(b"p%d=1" % n for n in range(101)),
    ],
)
def test_missing_or_malformed_parameters_are_invalid_request(body):
    status, told_body = told(KASHIMI, form(body, basic("a", "b")))

    assert (status, told_body["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("made", [UnknownClient, WrongSecret])
def test_invalid_client_id_or_secret_is_invalid_client(made):
    status, body = answered(KASHIMI, made("no"))

    assert (status, body["error"]) == (401, "invalid_client")


def test_a_scope_that_is_not_permitted_is_invalid_scope():
    status, body = answered(KASHIMI, InvalidScope("Not permitted."))

    assert (status, body["error"]) == (400, "invalid_scope")


def test_a_malformed_scope_is_invalid_scope():
    status, body = told(KASHIMI, form(GRANT + b"&scope=a%22b", basic("a", "b")))

    assert (status, body["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize("made", [ServerError, TemporarilyUnavailable])
def test_server_error_is_503_with_retry_after(made):
    response = KASHIMI.write_refusal(made("away", retry_after=7), post(), SOURCES)

    assert (response.status, headers_of(response)["retry-after"]) == (503, "7")
    assert b'"server_error"' in response.body


def test_server_error_says_when_to_retry_even_if_nobody_knows():
    response = KASHIMI.write_refusal(ServerError("away"), post(), SOURCES)

    assert headers_of(response)["retry-after"] == "5"


def test_the_token_says_typ_jwt_and_may_name_its_key():
    assert (KASHIMI.header.typ, KASHIMI.header.kid) == ("JWT", True)
