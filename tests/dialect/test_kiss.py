"""Each row of the tables of Kiss's page, at the engine."""

import pytest

from tests.dialect.wire import SOURCES, TOKEN, answer, answered, basic, form, headers_of, post, told
from watchword.dialect import load
from watchword.dialect.refusal import (
    DisabledClient,
    ExpiredSecret,
    RevokedSecret,
    UnknownClient,
    WrongSecret,
)

KISS = load("kiss")
CREDENTIALS = b"client_id=ACME01&client_secret=KEY"
BODY = b"grant_type=client_credentials&" + CREDENTIALS


def test_customer_code_and_api_key_are_read_from_the_form():
    credentials = KISS.read(form(BODY)).credentials

    assert credentials.place == "form"
    assert credentials.readings[0].client_id == "ACME01"
    assert credentials.readings[0].secret == "KEY"


def test_basic_is_taken_as_well():
    request = KISS.read(form(b"grant_type=client_credentials", basic("ACME01", "KEY")))

    assert request.credentials.place == "basic"
    assert request.credentials.readings[0].client_id == "ACME01"


def test_success_has_the_three_fields_in_the_page_s_order():
    response = KISS.write_token(answer(), post(), SOURCES)

    expected = '{"access_token":"%s","token_type":"Bearer","expires_in":3600}'.replace("%s", TOKEN)
    assert (response.status, response.body.decode()) == (200, expected)


@pytest.mark.parametrize("grant", [b"", b"grant_type=", b"grant_type=password"])
def test_another_grant_type_or_none_is_400_unsupported_grant_type(grant):
    status, body = told(KISS, form(grant + b"&" + CREDENTIALS))

    assert (status, body["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(
    ("fields", "missing"),
    [
        (b"client_id=ACME01", "client_secret"),
        (b"client_secret=KEY", "client_id"),
        (b"", "client_id, client_secret"),
        (b"client_id=&client_secret=", "client_id, client_secret"),
    ],
)
def test_a_missing_client_id_or_client_secret_is_400_invalid_request(fields, missing):
    status, body = told(KISS, form(b"grant_type=client_credentials&" + fields))

    assert (status, body["error"]) == (400, "invalid_request")
    assert body["error_description"] == f"Missing required parameter: {missing}."


@pytest.mark.parametrize(
    "made", [UnknownClient, WrongSecret, ExpiredSecret, RevokedSecret, DisabledClient]
)
def test_unknown_wrong_expired_and_disabled_are_401_in_one_text(made):
    expected = {"error": "invalid_client", "error_description": "Invalid client credentials."}

    assert answered(KISS, made("reason", values={"secret_id": "x"})) == (401, expected)


def test_a_401_after_form_credentials_has_no_challenge():
    response = KISS.write_refusal(WrongSecret("no"), form(BODY), SOURCES)

    assert "www-authenticate" not in headers_of(response)


def test_a_401_after_an_authorization_header_has_a_basic_challenge():
    response = KISS.write_refusal(WrongSecret("no"), form(b"", basic("a", "b")), SOURCES)

    assert headers_of(response)["www-authenticate"].startswith("Basic ")


def test_two_credentials_at_once_are_invalid_request():
    status, body = told(KISS, form(BODY, basic("ACME01", "KEY")))

    assert (status, body["error"]) == (400, "invalid_request")


def test_a_client_id_alone_beside_basic_is_taken_if_it_is_the_same():
    same = form(b"grant_type=client_credentials&client_id=ACME01", basic("ACME01", "KEY"))
    other = form(b"grant_type=client_credentials&client_id=OTHER", basic("ACME01", "KEY"))

    assert KISS.read(same).credentials.place == "basic"
    assert told(KISS, other)[1]["error"] == "invalid_request"


def test_token_header_is_exactly_alg_and_typ():
    assert (KISS.header.typ, KISS.header.kid) == ("JWT", False)
