"""Each row of Connectivity's page: Basic and grant_type in the form, 401 and 403 at the API."""

import pytest

from tests.support.demo_server import Demo
from tests.support.token import claims_of, header_of, tampered
from tests.support.wire import FORM, Door, basic
from tests.vendors.page import row

TOKEN = "/oauth/v2/token"
GRANT = {"grant_type": "client_credentials"}


@pytest.fixture(params=["path", "host"])
def connectivity(demo: Demo, request: pytest.FixtureRequest) -> Door:
    return demo.door("connectivity", request.param)


def credentials(demo: Demo) -> str:
    client = demo.client("connectivity")
    return basic(client.client_id, client.client_secret)


def token_of(demo: Demo, door: Door) -> str:
    token = door.post_form(TOKEN, GRANT, credentials(demo)).json["access_token"]
    assert isinstance(token, str)
    return token


@row("connectivity", "Authorization | Authorization: Basic <base64 encoded "
    "client_id:client_secret> |")  # fmt: skip
@pytest.mark.parametrize("header", [None, "Basic", "Basic not*base64", "Basic bm9jb2xvbg=="])
def test_missing_or_undecodable_basic_gets_401(connectivity: Door, header: str | None) -> None:
    answer = connectivity.post_form(TOKEN, GRANT, header)

    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Basic")


@row("connectivity", "Content-Type | application/x-www-form-urlencoded |")
@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=UTF-8"])
def test_the_body_is_a_form(connectivity: Door, demo: Demo, content_type: str) -> None:
    headers = {"Content-Type": content_type, "Authorization": credentials(demo)}
    as_form = connectivity.send("POST", TOKEN, headers, "grant_type=client_credentials")
    headers["Content-Type"] = "application/json"
    as_json = connectivity.send("POST", TOKEN, headers, '{"grant_type": "client_credentials"}')

    assert as_form.status == 200
    assert as_json.status == 400


@row("connectivity", "grant_type | client_credentials |")
@pytest.mark.parametrize(
    ("fields", "error"),
    [({}, "invalid_request"), ({"grant_type": "password"}, "unsupported_grant_type")],
)
def test_grant_type_is_client_credentials(
    connectivity: Door, demo: Demo, fields: dict[str, str], error: str
) -> None:
    answer = connectivity.post_form(TOKEN, fields, credentials(demo))

    assert answer.status == 400
    assert answer.json["error"] == error


@row("connectivity", "If credentials are valid, the server responds with HTTP 200 OK:")
def test_valid_credentials_get_200_and_the_pages_three_keys(connectivity: Door, demo: Demo) -> None:
    answer = connectivity.post_form(TOKEN, GRANT, credentials(demo))

    assert answer.status == 200
    assert set(answer.json) == {"token_type", "expires_in", "access_token"}


@row("connectivity", "access_token | An access token that must be used in subsequent calls to "
    "the APIs. |")  # fmt: skip
def test_the_access_token_is_a_jwt_that_names_the_caller(connectivity: Door, demo: Demo) -> None:
    token = token_of(demo, connectivity)

    assert header_of(token)["alg"] == "ES256"
    assert claims_of(token)["sub"] == demo.client("connectivity").client_id


@row("connectivity", "token_type | The type of token: always Bearer |")
def test_the_token_type_is_bearer(connectivity: Door, demo: Demo) -> None:
    answer = connectivity.post_form(TOKEN, GRANT, credentials(demo))

    assert answer.json["token_type"] == "Bearer"


@row("connectivity", "expires_in | The time (in seconds) for which the access token is valid |")
def test_expires_in_is_the_tokens_own_time(connectivity: Door, demo: Demo) -> None:
    answer = connectivity.post_form(TOKEN, GRANT, credentials(demo))
    claims = claims_of(answer.json["access_token"])

    assert answer.json["expires_in"] == 3600 == claims["exp"] - claims["iat"]


@row("connectivity", "If credentials are invalid, you will receive HTTP 401 Unauthorized.")
@pytest.mark.parametrize("client_id", [None, "somebody-else"])
def test_invalid_credentials_get_401(connectivity: Door, demo: Demo, client_id: str | None) -> None:
    known = demo.client("connectivity").client_id
    answer = connectivity.post_form(TOKEN, GRANT, basic(client_id or known, "not-the-secret"))

    assert answer.status == 401
    assert answer.json["error"] == "invalid_client"


@row("connectivity", "Authorization | Bearer <access_token> |")
def test_the_token_goes_with_the_bearer_scheme(connectivity: Door, demo: Demo) -> None:
    token = token_of(demo, connectivity)

    assert connectivity.get("/account", f"Bearer {token}").status == 200
    assert connectivity.get("/account", token).status == 401


@row("connectivity", "If everything is done correctly, you should receive a response in the 2xx "
    "range, which means the request has been successfully processed.")  # fmt: skip
def test_a_request_done_right_gets_2xx(connectivity: Door, demo: Demo) -> None:
    answer = connectivity.get("/account", f"Bearer {token_of(demo, connectivity)}")

    assert answer.status == 200
    assert answer.json["client_id"] == demo.client("connectivity").client_id


@row("connectivity", "If the API returns an error message with the status code 401 Unauthorized, "
    "check token validity or credentials. If you receive 403 Forbidden, check account permissions "
    "and access.")  # fmt: skip
def test_401_is_a_bad_token_and_403_an_account_that_may_not(connectivity: Door, demo: Demo) -> None:
    token = token_of(demo, connectivity)

    for path in ("/account", "/admin"):
        assert connectivity.get(path).status == 401
        assert connectivity.get(path, f"Bearer {tampered(token)}").status == 401
    assert connectivity.get("/admin", f"Bearer {token}").status == 403


@row("connectivity", "Tip: You can choose your own Client ID.")
def test_the_customer_chooses_its_client_id_and_brings_its_secret(
    own_demo: Demo,
) -> None:
    client_id, secret = "hotel-am-see@example.com", "a secret of the customer's own choosing"
    (own_demo.data / "secret.txt").write_text(secret)
    client = (client_id, "--issuer", "connectivity")
    own_demo.command("client", "create", *client, "--no-secret")
    file = str(own_demo.data / "secret.txt")
    own_demo.command("secret", "adopt", *client, "--secret-file", file)
    door = own_demo.door("connectivity")
    answer = own_demo.settled(lambda: door.post_form(TOKEN, GRANT, basic(client_id, secret)), 200)

    assert answer.status == 200
    assert claims_of(answer.json["access_token"])["sub"] == client_id
