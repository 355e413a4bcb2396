"""The adapter for requests, against a real API."""

import io

import pytest
import requests

from tests.caller.api_server import guarded_api
from tests.caller.token_server import Reply, no_patience
from watchword.caller import CallerError
from watchword.caller.requests import TokenAuth


def test_each_request_carries_the_token() -> None:
    with guarded_api() as api, requests.Session() as session:
        session.auth = TokenAuth(api.source)
        texts = [session.get(api.url + "/products").text for _ in range(3)]

    assert texts == ["hello"] * 3
    assert api.seen == ["Bearer token-1"] * 3
    assert len(api.tokens.requests) == 1


@pytest.mark.parametrize("challenge", ["", "Bearer", 'Bearer realm="x", error="invalid_token"'])
def test_a_token_that_the_api_refuses_is_renewed_once_and_the_request_sent_again(
    challenge: str,
) -> None:
    with guarded_api(challenge) as api:
        api.source.warm()
        api.accept("token-2")
        answer = requests.post(api.url, data=b"payload", auth=TokenAuth(api.source))

    assert (answer.status_code, answer.content) == (200, b"payload")
    assert api.seen == ["Bearer token-1", "Bearer token-2"]
    assert len(api.tokens.requests) == 2


def test_a_401_about_something_else_drops_no_token() -> None:
    with guarded_api('Bearer error="invalid_request"') as api:
        api.accept("nothing")
        answer = requests.get(api.url, auth=TokenAuth(api.source))

    assert answer.status_code == 401
    assert len(api.tokens.requests) == 1


def test_an_api_that_refuses_every_token_gets_two_requests_and_is_believed() -> None:
    with guarded_api() as api:
        api.accept("nothing")
        answers = [requests.get(api.url, auth=TokenAuth(api.source)) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [401] * 5
    assert len(api.tokens.requests) == 2
    assert len(api.api.requests) == 6


def test_a_file_is_sent_again_from_where_it_began() -> None:
    with guarded_api() as api:
        api.source.warm()
        api.accept("token-2")
        body = io.BytesIO(b"skipped|payload")
        body.seek(8)
        answer = requests.post(api.url, data=body, auth=TokenAuth(api.source))

    assert (answer.status_code, answer.content) == (200, b"payload")


def test_a_body_that_can_be_read_only_once_is_not_sent_again() -> None:
    class Once(io.RawIOBase):
        def __len__(self) -> int:
            return 7

        def read(self, size: int = -1) -> bytes:
            left, self.left = getattr(self, "left", b"payload"), b""
            return left

    with guarded_api() as api:
        api.source.warm()
        api.accept("token-2")
        answer = requests.post(api.url, data=Once(), auth=TokenAuth(api.source))
        following = requests.get(api.url, auth=TokenAuth(api.source))

    assert (answer.status_code, following.status_code) == (401, 200)


def test_a_redirect_to_another_host_does_not_take_the_token_along() -> None:
    with guarded_api() as api:
        answer = requests.get(api.url + "/moved", auth=TokenAuth(api.source))

    assert answer.status_code == 200
    assert api.seen == ["Bearer token-1", ""]


def test_a_401_of_the_redirects_target_does_not_blame_the_token() -> None:
    with guarded_api() as api:
        api.accept("token-1")
        answer = requests.get(api.url + "/moved", auth=TokenAuth(api.source))

    assert answer.status_code == 401
    assert api.seen == ["Bearer token-1", ""]
    assert len(api.tokens.requests) == 1


def test_when_no_other_token_can_be_had_the_apis_own_401_stands() -> None:
    with guarded_api(random=no_patience) as api:
        api.source.warm()
        api.accept("token-2")
        api.tokens.answer = lambda _: Reply(500)
        answer = requests.get(api.url, auth=TokenAuth(api.source))

    assert answer.status_code == 401


def test_without_any_token_the_sources_error_comes_out() -> None:
    with guarded_api(timeout=0) as api, pytest.raises(CallerError):
        requests.get(api.url, auth=TokenAuth(api.source))
