"""The caller's side: from the public half to a request that the server reads, and back again."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialect.wire import SOURCES, TOKEN, answer, as_wire, post, received
from watchword.dialect import DialectError, load, names
from watchword.dialect.public import CallerRefusal, PublicDialect
from watchword.dialect.refusal import (
    InvalidScope,
    MissingCredentials,
    ServerError,
    TooManyRequests,
    WrongSecret,
)


def public(name):
    """The public half of a shipped dialect, by way of JSON."""
    return PublicDialect.from_json(json.dumps(load(name).public).encode())


@pytest.mark.parametrize("name", names())
def test_what_a_caller_sends_is_what_the_server_reads(name):
    request = public(name).token_request("ACME 01", "s:e&c+r%t", scope="a b")

    read = load(name).read(as_wire(request))
    readings = [(r.client_id, r.secret) for r in read.credentials.readings]
    assert ("ACME 01", "s:e&c+r%t") in readings
    assert read.scope == (None if name == "kamoa" else "a b")


@pytest.mark.parametrize("name", names())
def test_what_the_server_writes_is_what_a_caller_reads(name):
    response = load(name).write_token(answer(scope="a", scope_differs=True), post(), SOURCES)

    found = received(public(name), response)
    assert found.access_token == TOKEN
    assert found.expires_in == (None if name == "kamoa" else 3600)
    assert found.scope == (None if name == "kamoa" else "a")


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (WrongSecret("no"), "invalid_client"),
        (ServerError("away", retry_after=9), "server_error"),
        (TooManyRequests("slower", retry_after=9), "temporarily_unavailable"),
        (InvalidScope("Not permitted."), "invalid_scope"),
    ],
)
def test_a_caller_learns_the_error_of_a_refusal(name, refusal, error):
    response = load(name).write_refusal(refusal, post(), SOURCES)

    with pytest.raises(CallerRefusal) as told:
        received(public(name), response)
    if name == "kashimi" and error == "temporarily_unavailable":
        error = "server_error"
    if name == "kamoa" and error == "invalid_scope":
        error = "invalid_request"
    assert told.value.error == error
    assert told.value.retry_after == refusal.retry_after


def test_kamoa_s_messages_are_told_apart():
    kamoa = public("kamoa")
    missing = load("kamoa").write_refusal(MissingCredentials(("secret",)), post(), SOURCES)
    wrong = load("kamoa").write_refusal(WrongSecret("no"), post(), SOURCES)

    for response, error in ((missing, "invalid_request"), (wrong, "invalid_client")):
        with pytest.raises(CallerRefusal) as told:
            received(kamoa, response)
        assert told.value.error == error
        assert told.value.description == json.loads(response.body)["message"]


@given(status=st.integers(100, 599), body=st.binary(max_size=200))
def test_any_bytes_are_a_refusal_and_nothing_else(status, body):
    with pytest.raises(CallerRefusal) as told:
        public("rfc6749").token_answer(status, {}, body)

    assert told.value.status == status


@pytest.mark.parametrize(
    "body",
    [
        b'{"access_token": 5}',
        b'{"access_token": ""}',
        b'{"access_token": null}',
        b'{"access_token": "a b"}',
        b'{"access_token": "a\\r\\nb"}',
        b'{"access_token": "a", "access_token": "b"}',
        b"[]",
        b"<html>",
    ],
)
def test_a_200_without_a_usable_token_is_unreadable(body):
    with pytest.raises(CallerRefusal) as told:
        public("rfc6749").token_answer(200, {}, body)

    assert told.value.error == "unreadable_answer"


@pytest.mark.parametrize("life", ["-1", "true", '"x"', "1e300", "99999999999999999"])
def test_a_lifetime_that_cannot_be_is_none(life):
    body = b'{"access_token": "a", "expires_in": %s}' % life.encode()

    assert public("rfc6749").token_answer(200, {}, body).expires_in is None


def test_a_lifetime_in_quotes_is_read():
    body = b'{"access_token": "a", "expires_in": "60"}'

    assert public("rfc6749").token_answer(200, {}, body).expires_in == 60


def test_keys_of_a_later_version_are_passed_over():
    half = {**load("kiss").public, "colour": "red", "key_prefix": "kiss"}

    assert PublicDialect.from_json(json.dumps(half).encode()).key_prefix == "kiss"


@pytest.mark.parametrize(
    "text", [b"", b"[]", b"{}", b'{"format": 2}', b'{"format": 1}', b"x" * 300_000]
)
def test_what_is_no_public_half_is_a_dialect_error(text):
    with pytest.raises(DialectError):
        PublicDialect.from_json(text)


def test_no_secret_or_token_is_in_a_repr():
    request = public("kiss").token_request("a", "planted")
    found = public("kiss").token_answer(200, {}, b'{"access_token": "planted"}')

    assert "planted" not in repr(request) + repr(found)


def test_a_dialect_without_client_ids_says_so():
    from tests.dialect.own import own

    assert not PublicDialect(own("solo")).takes_client_id
    assert PublicDialect(own("pylon")).takes_client_id
    assert public("kashimi").takes_client_id
