"""The source against a token endpoint on a real socket."""

import asyncio
import base64
import json
from typing import Any

import pytest

from tests.caller.token_server import (
    Reply,
    Request,
    TokenServer,
    error_reply,
    no_patience,
    numbered,
    serving,
    token_reply,
)
from watchword.caller import ConfigurationError, InvalidClient, TokenSource, errors

ID, SECRET = "ACME01", "kiss-secret-1234567890"


def source_at(server: TokenServer, **options: Any) -> TokenSource:
    defaults: dict[str, Any] = {
        "token_endpoint": server.url + "/auth/token",
        "client_id": ID,
        "client_secret": SECRET,
    }
    return TokenSource(**{**defaults, **options})


def test_the_request_is_the_one_of_rfc_6749() -> None:
    with serving(numbered()) as server:
        source_at(server, scope=["a", "b"], resource="https://api.example").token()

    (request,) = server.requests
    assert request.method == "POST"
    assert request.path == "/auth/token"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert base64.b64decode(request.headers["authorization"][6:]).decode() == f"{ID}:{SECRET}"
    assert request.form == {
        "grant_type": "client_credentials",
        "scope": "a b",
        "resource": "https://api.example",
    }


def test_basic_credentials_are_form_encoded_first() -> None:
    """RFC 6749, 2.3.1."""
    with serving(numbered()) as server:
        source_at(server, client_id="a:b", client_secret="c d/é").token()

    sent = base64.b64decode(server.requests[0].headers["authorization"][6:])
    assert sent == b"a%3Ab:c%20d%2F%C3%A9"


def test_basic_credentials_are_sent_raw_to_a_server_that_does_not_decode() -> None:
    def raw_only(request: Request) -> Reply:
        sent = base64.b64decode(request.headers["authorization"][6:])
        return token_reply("t") if sent == b"me:a+b/c==" else error_reply(401, "invalid_client")

    with serving(raw_only) as server:
        source = source_at(server, client_id="me", client_secret="a+b/c==")
        source.rejected(source.token())
        source.token()

    assert len(server.requests) == 3


def test_the_token_is_fetched_once_and_served_ever_after() -> None:
    with serving(numbered()) as server:
        source = source_at(server)

        assert [source.token() for _ in range(5)] == ["token-1"] * 5
        assert len(server.requests) == 1


async def both_ways(source: TokenSource) -> list[str]:
    return [source.token(), await source.token_async(), source.token()]


def test_threads_and_tasks_share_one_token() -> None:
    with serving(numbered()) as server:
        tokens = asyncio.run(both_ways(source_at(server)))

    assert tokens == ["token-1"] * 3


def test_headers_present_the_token_as_a_bearer() -> None:
    with serving(numbered()) as server:
        assert source_at(server).headers() == {"Authorization": "Bearer token-1"}


def test_nothing_is_requested_before_a_token_is_wanted() -> None:
    with serving(numbered()) as server:
        source = source_at(server)
        before = len(server.requests)
        source.warm()

        assert (before, len(server.requests)) == (0, 1)


def test_a_second_secret_is_tried_when_the_first_is_refused_and_is_used_from_then_on() -> None:
    def only_the_new(request: Any) -> Reply:
        secret = base64.b64decode(request.headers["authorization"][6:]).split(b":")[1]
        return token_reply("t") if secret == b"new" else error_reply(401, "invalid_client")

    seen: list[Any] = []
    with serving(only_the_new) as server:
        source = source_at(
            server, client_secret="old", next_client_secret="new", observe=seen.append
        )
        source.rejected(source.token())
        source.token()

    assert len(server.requests) == 3
    assert [type(event).__name__ for event in seen].count("SecretSwitched") == 1


def test_invalid_client_is_its_own_exception_and_is_not_asked_again_at_once() -> None:
    with serving(lambda _: error_reply(401, "invalid_client", "Invalid credentials.")) as server:
        source = source_at(server, random=lambda: 0.9)
        texts = []
        for _ in range(10):
            with pytest.raises(InvalidClient) as caught:
                source.token()
            texts.append(str(caught.value))

    assert len(server.requests) == 1
    assert set(texts) == {"the token endpoint refused: invalid_client (Invalid credentials.)"}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (error_reply(400, "invalid_scope"), errors.InvalidScope),
        (error_reply(400, "invalid_target"), errors.InvalidTarget),
        (error_reply(400, "unauthorized_client"), errors.TokenRefused),
        (Reply(401), errors.InvalidClient),
        (Reply(500, b"oops"), errors.ServerFailed),
        (error_reply(503, "server_error"), errors.ServerFailed),
        (Reply(429), errors.TooManyRequests),
        (Reply(302, headers={"Location": "https://evil.example/?s=1"}), errors.Redirected),
        (Reply(307, headers={"Location": "/elsewhere"}), errors.Redirected),
        (Reply(404), errors.UnreadableAnswer),
        (Reply(200, b"<html>"), errors.UnreadableAnswer),
        (Reply(200, b"[]"), errors.UnreadableAnswer),
        (Reply(200, b"{}"), errors.UnreadableAnswer),
        (Reply(200, b'{"access_token": 7}'), errors.UnreadableAnswer),
        (Reply(200, b'{"access_token": "a\\nb"}'), errors.UnreadableAnswer),
        (Reply(200, b'{"access_token": "a", "access_token": "b"}'), errors.UnreadableAnswer),
        (Reply(200, b'{"access_token": "a", "expires_in": 1e400}'), errors.UnreadableAnswer),
        (token_reply("t", token_type="mac"), errors.UnreadableAnswer),
        (token_reply("t", 0), errors.UnreadableAnswer),
        (token_reply("t", -5), errors.UnreadableAnswer),
        (Reply(200, b" " * 300_000), errors.UnreadableAnswer),
    ],
)
def test_each_bad_answer_is_the_right_exception(
    reply: Reply, expected: type[errors.CallerError]
) -> None:
    with serving(lambda _: reply) as server, pytest.raises(expected) as caught:
        source_at(server, random=no_patience).token()

    assert type(caught.value) is expected


def test_a_token_without_a_lifetime_ends_with_the_jwts_exp_by_the_servers_clock() -> None:
    def base64url(claims: dict[str, object]) -> str:
        return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")

    # The server's clock is two hours behind ours; only its Date tells.
    jwt = f"{base64url({'alg': 'HS256'})}.{base64url({'exp': 1_000_000_000 + 900})}.sig0"
    date = {"Date": "Sun, 09 Sep 2001 01:46:40 GMT"}
    reply = token_reply(jwt, None)
    with serving(lambda _: reply._replace(headers=date)) as server:
        token = source_at(server).access_token()

    # http.server adds its own Date in front of ours; both arrive, the last one is read.
    assert token.life == pytest.approx(900, abs=1)


def test_a_secret_that_the_server_echoes_reaches_no_exception() -> None:
    with serving(lambda _: error_reply(400, "invalid_request", f"bad: {SECRET}!")) as server:
        source = source_at(server)
        with pytest.raises(errors.TokenRefused) as caught:
            source.token()

    assert SECRET not in repr(caught.value) + str(vars(caught.value))
    assert caught.value.description == "bad: ***!"
    assert SECRET not in repr(source)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"token_endpoint": "http://api.example/token"}, "plain HTTP"),
        ({"token_endpoint": "ftp://api.example/token"}, "https"),
        ({"token_endpoint": "https://user:pw@api.example/token"}, "user"),
        ({"token_endpoint": "https://api.example/token#f"}, "fragment"),
        ({"token_endpoint": "https://[bad/token"}, "URL"),
        ({"token_endpoint": "https://a b/"}, "https URL"),
        ({"token_endpoint": None}, "issuer"),
        ({"client_id": ""}, "client_id"),
        ({"client_secret": ""}, "client secret"),
        ({"client_secret": "secret\n"}, "white space"),
        ({"dialect": "nonesuch"}, "nonesuch"),
    ],
)
def test_what_cannot_work_is_refused_before_any_request(
    options: dict[str, Any], words: str
) -> None:
    defaults: dict[str, Any] = {
        "token_endpoint": "https://api.example/token",
        "client_id": ID,
        "client_secret": SECRET,
    }
    with pytest.raises(ConfigurationError, match=words):
        TokenSource(**{**defaults, **options})


@pytest.mark.parametrize("host", ["localhost:1", "127.0.0.1:1", "[::1]:1", "kiss.localhost:1"])
def test_plain_http_is_taken_on_loopback(host: str) -> None:
    source = TokenSource(token_endpoint=f"http://{host}/t", client_id=ID, client_secret=SECRET)

    assert host in repr(source)


def test_plain_http_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(numbered()) as proxy, serving(numbered()) as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        source_at(server).token()

    assert (len(proxy.requests), len(server.requests)) == (0, 1)


def test_from_env_reads_the_names_that_kamoas_page_uses() -> None:
    with serving(numbered()) as server:
        environ = {"KAMOA_CLIENT_ID": ID, "KAMOA_CLIENT_SECRET": SECRET, "KAMOA_SCOPE": "x"}
        source = TokenSource.from_env("KAMOA", environ=environ, token_endpoint=server.url + "/t")
        source.token()

    assert server.requests[0].form["scope"] == "x"


def test_from_env_takes_a_vendors_secret_under_either_name_or_in_a_file(tmp_path: Any) -> None:
    (tmp_path / "s").write_text(SECRET + "\n")
    for variable, value in [("KAMOA_SECRET", SECRET), ("KAMOA_SECRET_FILE", str(tmp_path / "s"))]:
        environ = {"KAMOA_CLIENT_ID": ID, variable: value}
        with serving(numbered()) as server:
            TokenSource.from_env("KAMOA", environ=environ, token_endpoint=server.url).token()
        sent = base64.b64decode(server.requests[0].headers["authorization"][6:])
        assert sent.decode() == f"{ID}:{SECRET}"


def test_from_env_asks_where_its_options_say_and_not_where_the_environment_does() -> None:
    elsewhere = {
        "KAMOA_CLIENT_ID": ID,
        "KAMOA_CLIENT_SECRET": SECRET,
        "KAMOA_ISSUER": "https://elsewhere.example",
        "KAMOA_TOKEN_ENDPOINT": "https://elsewhere.example/token",
    }
    for option in ("url", "issuer", "token_endpoint"):
        place: dict[str, Any] = {option: "https://here.example/token"}
        source = TokenSource.from_env("KAMOA", environ=elsewhere, **place)

        assert "at='https://here.example/token'" in repr(source)


def test_from_env_reads_the_place_where_no_option_says_one() -> None:
    environ = {"K_CLIENT_ID": ID, "K_SECRET": SECRET, "K_ISSUER": "https://issuer.example"}

    assert "issuer.example" in repr(TokenSource.from_env("K", environ=environ, url=None))


def test_from_env_names_the_variable_that_is_missing() -> None:
    with pytest.raises(ConfigurationError, match="KAMOA_CLIENT_SECRET is not set"):
        TokenSource.from_env("KAMOA", environ={"KAMOA_CLIENT_ID": ID}, issuer="https://x.example")
