"""Each row of the tables of Connectivity's page, at the engine."""

import pytest

from tests.dialect.wire import (
    SOURCES,
    TOKEN,
    answer,
    answered,
    basic,
    form,
    headers_of,
    post,
    refused,
    told,
)
from watchword.dialect import load
from watchword.dialect.refusal import UnknownClient, WrongSecret

CONNECTIVITY = load("connectivity")


def test_basic_with_grant_type_in_the_form_is_read():
    request = CONNECTIVITY.read(form(b"grant_type=client_credentials", basic("me", "my:own")))

    assert request.credentials.readings[0].secret == "my:own"


def test_success_has_the_page_s_keys_in_the_page_s_order():
    response = CONNECTIVITY.write_token(answer(), post(), SOURCES)

    expected = '{"token_type":"Bearer","expires_in":3600,"access_token":"%s"}'.replace("%s", TOKEN)
    assert (response.status, response.body.decode()) == (200, expected)


@pytest.mark.parametrize("made", [UnknownClient, WrongSecret])
def test_invalid_credentials_are_401(made):
    assert answered(CONNECTIVITY, made("no"))[0] == 401


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        b"Basic",
        b"Basic ",
        b"Basic !!!",
        b"Basic bm9jb2xvbg==",
        b"Basic YTpiYw",
        b"Basic AGE6Yg==",
        b"Bearer abc",
        b"",
    ],
)
@pytest.mark.parametrize("body", [b"", b"grant_type=client_credentials"])
def test_missing_or_undecodable_basic_is_401_with_a_challenge(authorization, body):
    headers = () if authorization is None else ((b"authorization", authorization),)
    request = form(body, *headers)

    status, told_body = told(CONNECTIVITY, request)
    refusal = refused(CONNECTIVITY, request)
    response = CONNECTIVITY.write_refusal(refusal, request, SOURCES)
    assert (status, told_body["error"]) == (401, "invalid_client")
    assert headers_of(response)["www-authenticate"].startswith("Basic ")


def test_a_form_encoded_half_is_read_both_ways_raw_first():
    request = CONNECTIVITY.read(form(b"grant_type=client_credentials", basic("me", "a%2Bb+c")))

    assert [r.secret for r in request.credentials.readings] == ["a%2Bb+c", "a+b c"]
    assert CONNECTIVITY.decodes_basic


def test_a_secret_in_the_body_beside_basic_is_two_credentials():
    body = b"grant_type=client_credentials&client_id=me&client_secret=s"

    status, told_body = told(CONNECTIVITY, form(body, basic("me", "s")))
    assert (status, told_body["error"]) == (400, "invalid_request")
