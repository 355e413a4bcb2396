"""Each row of Kashimi's page: Basic as it stands, scopes, RS256, errors to retry with back-off."""

import time

import pytest

from tests.support.demo_server import Demo
from tests.support.token import claims_of, header_of, tampered
from tests.support.wire import FORM, Answer, Door, basic
from tests.vendors.page import row

TOKEN = "/api/v1/auth/token"
ALL = "payments:read payments:write providers:read"


@pytest.fixture(params=["path", "host"])
def kashimi(demo: Demo, request: pytest.FixtureRequest) -> Door:
    return demo.door("kashimi", request.param)


def ask(demo: Demo, door: Door, scope: str | None = ALL, number: int = 0) -> Answer:
    client = demo.client("kashimi", number)
    fields = {"grant_type": "client_credentials", **({"scope": scope} if scope else {})}
    return door.post_form(TOKEN, fields, basic(client.client_id, client.client_secret))


def bearer(demo: Demo, door: Door, scope: str | None = ALL, number: int = 0) -> str:
    return f"Bearer {ask(demo, door, scope, number).json['access_token']}"


@row("kashimi", "AuthorizationBasic <base64-encoded-credentials>")
def test_basic_credentials_get_a_token(kashimi: Door, demo: Demo) -> None:
    answer = ask(demo, kashimi)

    assert answer.status == 200
    assert header_of(answer.json["access_token"])["alg"] == "RS256"
    assert header_of(answer.json["access_token"])["typ"] == "JWT"
    assert answer.json["token_type"] == "Bearer"


@row("kashimi", "Content-Typeapplication/x-www-form-urlencoded")
def test_the_body_is_a_form(kashimi: Door, demo: Demo) -> None:
    client = demo.client("kashimi")
    headers = {
        "Content-Type": "text/plain",
        "Authorization": basic(client.client_id, client.client_secret),
    }
    refused = kashimi.send("POST", TOKEN, headers, "grant_type=client_credentials")
    taken = kashimi.send(
        "POST", TOKEN, {**headers, "Content-Type": FORM}, "grant_type=client_credentials"
    )

    assert (refused.status, refused.json["error"]) == (400, "invalid_request")
    assert taken.status == 200


@row("kashimi", "grant_typeclient_credentials")
def test_grant_type_is_client_credentials(kashimi: Door, demo: Demo) -> None:
    client = demo.client("kashimi")
    answer = kashimi.post_form(
        TOKEN, {"grant_type": "password"}, basic(client.client_id, client.client_secret)
    )

    assert answer.status == 400
    assert answer.json["error"] in {"unsupported_grant_type", "invalid_request"}


@row("kashimi", "scopeSpace-separated list of scopes (see Available Scopes)")
def test_scope_is_a_list_separated_by_spaces(kashimi: Door, demo: Demo) -> None:
    two = claims_of(ask(demo, kashimi, "payments:read providers:read").json["access_token"])
    without = claims_of(ask(demo, kashimi, None).json["access_token"])

    assert set(two["scope"].split()) == {"payments:read", "providers:read"}
    assert set(without["scope"].split()) == set(ALL.split())


@row("kashimi", '"expires_in": 1800')
def test_a_token_lives_half_an_hour(kashimi: Door, demo: Demo) -> None:
    answer = ask(demo, kashimi)
    claims = claims_of(answer.json["access_token"])

    assert answer.json["expires_in"] == 1800 == claims["exp"] - claims["iat"]


@row("kashimi", "payments:readRead access to payments and payment statuses")
def test_payments_read_opens_payments_for_reading(kashimi: Door, demo: Demo) -> None:
    authorization = bearer(demo, kashimi, "payments:read")

    assert kashimi.get("/payments", authorization).status == 200
    assert pay(kashimi, authorization).status == 403


@row("kashimi", "payments:writeAbility to initiate new payments")
def test_payments_write_initiates_a_payment(kashimi: Door, demo: Demo) -> None:
    authorization = bearer(demo, kashimi, "payments:write")

    assert pay(kashimi, authorization).status in {200, 201}
    assert kashimi.get("/payments", authorization).status == 403


@row("kashimi", "providers:readAccess to the Capabilities (providers) endpoints")
def test_providers_read_opens_the_providers(kashimi: Door, demo: Demo) -> None:
    authorization = bearer(demo, kashimi, "providers:read")
    refused = kashimi.get("/payments", authorization)

    assert kashimi.get("/providers", authorization).status == 200
    assert refused.status == 403
    assert "insufficient_scope" in refused.headers["www-authenticate"]


def pay(door: Door, authorization: str) -> Answer:
    headers = {"Authorization": authorization, "Content-Type": "application/json"}
    return door.send("POST", "/payments", headers, '{"amount": 1250, "currency": "EUR"}')


@row("kashimi", "invalid_requestMissing or malformed parameters")
@pytest.mark.parametrize("body", ["", "grant_type", "grant_type=", "grant_type=a&grant_type=a"])
def test_missing_or_malformed_parameters_are_an_invalid_request(
    kashimi: Door, demo: Demo, body: str
) -> None:
    client = demo.client("kashimi")
    authorization = basic(client.client_id, client.client_secret)
    headers = {"Content-Type": FORM, "Authorization": authorization}
    answer = kashimi.send("POST", TOKEN, headers, body)

    assert answer.status == 400
    assert answer.json["error"] == "invalid_request"


@row("kashimi", "invalid_clientInvalid clientId or clientSecret")
@pytest.mark.parametrize("client_id", [None, "nobody"])
def test_an_unknown_client_and_a_wrong_secret_are_an_invalid_client(
    kashimi: Door, demo: Demo, client_id: str | None
) -> None:
    known = demo.client("kashimi").client_id
    fields = {"grant_type": "client_credentials"}
    answer = kashimi.post_form(TOKEN, fields, basic(client_id or known, "not-the-secret"))

    assert answer.status == 401
    assert answer.json["error"] == "invalid_client"


@row("kashimi", "invalid_scopeOne or more requested scopes are not permitted")
@pytest.mark.parametrize(
    ("number", "scope"), [(0, "payments:read admin"), (1, "payments:read payments:write")]
)
def test_a_scope_that_is_not_permitted_is_refused_not_narrowed(
    kashimi: Door, demo: Demo, number: int, scope: str
) -> None:
    answer = ask(demo, kashimi, scope, number)

    assert answer.status == 400
    assert answer.json["error"] == "invalid_scope"


@row("kashimi", "server_errorThe auth service is temporarily unavailable — retry with backoff")
def test_while_it_is_unavailable_it_says_when_to_come_back(own_demo: Demo) -> None:
    door = own_demo.door("kashimi")
    with own_demo.disabled("issuer", "kashimi"):
        answer = own_demo.settled(lambda: ask(own_demo, door), 503)

    assert (answer.status, answer.json["error"]) == (503, "server_error")
    assert int(answer.headers["retry-after"]) > 0
    assert own_demo.settled(lambda: ask(own_demo, door), 200).status == 200


@row("kashimi", "If you receive a 401 Unauthorized response on a previously working request, your "
    "token has likely expired. Request a new one and retry.")  # fmt: skip
def test_a_token_that_worked_gets_401_when_it_has_expired(own_demo: Demo) -> None:
    door = own_demo.door("kashimi")
    own_demo.command("client", "edit", "dashboard", "--issuer", "kashimi", "--lifetime", "5s")
    answer = ask(own_demo, door, None, number=1)
    while answer.json["expires_in"] != 5:
        time.sleep(0.05)
        answer = ask(own_demo, door, None, number=1)
    authorization = f"Bearer {answer.json['access_token']}"
    worked = door.get("/payments", authorization)
    time.sleep(max(0, claims_of(answer.json["access_token"])["exp"] - time.time()) + 0.1)
    expired = door.get("/payments", authorization)

    assert worked.status == 200
    assert expired.status == 401
    assert 'error="invalid_token"' in expired.headers["www-authenticate"]
    assert door.get("/payments", bearer(own_demo, door)).status == 200


def test_a_damaged_token_gets_401(kashimi: Door, demo: Demo) -> None:
    token = ask(demo, kashimi).json["access_token"]

    assert kashimi.get("/payments", f"Bearer {tampered(token)}").status == 401
