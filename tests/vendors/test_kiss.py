"""Each row of Kiss's page: RFC 6749 with form credentials, keys that expire, tokens that stay."""

import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.support.demo_server import Demo
from tests.support.token import claims_of, expired, header_octets, tampered, without_signature
from tests.support.wire import Door, basic
from tests.vendors.page import row

TOKEN = "/auth/token"
PRODUCTS = "/products"
INVALID_CLIENT = {"error": "invalid_client", "error_description": "Invalid client credentials."}


@pytest.fixture(params=["path", "host"])
def kiss(demo: Demo, request: pytest.FixtureRequest) -> Door:
    return demo.door("kiss", request.param)


def form(demo: Demo, number: int = 0) -> dict[str, str]:
    client = demo.client("kiss", number)
    return {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
    }


def token_of(demo: Demo, door: Door, number: int = 0) -> str:
    token = door.post_form(TOKEN, form(demo, number)).json["access_token"]
    assert isinstance(token, str)
    return token


@row("kiss", "Customer CodeThe OAuth client_idACME01")
def test_the_customer_code_is_the_client_id(kiss: Door, demo: Demo) -> None:
    assert demo.client("kiss").client_id == "ACME01"

    assert claims_of(token_of(demo, kiss))["client_id"] == "ACME01"


@row("kiss", "API KeyThe OAuth client_secreta long random string")
def test_the_api_key_is_a_long_random_string_and_the_client_secret(demo: Demo) -> None:
    first, second = (demo.client("kiss", number).client_secret for number in (0, 1))

    assert first != second
    assert min(len(first), len(second)) >= 32


@row("kiss", "grant_typeYesMust be client_credentials.")
def test_grant_type_must_be_client_credentials(kiss: Door, demo: Demo) -> None:
    answer = kiss.post_form(TOKEN, {**form(demo), "grant_type": "password"})

    assert answer.status == 400
    assert answer.json["error"] == "unsupported_grant_type"


@row("kiss", "client_idYesYour Customer Code.")
def test_client_id_is_required(kiss: Door, demo: Demo) -> None:
    fields = form(demo)
    del fields["client_id"]
    answer = kiss.post_form(TOKEN, fields)

    assert answer.status == 400
    assert answer.json["error"] == "invalid_request"


@row("kiss", "client_secretYesYour API Key.")
def test_client_secret_is_required(kiss: Door, demo: Demo) -> None:
    fields = form(demo)
    del fields["client_secret"]
    answer = kiss.post_form(TOKEN, fields)

    assert answer.status == 400
    assert answer.json["error"] == "invalid_request"


@row("kiss", "access_tokenThe JWT to send with subsequent requests.")
def test_the_access_token_is_a_jwt_that_opens_the_products(kiss: Door, demo: Demo) -> None:
    token = token_of(demo, kiss)

    assert header_octets(token) == b'{"alg":"HS256","typ":"JWT"}'
    assert kiss.get(PRODUCTS, f"Bearer {token}").status == 200


@row("kiss", "token_typeAlways Bearer.")
def test_the_token_type_is_bearer(kiss: Door, demo: Demo) -> None:
    assert kiss.post_form(TOKEN, form(demo)).json["token_type"] == "Bearer"


@row("kiss", "expires_inToken lifetime in seconds (currently 3600 — one hour).")
def test_expires_in_is_an_hour(kiss: Door, demo: Demo) -> None:
    answer = kiss.post_form(TOKEN, form(demo))

    assert answer.status == 200
    assert answer.json["expires_in"] == 3600
    assert set(answer.json) == {"access_token", "token_type", "expires_in"}
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["pragma"] == "no-cache"


@row("kiss", '{ "error": "invalid_client", "error_description": "Invalid client credentials." }')
def test_errors_have_the_oauth_format_with_the_pages_words(kiss: Door, demo: Demo) -> None:
    answer = kiss.post_form(TOKEN, {**form(demo), "client_secret": "not-the-key"})

    assert answer.status == 401
    assert answer.json == INVALID_CLIENT


@row("kiss", "400unsupported_grant_typegrant_type was not client_credentials.")
@pytest.mark.parametrize("grant_type", [None, "", "authorization_code"])
def test_another_grant_type_or_none_is_unsupported(
    kiss: Door, demo: Demo, grant_type: str | None
) -> None:
    fields = form(demo)
    del fields["grant_type"]
    answer = kiss.post_form(
        TOKEN, {**fields, **({} if grant_type is None else {"grant_type": grant_type})}
    )

    assert answer.status == 400
    assert answer.json["error"] == "unsupported_grant_type"


@row("kiss", "400invalid_requestclient_id or client_secret is missing.")
@pytest.mark.parametrize("field", ["client_id", "client_secret"])
def test_an_empty_credential_is_a_missing_one(kiss: Door, demo: Demo, field: str) -> None:
    answer = kiss.post_form(TOKEN, {**form(demo), field: ""})

    assert answer.status == 400
    assert answer.json["error"] == "invalid_request"


@row("kiss", "A missing, malformed, or expired token returns 401 Unauthorized.")
def test_a_missing_malformed_or_expired_token_gets_401(kiss: Door, demo: Demo) -> None:
    token = token_of(demo, kiss)
    past = expired(token, demo.shared_key("kiss"))

    for unusable in ("rubbish", tampered(token), without_signature(token), past):
        assert kiss.get(PRODUCTS, f"Bearer {unusable}").status == 401
    assert kiss.get(PRODUCTS).status == 401
    assert kiss.get(PRODUCTS, token).status == 401


@row("kiss", "Tokens expire after 3600 seconds (one hour).")
def test_a_token_lives_an_hour(kiss: Door, demo: Demo) -> None:
    claims = claims_of(token_of(demo, kiss))

    assert claims["exp"] - claims["iat"] == 3600


def test_basic_is_taken_as_well(kiss: Door, demo: Demo) -> None:
    client = demo.client("kiss")
    grant = {"grant_type": "client_credentials"}
    answer = kiss.post_form(TOKEN, grant, basic(client.client_id, client.client_secret))

    assert answer.status == 200
    assert kiss.get(PRODUCTS, f"Bearer {answer.json['access_token']}").status == 200


def test_a_customer_sees_its_own_products_only(kiss: Door, demo: Demo) -> None:
    seen = [kiss.get(PRODUCTS, f"Bearer {token_of(demo, kiss, number)}").json for number in (0, 1)]

    assert all(answer["products"] for answer in seen)
    assert {answer["customer"] for answer in seen} == {
        demo.client("kiss", number).client_id for number in (0, 1)
    }
    names = [{product["id"] for product in answer["products"]} for answer in seen]
    assert not names[0] & names[1]


def test_a_token_of_kamoa_opens_nothing_at_kiss(kiss: Door, demo: Demo) -> None:
    client = demo.client("kamoa")
    body = {"clientId": client.client_id, "secret": client.client_secret}
    token = demo.door("kamoa").post_json(TOKEN, body).json["token"]

    assert kiss.get(PRODUCTS, f"Bearer {token}").status == 401


@row("kiss", "401invalid_clientThe Customer Code is unknown, the API Key is wrong, the key has "
    "expired, or the customer account is disabled.")  # fmt: skip
@pytest.mark.parametrize("cause", ["unknown", "wrong", "expired", "disabled"])
def test_four_causes_have_one_answer(own_demo: Demo, cause: str) -> None:
    fields = form(own_demo, 1)
    if cause == "unknown":
        fields["client_id"] = "NOBODY"
    elif cause == "wrong":
        fields["client_secret"] = "not-the-key"
    elif cause == "expired":
        fields["client_secret"] = short_lived_key(own_demo, fields["client_id"])
        time.sleep(1.1)
    with own_demo.disabled("customer", "Bella") if cause == "disabled" else nullcontext():
        answer = own_demo.settled(lambda: own_demo.door("kiss").post_form(TOKEN, fields), 401)

    assert answer.status == 401
    assert answer.json == INVALID_CLIENT


def short_lived_key(demo: Demo, client_id: str) -> str:
    issued = demo.command("secret", "issue", client_id, "--issuer", "kiss", "--expires", "1s")
    assert isinstance(issued["client_secret"], str)
    return issued["client_secret"]


@row("kiss", "There is no token revocation. Once issued, a token remains valid for its full "
    "lifetime even if the underlying API key is revoked or the customer account is disabled. "
    "Revocation only takes effect at the next token request.")  # fmt: skip
def test_a_token_outlives_its_key_and_its_customer(own_demo: Demo) -> None:
    door = own_demo.door("kiss")
    token = token_of(own_demo, door)
    with own_demo.disabled("customer", "Acme"):
        refused = own_demo.settled(lambda: door.post_form(TOKEN, form(own_demo)), 401)
        answer = door.get(PRODUCTS, f"Bearer {token}")

    assert refused.status == 401
    assert answer.status == 200


@pytest.fixture
def rotation(own_demo: Demo) -> Iterator[list[dict[str, object]]]:
    """Two live keys of ACME01: the demo's and a new one."""
    issued = own_demo.command("secret", "issue", "ACME01", "--issuer", "kiss")
    try:
        yield [{"client_secret": own_demo.client("kiss").client_secret}, issued]
    finally:
        own_demo.command("secret", "revoke", issued["secret_id"], "--yes")


@row("kiss", "API keys have an expiry date (default: one year after issue). To rotate a key:")
def test_a_key_lives_a_year_and_two_work_during_a_rotation(
    own_demo: Demo, rotation: list[dict[str, object]]
) -> None:
    door = own_demo.door("kiss")
    for key in rotation:
        fields = {**form(own_demo), "client_secret": str(key["client_secret"])}
        answer = own_demo.settled(partial(door.post_form, TOKEN, fields), 200)
        assert answer.status == 200

    ends = datetime.fromisoformat(str(rotation[1]["expires_at"]))
    assert 364 <= (ends - datetime.now(UTC)).days <= 365
