"""What a browser's page may call."""

import pytest

from tests.app.asgi_calls import Answer, call, scope_of
from watchword.app.asgi import Receive, Scope, Send, send_answer
from watchword.app.cors import CrossOrigin

PAGE = "https://app.kamoa.test"


async def inner(scope: Scope, receive: Receive, send: Send) -> None:
    await send_answer(send, 401, [(b"x-inner", b"yes")], b"no")


def ask(origins: list[str], method: str = "POST", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return call(CrossOrigin(inner, origins), scope_of(method, headers=named))


def test_refusals_can_be_read_by_an_allowed_origin() -> None:
    answer = ask([PAGE], origin=PAGE)

    assert answer.status == 401
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "WWW-Authenticate" in answer.headers["access-control-expose-headers"]
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers


def test_every_origin_may_where_the_issuer_says_so() -> None:
    assert ask(["*"], origin=PAGE).headers["access-control-allow-origin"] == "*"
    assert ask(["*"]).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("origin", ["https://evil.test", "null", PAGE + ".evil.test", ""])
def test_other_origins_get_no_leave(origin: str) -> None:
    answer = ask([PAGE], origin=origin)

    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["vary"] == "Origin"


def test_a_preflight_is_answered_without_the_application() -> None:
    answer = ask(
        [PAGE],
        "OPTIONS",
        origin=PAGE,
        access_control_request_method="POST",
        access_control_request_headers="content-type,authorization",
    )

    assert answer.status == 204
    assert answer.headers["access-control-allow-methods"] == "POST"
    assert answer.headers["access-control-allow-headers"] == "content-type,authorization"
    assert "x-inner" not in answer.headers


def test_a_preflight_of_another_origin_is_an_ordinary_request() -> None:
    answer = ask([PAGE], "OPTIONS", origin="https://evil.test", access_control_request_method="GET")

    assert answer.status == 401
    assert "access-control-allow-origin" not in answer.headers


def test_options_that_are_no_preflight_go_to_the_application() -> None:
    assert ask([PAGE], "OPTIONS", origin=PAGE).status == 401
