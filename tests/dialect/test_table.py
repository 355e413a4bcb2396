"""Each row of the design's table of dialects, by a dialect of our own devising."""

import json
from base64 import b64encode

import pytest

from tests.dialect.own import OWN, own
from tests.dialect.wire import (
    FORM,
    JSON,
    SOURCES,
    TOKEN,
    answer,
    answered,
    as_json,
    as_wire,
    basic,
    form,
    headers_of,
    post,
    received,
    refused,
    told,
)
from watchword.dialect.public import CallerRefusal, PublicDialect
from watchword.dialect.refusal import (
    DisabledClient,
    ExpiredSecret,
    InvalidRequest,
    InvalidScope,
    Malformed,
    MissingCredentials,
    MissingFields,
    ServerError,
    TooManyRequests,
    UnknownClient,
    UnsupportedGrantType,
    WrongSecret,
)

EXPIRES_AT = 1_795_251_600


def public(name):
    """The public half of one of our own dialects, by way of JSON."""
    return PublicDialect.from_json(json.dumps(own(name).public).encode())


def body_of(name, **more):
    """The JSON of an answer with a token."""
    return json.loads(own(name).write_token(answer(**more), post(), SOURCES).body)


@pytest.mark.parametrize("name", OWN)
def test_a_round_trip_from_caller_to_server_and_back(name):
    sent = as_wire(public(name).token_request("id-1", "sec:r%t+1", fields={"account_id": "77"}))

    read = own(name).read(sent)
    client_id = None if name == "solo" else "id-1"
    assert any(
        (r.client_id, r.secret) == (client_id, "sec:r%t+1") for r in read.credentials.readings
    )
    response = own(name).write_token(answer(client_id="id-1", fields=read.fields), sent, SOURCES)
    found = received(public(name), response)
    assert found.access_token == TOKEN
    life = found.expires_in if found.expires_in is not None else found.expires_at
    assert life in ((None,) if name == "fjord" else (3600, EXPIRES_AT))


@pytest.mark.parametrize("name", OWN)
def test_a_caller_learns_that_it_is_refused_and_why(name):
    response = own(name).write_refusal(WrongSecret("no"), post(), SOURCES)

    with pytest.raises(CallerRefusal) as found:
        received(public(name), response)
    assert found.value.error == "invalid_client"


@pytest.mark.parametrize("name", OWN)
def test_the_guard_learns_how_the_token_is_presented(name):
    shown = public(name).presentation

    expected = {"pylon": ("x-pylon-session", ""), "tern": ("authorization", "Token")}
    assert (shown.header, shown.scheme) == expected.get(name, ("authorization", "Bearer"))


# Refusals


@pytest.mark.parametrize(
    ("refusal", "code", "message"),
    [
        (MissingCredentials(("appSecret",)), 40001, "parameter missing: appSecret"),
        (UnknownClient("x"), 40101, "appKey or appSecret is wrong"),
        (WrongSecret("x"), 40101, "appKey or appSecret is wrong"),
        (ExpiredSecret("x"), 40101, "appKey or appSecret is wrong"),
        (DisabledClient("x"), 40101, "appKey or appSecret is wrong"),
        (InvalidScope("Not yours."), 40301, "Not yours."),
        (UnsupportedGrantType("Not this."), 40000, "Not this."),
        (Malformed("Broken."), 40000, "Broken."),
        (TooManyRequests("x", retry_after=3), 42900, "too frequent, wait 3 s"),
        (ServerError("x"), 50000, "system busy"),
    ],
)
def test_refusals_each_with_a_code_in_http_200(refusal, code, message):
    expected = {"code": code, "msg": message, "data": None, "traceId": "req-1"}

    assert answered(own("harbour"), refusal) == (200, expected)


def test_refusals_with_status_and_its_words_in_texts():
    status, body = answered(own("meridian"), InvalidRequest("Say more."))

    expected = {"status": "400", "title": "Bad Request", "detail": "Say more."}
    assert (status, body) == (400, {"errors": [expected]})


def test_refusals_with_a_request_id_inside_a_text():
    status, body = answered(own("tollgate"), WrongSecret("x"))

    assert (status, body) == (401, {"errcode": 40125, "errmsg": "invalid_client rid: req-1"})


def test_refusals_with_an_instant_and_a_path():
    status, body = answered(own("nimbus"), WrongSecret("x"), post(path=b"/auth"))

    assert status == 401
    assert body["timestamp"] == "2026-11-21T08:00:00.250Z"
    assert (body["error"], body["path"]) == ("Unauthorized", "/auth")


# Answer


def test_answer_201_nested_constants_null_apart_from_absent_and_a_value_twice():
    response = own("meridian").write_token(answer(scope="a b"), post(), SOURCES)

    session = json.loads(response.body)["session"]
    assert response.status == 201
    assert (session["token"], session["ttl"], session["permissions"]) == (TOKEN, 60, ["a", "b"])
    assert session["refresh_token"] is None
    assert "notes" not in session
    assert session["links"][0]["href"] == f"/v3/sessions/{session['id']}"
    assert json.loads(response.body)["authorization"] == f"Bearer {TOKEN}"


def test_answer_members_that_are_there_after_all():
    session = body_of("meridian", attributes={"plan": "gold"})["session"]

    assert session["notes"] == {"plan": "gold"}
    assert "permissions" not in session


# Grant


@pytest.mark.parametrize("grant", [b"grant_type=client_credential&", b"grant_type=partner&", b""])
def test_grant_by_another_literal_or_several_or_none(grant):
    read = own("tollgate").read(form(grant + b"appid=a&secret=b&permissions=x,y"))

    assert (read.credentials.readings[0].client_id, read.scope) == ("a", "x y")


def test_grant_of_another_name_is_refused():
    status, body = told(own("tollgate"), form(b"grant_type=client_credentials&appid=a&secret=b"))

    assert (status, body["errcode"]) == (400, 40002)


def test_grant_with_an_empty_body():
    headers = ((b"x_client.id", b"a"), (b"x_client.secret", b"b"))

    assert own("pylon").read(post(b"", *headers)).credentials.place == "header"


# Times


def test_times_as_lifetime_and_instant_number_and_text():
    assert body_of("harbour")["data"]["expireTime"] == EXPIRES_AT * 1000
    assert body_of("tollgate")["expires_in"] == "3600"
    assert body_of("manifold")["issued_at"] == "1795248000000"
    assert body_of("ledgerly")["valid_for_hours"] == 1
    assert body_of("nimbus")["issued"] == "2026-11-21T08:00:00Z"
    assert body_of("nimbus")["expires"] == "21.11.2026 11:00:00"
    assert body_of("solo")["data"]["attributes"]["expires-at"] == "2026-11-21T09:00:00Z"


def test_times_in_a_header_and_in_a_zone():
    response = own("pylon").write_token(answer(), post(), SOURCES)

    assert headers_of(response)["x-pylon-expires"] == "Sat, 21 Nov 2026 09:00:00 GMT"
    assert (
        b"<until>2026-11-21T10:00:00+01:00</until>"
        in own("quill").write_token(answer(), post(), SOURCES).body
    )


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("issued_at", [-1, 0, 2**31, 2**62])
def test_times_beyond_the_calendar_do_no_harm(name, issued_at):
    response = own(name).write_token(answer(issued_at=issued_at), post(), SOURCES)

    assert response.status < 300


# Generated values


def test_generated_uuid_random_and_a_second_token():
    assert body_of("meridian")["session"]["id"] == "00010203-0405-4607-8809-0a0b0c0d0e0f"
    assert len(body_of("manifold")["refresh_token"]) == 40
    assert len(body_of("solo")["data"]["id"]) == 12
    assert body_of("harbour")["traceId"] == "req-1"


# Values of the client


def test_values_of_the_client_in_text_list_number_boolean_and_json():
    attributes = {"instance": "EU1", "roles": "a,b", "seats": "5", "limits": '{"day": 9}'}
    body = body_of("fjord", attributes={**attributes, "account_id": "007"}, client_id="me")

    assert body["instance_url"] == "https://eu1.fjord.example"
    assert body["id"] == "https://login.fjord.example/id/007/me"
    assert (body["roles"], body["seats"], body["limits"]) == (["a", "b"], 5, {"day": 9})
    assert body["sandbox"] is False
    names = {"instance", "roles", "seats", "limits", "account_id", "sandbox"}
    assert own("fjord").client_attributes == names


def test_values_of_the_client_that_are_not_what_they_should_be_stay_texts():
    body = body_of("fjord", attributes={"seats": "many", "limits": "{"})

    assert (body["seats"], body["limits"], body["roles"]) == ("many", "{", None)


def test_values_of_the_request_in_the_answer():
    read = own("fjord").read(
        form(b"grant_type=client_credentials&client_id=a&client_secret=b&format=xml")
    )

    assert body_of("fjord", fields=read.fields)["format"] == "xml"


# Where credentials stand


def test_credentials_in_nested_json():
    body = {"session": {"key": "a", "secret": "b", "permissions": ["x", "y"]}}
    read = own("meridian").read(as_json(body))

    assert (read.credentials.readings[0].secret, read.scope) == ("b", "x y")


def test_credentials_in_a_get_s_query():
    read = own("tern").read(post(method="GET", query=b"user=a%40b&key=c+d"))

    assert read.credentials.place == "query"
    assert (read.credentials.readings[0].client_id, read.credentials.readings[0].secret) == (
        "a@b",
        "c d",
    )


def test_credentials_twice_in_a_query_are_refused():
    assert isinstance(
        refused(own("tern"), post(method="GET", query=b"user=a&user=b&key=c")), Malformed
    )


def test_credentials_in_headers_with_underscores_and_dots():
    headers = ((b"x_client.id", b" a "), (b"x_client.secret", b"b"))

    assert own("pylon").read(post(b"", *headers)).credentials.readings[0].client_id == "a"
    repeated = post(b"", *headers, (b"x_client.id", b"a"))
    assert isinstance(refused(own("pylon"), repeated), Malformed)


def test_credentials_whose_basic_halves_are_base64():
    halves = b":".join(b64encode(half) for half in (b"i:d", b"sec"))
    header = (b"authorization", b"Basic " + b64encode(halves))
    read = own("nimbus").read(form(b"grant_type=client_credentials", header))

    assert [(r.client_id, r.secret) for r in read.credentials.readings] == [("i:d", "sec")]
    assert own("nimbus").decodes_basic


@pytest.mark.parametrize(
    "header", [(b"authorization", b"apikey k1"), (b"x-api-key", b"k1")], ids=["scheme", "header"]
)
def test_credentials_of_a_secret_without_a_client_id(header):
    credentials = own("solo").read(post(b"", header)).credentials

    assert [(r.client_id, r.secret) for r in credentials.readings] == [(None, "k1")]


@pytest.mark.parametrize(
    "request_",
    [
        form(b"client_id=a&client_secret=b"),
        as_json({"client_id": "a", "client_secret": "b"}),
        post(b"client_id=a&client_secret=b"),
        post(b"client_id=a&client_secret=b", content_type=b"text/plain"),
        post(method="GET", query=b"client_id=a&client_secret=b"),
        form(b"", basic("a", "b")),
        post(b"{}", basic("a", "b"), content_type=JSON),
    ],
)
def test_credentials_in_one_of_a_list_of_places(request_):
    readings = own("manifold").read(request_).credentials.readings

    assert [(r.client_id, r.secret) for r in readings] == [("a", "b")]


@pytest.mark.parametrize(
    "request_",
    [
        form(b"client_id=a&client_secret=b", basic("a", "b")),
        form(b"client_id=a&client_secret=b", query=b"client_id=a&client_secret=b"),
        form(b"client_id=other", basic("a", "b")),
        form(b"", basic("a", "b"), basic("a", "b")),
    ],
)
def test_credentials_in_two_places_are_refused(request_):
    assert isinstance(refused(own("manifold"), request_), InvalidRequest)


# Required extras


def test_extras_are_read_and_bound_to_the_client():
    body = {"client": {"id": "a", "secret": "b"}, "account": [{"id": 77}]}
    read = own("ledgerly").read(as_json(body, (b"ledgerly-version", b"2023-01")))

    assert read.fields == {"account_id": "77", "api_version": "2023-01"}
    assert read.bound == ("account_id",)
    assert own("ledgerly").client_attributes == {"account_id"}


def test_extras_that_are_missing_are_named_together():
    refusal = refused(own("ledgerly"), as_json({"client": {"id": "a", "secret": "b"}}))

    assert isinstance(refusal, MissingFields)
    assert refusal.fields == ("account.0.id", "Ledgerly-Version")


def test_extras_are_named_beside_missing_credentials():
    status, body = told(own("ledgerly"), as_json({"client": {"id": "a"}}))

    expected = "Required: client.secret, account.0.id, Ledgerly-Version"
    assert (status, body["fault"]["text"]) == (422, expected)


def test_extras_of_another_value_are_refused():
    body = {"client": {"id": "a", "secret": "b"}, "account": [{"id": "7"}]}
    refusal = refused(own("ledgerly"), as_json(body, (b"ledgerly-version", b"1999")))

    assert isinstance(refusal, InvalidRequest)


# The rest


def test_the_rest_a_token_in_a_response_header():
    response = own("pylon").write_token(answer(), post(), SOURCES)

    assert (response.body, headers_of(response)["x-pylon-session"]) == (b"OK", TOKEN)


def test_the_rest_text_plain():
    response = own("beacon").write_token(answer(), post(), SOURCES)

    assert (headers_of(response)["content-type"], response.body) == ("text/plain", TOKEN.encode())


def test_the_rest_form_and_xml_are_escaped():
    refusal = InvalidRequest("a&b=<c>")
    tern = own("tern").write_refusal(refusal, post(), SOURCES)
    quill = own("quill").write_refusal(refusal, post(), SOURCES)

    assert tern.body == b"error=invalid_request&message=a%26b%3D%3Cc%3E"
    assert b">a&amp;b=&lt;c&gt;<" in quill.body


def test_the_rest_unknown_and_expired_are_told_where_the_dialect_opted_in():
    values = {"secret_id": "k7Qm2x0a", "secret_expires_at": "1793491200"}
    beacon = own("beacon")

    assert answered(beacon, UnknownClient("x")) == (404, {"reason": "There is no such user."})
    assert answered(beacon, WrongSecret("x", values=values)) == (403, {"reason": "Login failed."})
    expired = "This API key (k7Qm2x0a) expired on 2026-11-01."
    assert answered(beacon, ExpiredSecret("x", values=values)) == (403, {"reason": expired})
    response = beacon.write_refusal(ExpiredSecret("x"), post(), SOURCES)
    assert headers_of(response)["x-reason"] == "expired"


def test_a_content_type_of_its_own_is_sent():
    response = own("solo").write_refusal(WrongSecret("x"), post(content_type=FORM), SOURCES)

    assert headers_of(response)["content-type"] == "application/vnd.api+json"
