"""Each row of the tables of Kamoa's page, at the engine."""

import json

import pytest

from tests.dialect.wire import JSON, SOURCES, TOKEN, answer, answered, as_json, basic, post, told
from watchword.dialect import load
from watchword.dialect.refusal import (
    DisabledClient,
    ExpiredSecret,
    ServerError,
    TemporarilyUnavailable,
    UnknownClient,
    WrongSecret,
)

KAMOA = load("kamoa")
INVALID = {"message": "Invalid credentials provided"}


def test_client_id_and_secret_are_read_from_json_without_a_grant_type():
    request = KAMOA.read(as_json({"clientId": "abc", "secret": "s3cret"}))

    assert request.credentials.place == "json"
    assert [(r.client_id, r.secret) for r in request.credentials.readings] == [("abc", "s3cret")]
    assert request.scope is None


def test_success_is_200_with_the_token_and_nothing_else():
    response = KAMOA.write_token(answer(scope="a b", scope_differs=True), post(), SOURCES)

    assert (response.status, response.body) == (200, b'{"token":"%s"}' % TOKEN.encode())


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({}, "clientId, secret"),
        ({"clientId": "abc"}, "secret"),
        ({"secret": "s"}, "clientId"),
        ({"clientId": "", "secret": ""}, "clientId, secret"),
        ({"clientId": "abc", "secret": ""}, "secret"),
        ({"clientId": None, "secret": "s"}, "clientId"),
    ],
)
def test_missing_or_empty_fields_are_400_and_named(body, missing):
    assert told(KAMOA, as_json(body)) == (400, {"message": f"Missing required fields: {missing}"})


def test_an_empty_body_lacks_both_fields():
    expected = (400, {"message": "Missing required fields: clientId, secret"})

    assert told(KAMOA, post()) == expected
    assert told(KAMOA, post(content_type=JSON)) == expected


@pytest.mark.parametrize("made", [UnknownClient, WrongSecret, ExpiredSecret, DisabledClient])
def test_wrong_credentials_and_a_deactivated_client_are_400_and_alike(made):
    assert answered(KAMOA, made("who knows", reason="told to the log")) == (400, INVALID)


@pytest.mark.parametrize("made", [ServerError, TemporarilyUnavailable])
def test_a_fault_of_ours_is_500_unexpected_error(made):
    assert answered(KAMOA, made("the disk is full")) == (500, {"message": "Unexpected error"})


@pytest.mark.parametrize(
    "body",
    [
        {"clientId": 5, "secret": "s"},
        {"clientId": ["a"], "secret": "s"},
        {"clientId": "a", "secret": {"b": 1}},
        {"clientId": "a\0", "secret": "s"},
        {"clientId": "a", "secret": "\ud800"},
        [],
        "text",
        7,
    ],
)
def test_json_of_the_wrong_shape_is_400_with_a_message(body):
    status, told_body = told(KAMOA, as_json(body))

    assert status == 400
    assert list(told_body) == ["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff",
        b'{"clientId": "a", "clientId": "b", "secret": "s"}',
        b'{"clientId": NaN}',
        b"[" * 50_000,
        b'{"a":' * 40 + b"1" + b"}" * 40,
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
def test_bytes_that_are_not_json_are_400_with_a_message(body):
    status, told_body = told(KAMOA, post(body, content_type=JSON))

    assert status == 400
    assert list(told_body) == ["message"]


def test_a_form_is_the_wrong_content_type():
    request = post(b"clientId=a&secret=b", content_type=b"application/x-www-form-urlencoded")

    expected = (400, {"message": "The Content-Type must be application/json."})
    assert told(KAMOA, request) == expected


def test_content_type_may_have_parameters():
    request = post(
        b'{"clientId":"a","secret":"b"}', content_type=b"Application/JSON; charset=utf-8"
    )

    assert KAMOA.read(request).credentials.readings[0].client_id == "a"


def test_basic_beside_the_body_is_two_credentials():
    request = as_json({"clientId": "a", "secret": "b"}, basic("a", "b"))

    status, body = told(KAMOA, request)
    assert status == 400
    assert "More than one" in body["message"]


def test_an_old_token_in_the_authorization_header_does_no_harm():
    request = as_json({"clientId": "a", "secret": "b"}, (b"authorization", TOKEN.encode()))

    assert KAMOA.read(request).credentials.readings[0].secret == "b"


def test_get_is_405_with_a_message():
    response = KAMOA.write_refusal(_refusal_of_get(), post(method="GET"), SOURCES)

    assert response.status == 405
    assert json.loads(response.body) == {"message": "The token endpoint takes POST."}
    assert (b"allow", b"POST") in response.headers


def _refusal_of_get():
    from tests.dialect.wire import refused

    return refused(KAMOA, post(method="GET"))


def test_token_header_and_presentation_are_as_the_page_shows():
    assert (KAMOA.header.typ, KAMOA.header.kid) == ("JWT", False)
    assert (KAMOA.presentation.header, KAMOA.presentation.scheme) == ("authorization", "")
    assert KAMOA.token_path == "/auth/token"
    assert not KAMOA.rfc6749
