"""What holds for every dialect that loads and for any bytes."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.dialect.strategies import dialects, requests
from tests.dialect.wire import SOURCES, TOKEN, answer, as_wire, post
from watchword.dialect import Refusal, TokenRequest, WireResponse, faults_of, load, names, source
from watchword.dialect.cause import CAUSES
from watchword.dialect.public import CallerRefusal, PublicDialect
from watchword.dialect.refusal import (
    DisabledClient,
    ExpiredSecret,
    MissingCredentials,
    MissingFields,
    RevokedSecret,
    ServerError,
    UnknownClient,
    WrongSecret,
)

TEXTS = st.text(max_size=12)
SLOW = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None
)
MANY = settings(SLOW, max_examples=1500)


def is_sound(response):
    """Whether an answer can be sent: bytes, and headers of one printable line each."""
    lines = [part for header in response.headers for part in header]
    return isinstance(response.body, bytes) and all(
        line.isascii() and line.decode().isprintable() for line in lines
    )


def any_bytes_are_answered_without_a_5xx(dialect, request):
    try:
        read = dialect.read(request)
    except Refusal as refusal:
        response = dialect.write_refusal(refusal, request, SOURCES)
        assert isinstance(response, WireResponse)
        assert response.status < 500
        assert is_sound(response)
        assert TOKEN.encode() not in response.body
    else:
        assert isinstance(read, TokenRequest)
        assert read.credentials.readings


@SLOW
@given(dialects(), requests())
def test_any_bytes_are_answered_without_a_5xx(dialect, request):
    any_bytes_are_answered_without_a_5xx(dialect, request)


@pytest.mark.long
@pytest.mark.timeout(900)
@MANY
@given(dialects(), requests())
def test_any_bytes_are_answered_without_a_5xx_at_length(dialect, request):
    any_bytes_are_answered_without_a_5xx(dialect, request)


@SLOW
@given(st.sampled_from(names()), requests())
def test_shipped_dialects_answer_any_bytes_too(name, request):
    any_bytes_are_answered_without_a_5xx(load(name), request)


@SLOW
@given(dialects(), requests(), TEXTS)
def test_unknown_and_wrong_are_answered_alike_unless_a_dialect_reveals_them(dialect, request, told):
    alike = [UnknownClient, WrongSecret, ExpiredSecret, RevokedSecret, DisabledClient]
    hidden = [made for made in alike if made.cause not in dialect.revealed]

    answers = {
        dialect.write_refusal(
            made(f"{made.cause} {told}", retry_after=n, values={"secret_id": made.cause}),
            request,
            SOURCES,
        )
        for n, made in enumerate(hidden)
    }
    assert len(answers) <= 1


@SLOW
@given(
    dialects(),
    requests(),
    st.sampled_from([cause.made for cause in CAUSES.values()]),
    TEXTS,
    st.dictionaries(st.sampled_from(("missing", "secret_id", "secret_expires_at")), TEXTS),
)
def test_any_refusal_is_written_whatever_its_words(dialect, request, made, told, values):
    if made in (MissingFields, MissingCredentials):
        refusal = made((told,))
    elif made.__init__ is Refusal.__init__:
        refusal = made(told, values=values)
    else:
        refusal = made(("POST",))

    response = dialect.write_refusal(refusal, request, SOURCES)
    assert is_sound(response)
    assert response.status < 500 or isinstance(refusal, ServerError)
    json.loads(response.body)


@SLOW
@given(
    dialects(),
    requests(),
    TEXTS,
    st.integers(-(2**40), 2**60),
    st.dictionaries(st.sampled_from(("a", "x")), TEXTS),
)
def test_any_token_is_written_as_json_that_a_caller_reads(dialect, request, told, at, values):
    minted = answer(
        scope=told,
        scope_differs=True,
        client_id=told,
        issued_at=at,
        attributes=values,
        fields=values,
    )

    response = dialect.write_token(minted, request, SOURCES)
    assert is_sound(response)
    json.loads(response.body)
    found = PublicDialect(dialect).token_answer(response.status, {}, response.body)
    assert found.access_token == TOKEN


@SLOW
@given(dialects(), st.text("abc:&=% +é", min_size=1, max_size=9), st.text("abc:&=%é", min_size=1))
def test_what_a_caller_sends_the_server_reads(dialect, client_id, secret):
    public = PublicDialect(dialect)
    if dialect.file.request.credentials[0].basic in (["raw"], ["secret"]):
        client_id, secret = client_id.replace(":", ""), secret.replace(":", "") or "s"
    try:
        wire = as_wire(public.token_request(client_id, secret, fields={"x": "1"}))
        read = dialect.read(wire)
    except (Refusal, UnicodeEncodeError):
        # Two values at one place, or not for a header: the file may say so, and the server refuses.
        return
    assert read.credentials.readings


@SLOW
@given(dialects(), st.integers(100, 599), st.binary(max_size=60))
def test_a_caller_takes_any_bytes_for_a_refusal(dialect, status, body):
    try:
        told = PublicDialect(dialect).token_answer(status, {"Retry-After": "3"}, body)
    except CallerRefusal as refusal:
        told = refusal

    assert told.access_token if not isinstance(told, CallerRefusal) else told.retry_after == 3


@SLOW
@given(st.text() | st.text().map(lambda t: source("kiss") + t))
def test_any_text_is_a_dialect_or_has_faults(text):
    assert isinstance(faults_of(text), tuple)


@SLOW
@given(st.data())
def test_a_file_with_a_piece_cut_out_or_put_in_has_faults_or_loads(data):
    text = source(data.draw(st.sampled_from(names())))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    put = data.draw(st.sampled_from(("", "{", "}", '"', "'''", "[", "\n", "= 1", "{scope|", "\\")))

    for fault in faults_of(text[:start] + put + text[end:]):
        assert fault.message


def test_a_request_that_nobody_sent_is_answered_too():
    refusal = Refusal("x")

    assert load("kamoa").write_refusal(refusal, post(), SOURCES).status == 400
