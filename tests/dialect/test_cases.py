"""A dialect's cases replayed against a server that speaks it, and against one that does not."""

import json
from base64 import urlsafe_b64encode

import pytest

from tests.dialect.own import OWN, own
from tests.dialect.wire import SOURCES, answer
from watchword.dialect import Refusal, load, names, parse, source
from watchword.dialect.caller_request import CallerRequest
from watchword.dialect.cases import GRANTED, Credentials, Incomplete, as_wire, cases, replay
from watchword.dialect.refusal import InvalidScope, UnknownClient, WrongSecret

CREDENTIALS = Credentials(
    client_id="ACME01", client_secret="right-secret", scope=None, fields={"account_id": "7"}
)


def jwt(dialect):
    """A token with the header that a dialect asks for."""
    header = {"alg": "HS256"}
    header |= {"typ": dialect.header.typ} if dialect.header.typ else {}
    header |= {"kid": "k1"} if dialect.header.kid else {}
    return f"{urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip('=')}.e30.c2ln"


def server(dialect):
    """A server that knows one client and speaks a dialect."""

    def send(method, url, headers, body):
        target = url.removeprefix("http://vendor.test")
        path, _, query = target.partition("?")
        wire = as_wire(
            CallerRequest(method=method, path=path, query=query, headers=headers, body=body)
        )
        response = _respond(dialect, wire)
        return (
            response.status,
            {name.decode(): value.decode() for name, value in response.headers},
            response.body,
        )

    return send


def _respond(dialect, wire):
    try:
        read = dialect.read(wire)
        reading = read.credentials.readings[0]
        if reading.client_id not in (None, "ACME01"):
            raise UnknownClient("unknown")
        if reading.secret != "right-secret":
            raise WrongSecret("wrong")
        if read.scope:
            raise InvalidScope("Not permitted.")
    except Refusal as refusal:
        return dialect.write_refusal(refusal, wire, SOURCES)
    attributes = dict.fromkeys(dialect.client_attributes, "1")
    minted = answer(
        access_token=jwt(dialect), client_id="ACME01", fields=read.fields, attributes=attributes
    )
    return dialect.write_token(minted, wire, SOURCES)


def all_dialects():
    """Every dialect at hand."""
    return [*(load(name) for name in names()), *(own(name) for name in OWN)]


@pytest.mark.parametrize("dialect", all_dialects(), ids=lambda dialect: dialect.name)
def test_a_server_that_speaks_the_dialect_differs_in_nothing(dialect):
    outcomes = replay(dialect, "http://vendor.test", server(dialect), CREDENTIALS)

    told = {each.case: each.differences for each in outcomes if each.differences}
    # Any attribute is a text here, whatever the file makes of it.
    told.pop("a token, credentials in form:client_secret" if dialect.name == "fjord" else "", None)
    told.pop("a token, credentials by Basic" if dialect.name == "fjord" else "", None)
    assert told == {}


@pytest.mark.parametrize("name", names())
def test_the_cases_hold_tokens_wrong_and_missing_credentials_and_broken_requests(name):
    found = {case.name: case.expected for case in cases(load(name), CREDENTIALS)}

    assert GRANTED in found.values()
    assert found["a wrong secret"] == "wrong_secret"
    assert found["an unknown client"] == "unknown_client"
    assert found["another method"] == "method_not_allowed"
    assert found["a broken body"] == "malformed"
    assert any(case.startswith("without ") for case in found)


def test_the_token_endpoint_s_own_url_will_do():
    kiss = load("kiss")
    outcomes = replay(kiss, "http://vendor.test/auth/token", server(kiss), CREDENTIALS)

    assert all(not each.differences for each in outcomes)


def test_a_server_of_another_dialect_is_found_out():
    changed = parse(
        source("kiss")
        .replace("Invalid client credentials.", "Wrong.")
        .replace('"expires_in": "{expires_in}"', '"expires_in": "{expires_in|text}", "x": 1')
    )
    outcomes = replay(load("kiss"), "http://vendor.test", server(changed), CREDENTIALS)

    told = {each.case: each.differences for each in outcomes}
    assert told["a wrong secret"] == ("error_description is another text",)
    assert told["a token, credentials in form:client_secret"] == (
        "expires_in is a text, not a number",
        "x is not in the file",
    )


def test_the_header_of_the_token_is_compared():
    plain = parse(source("kamoa").replace('typ = "JWT"\nkid = false', ""))
    outcomes = replay(plain, "http://vendor.test", server(load("kamoa")), CREDENTIALS)

    assert next(each for each in outcomes if each.expected == GRANTED).differences == (
        "the token's typ is JWT, not at+jwt",
        "the token's kid is missing",
    )


GRANT = """
[request.grant]
place = "%s"
[request.fields.account]
place = "json:account"
[token]"""


@pytest.mark.parametrize("place", ["json:grant", "query:grant_type", "header:X-Grant"])
def test_another_grant_type_is_tried_wherever_it_stands(place):
    dialect = parse(source("kamoa").replace("[token]", GRANT % place, 1))
    known = Credentials(client_id="a", client_secret="b", fields={"account": "c"})

    found = {each.name: each.expected for each in cases(dialect, known)}
    assert found["another grant type"] == "unsupported_grant_type"


def test_no_case_is_made_without_the_fields_that_a_right_request_has():
    dialect = parse(source("kamoa").replace("[token]", GRANT % "json:grant", 1))

    with pytest.raises(Incomplete, match="account"):
        cases(dialect, CREDENTIALS)


def test_another_status_and_content_type_are_told():
    def send(method, url, headers, body):
        return 404, {"Content-Type": "text/html"}, b"<html>"

    outcomes = replay(load("kamoa"), "http://vendor.test", send, CREDENTIALS)

    told = {each.case: each.differences for each in outcomes}
    assert told["a wrong secret"] == (
        "the status is 404, not 400",
        "the content type is text/html, not application/json",
        "the body is not JSON",
    )
    assert "no token" in told["a token, credentials in json:secret"][0]


def test_no_secret_or_token_is_told():
    def send(method, url, headers, body):
        text = b'{"access_token": "planted-token", "token_type": "planted-token"}'
        return 200, {"Content-Type": "application/json"}, text

    outcomes = replay(load("rfc6749"), "http://vendor.test", send, CREDENTIALS)

    assert "planted-token" not in repr(outcomes)
    assert "right-secret" not in repr(outcomes) + repr(CREDENTIALS)
