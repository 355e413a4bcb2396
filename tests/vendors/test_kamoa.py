"""Each row of Kamoa's page: JSON credentials, `{"token"}` only, `{"message"}`, a bare token."""

from collections.abc import Iterator
from functools import partial

import pytest

from tests.support.demo_server import Demo
from tests.support.token import claims_of, expired, header_octets, tampered, without_signature
from tests.support.wire import Answer, Door, by_path
from tests.vendors.page import row

TOKEN = "/auth/token"
PROTECTED = "/protected-endpoint"


@pytest.fixture(params=["path", "host"])
def kamoa(demo: Demo, request: pytest.FixtureRequest) -> Door:
    return demo.door("kamoa", request.param)


def credentials(demo: Demo) -> dict[str, str]:
    client = demo.client("kamoa")
    return {"clientId": client.client_id, "secret": client.client_secret}


def token_of(demo: Demo, door: Door) -> str:
    token = door.post_json(TOKEN, credentials(demo)).json["token"]
    assert isinstance(token, str)
    return token


@row("kamoa", "clientId | string | ✅ | Your unique client identifier |")
def test_without_client_id_only_that_field_is_named(kamoa: Door, demo: Demo) -> None:
    answer = kamoa.post_json(TOKEN, {"secret": credentials(demo)["secret"]})

    assert answer.status == 400
    assert answer.json == {"message": "Missing required fields: clientId"}


@row("kamoa", "secret | string | ✅ | Your client secret key |")
def test_without_secret_only_that_field_is_named(kamoa: Door, demo: Demo) -> None:
    answer = kamoa.post_json(TOKEN, {"clientId": credentials(demo)["clientId"]})

    assert answer.status == 400
    assert answer.json == {"message": "Missing required fields: secret"}


@row("kamoa", "✅ Success (200)")
def test_success_is_a_token_and_nothing_else(kamoa: Door, demo: Demo) -> None:
    answer = kamoa.post_json(TOKEN, credentials(demo))

    assert answer.status == 200
    assert list(answer.json) == ["token"]
    assert header_octets(answer.json["token"]) == b'{"alg":"HS256","typ":"JWT"}'
    assert claims_of(answer.json["token"])["exp"] > claims_of(answer.json["token"])["iat"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"].startswith("application/json")


@row("kamoa", "Authorization: eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...")
@pytest.mark.parametrize("before", ["", " ", "  \t"])
def test_the_token_stands_alone_in_the_header(kamoa: Door, demo: Demo, before: str) -> None:
    answer = kamoa.get(PROTECTED, before + token_of(demo, kamoa))

    assert answer.status == 200


@row("kamoa", '"message": "Missing required fields: clientId, secret"')
@pytest.mark.parametrize("body", [{}, {"clientId": "", "secret": ""}, {"other": "field"}])
def test_missing_fields_are_named_in_the_pages_order(kamoa: Door, body: dict[str, str]) -> None:
    answer = kamoa.post_json(TOKEN, body)

    assert answer.status == 400
    assert answer.json == {"message": "Missing required fields: clientId, secret"}


@row("kamoa", '"message": "Invalid credentials provided"')
@pytest.mark.parametrize("client_id", [None, "nobody-we-know"])
def test_a_wrong_secret_and_an_unknown_client_are_answered_alike(
    kamoa: Door, demo: Demo, client_id: str | None
) -> None:
    known = credentials(demo)["clientId"]
    answer = kamoa.post_json(TOKEN, {"clientId": client_id or known, "secret": "not-the-secret"})

    assert answer.status == 400
    assert answer.json == {"message": "Invalid credentials provided"}


@row("kamoa", "Missing required fields | Empty or missing clientId /secret | Verify both fields "
    "are included in request body |")  # fmt: skip
@pytest.mark.parametrize("field", ["clientId", "secret"])
def test_an_empty_field_is_a_missing_one(kamoa: Door, demo: Demo, field: str) -> None:
    answer = kamoa.post_json(TOKEN, {**credentials(demo), field: ""})

    assert answer.status == 400
    assert answer.json == {"message": f"Missing required fields: {field}"}


@row("kamoa", "401 Unauthorized when using token | Expired or invalid token | Generate a new "
    "token |")  # fmt: skip
def test_a_token_that_is_invalid_or_expired_gets_401(kamoa: Door, demo: Demo) -> None:
    token = token_of(demo, kamoa)
    key = demo.shared_key("kamoa")

    for unusable in (
        None,
        "rubbish",
        tampered(token),
        without_signature(token),
        expired(token, key),
    ):
        assert kamoa.get(PROTECTED, unusable).status == 401
    assert kamoa.get(PROTECTED, token_of(demo, kamoa)).status == 200


@row("kamoa", "Network errors | Connectivity issues | Check internet connection and API status |")
def test_the_apis_status_can_be_asked_on_any_host(kamoa: Door) -> None:
    for path in ("/healthz", "/readyz"):
        assert Door(kamoa.address, "status.example", "").get(path).status == 200


@pytest.fixture
def deactivated(own_demo: Demo) -> Iterator[Answer]:
    with own_demo.disabled("client", own_demo.client("kamoa").client_id, "--issuer", "kamoa"):
        yield own_demo.settled(partial(ask, own_demo), 400)


@row("kamoa", "Invalid credentials | Wrong credentials or deactivated client | Check credentials "
    "or contact support |")  # fmt: skip
def test_a_deactivated_client_is_answered_like_a_wrong_secret(deactivated: Answer) -> None:
    assert deactivated.status == 400
    assert deactivated.json == {"message": "Invalid credentials provided"}


@pytest.fixture
def out_of_order(own_demo: Demo) -> Iterator[Answer]:
    with own_demo.disabled("issuer", "kamoa"):
        yield own_demo.settled(partial(ask, own_demo), 500)


def ask(demo: Demo) -> Answer:
    return demo.door("kamoa").post_json(TOKEN, credentials(demo))


@row("kamoa", "⚠️ Server Error (500)")
def test_a_server_error_is_a_500(out_of_order: Answer) -> None:
    assert out_of_order.status == 500
    assert "retry-after" in out_of_order.headers


@row("kamoa", '"message": "Unexpected error"')
def test_a_server_error_tells_nothing_more(out_of_order: Answer) -> None:
    assert out_of_order.json == {"message": "Unexpected error"}


def test_kamoa_and_kiss_share_path_and_port_and_are_told_apart_by_host(demo: Demo) -> None:
    bare = by_path(f"http://127.0.0.1:{demo.port}")
    for vendor, message in (("kamoa", "message"), ("kiss", "error")):
        door = Door(bare.address, f"{vendor}.localhost:{demo.port}", "")
        assert message in door.send("POST", "/auth/token").json


def test_nothing_answers_on_a_host_that_nobody_owns(demo: Demo) -> None:
    stranger = Door(("127.0.0.1", demo.port), "stranger.localhost", "")
    answer = stranger.post_json(TOKEN, credentials(demo))

    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
