"""RFC 8414, and the public half of a dialect."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.caller.token_server import Reply, Request, no_patience, numbered, serving, token_reply
from watchword.caller import ConfigurationError, TokenSource
from watchword.caller.errors import (
    DiscoveryFailed,
    InsecureEndpoint,
    ServerFailed,
    UnreadableAnswer,
)
from watchword.caller.rfc6749 import Rfc6749
from watchword.dialect import load
from watchword.dialect.public import PublicDialect


def serving_documents(documents: Mapping[str, Any]) -> Any:
    """A server whose GET answers stand in `documents`, by path; {base} is its own address."""

    def answer(request: Request) -> Reply:
        if request.method == "POST":
            return token_reply("t")
        document = documents.get(request.path)
        if document is None:
            return Reply(404, b"not here")
        text = document if isinstance(document, bytes) else json.dumps(document).encode()
        return Reply(200, text.replace(b"{base}", f"http://{request.headers['host']}".encode()))

    return serving(answer)


def a_source(issuer: str, **options: Any) -> TokenSource:
    return TokenSource(
        issuer=issuer,
        client_id="me",
        client_secret="s",
        **{"random": no_patience, **options},
    )


METADATA = {"issuer": "{base}/kiss", "token_endpoint": "{base}/kiss/token"}
PLACES = [
    "/.well-known/oauth-authorization-server/kiss",
    "/kiss/.well-known/openid-configuration",
]


@pytest.mark.parametrize("place", PLACES)
def test_metadata_names_the_token_endpoint(place: str) -> None:
    with serving_documents({place: METADATA}) as server:
        token = a_source(server.url + "/kiss").token()

    assert token == "t"
    assert server.requests[-1].path == "/kiss/token"
    assert "authorization" in server.requests[-1].headers


def test_metadata_says_where_the_secret_is_taken() -> None:
    only_post = {**METADATA, "token_endpoint_auth_methods_supported": ["client_secret_post"]}
    with serving_documents({PLACES[0]: only_post}) as server:
        a_source(server.url + "/kiss").token()

    assert server.requests[-1].form["client_secret"] == "s"
    assert "authorization" not in server.requests[-1].headers


def test_an_exchange_that_is_given_beats_the_one_that_is_found() -> None:
    with serving_documents({PLACES[0]: METADATA}) as server:
        exchange = Rfc6749(auth_method="client_secret_post")
        a_source(server.url + "/kiss", dialect=exchange).token()

    assert server.requests[-1].form["client_secret"] == "s"


def test_a_server_without_client_secrets_is_a_configuration_error() -> None:
    only_jwt = {**METADATA, "token_endpoint_auth_methods_supported": ["private_key_jwt"]}
    with serving_documents({PLACES[0]: only_jwt}) as server, pytest.raises(ConfigurationError):
        a_source(server.url + "/kiss").token()


def test_the_public_half_of_a_dialect_says_it_all() -> None:
    public = dict(load("kamoa").public)
    with serving_documents({"/kamoa/.well-known/watchword-dialect": public}) as server:
        with pytest.raises(Exception, match="token"):
            # The scripted endpoint answers as RFC 6749 has it, which is not Kamoa's way.
            a_source(server.url + "/kamoa").token()
        request = server.requests[-1]

    assert request.path == "/kamoa/auth/token"
    assert json.loads(request.body) == {"clientId": "me", "secret": "s"}


def test_metadata_of_another_issuer_is_not_believed() -> None:
    """RFC 8414, 3.3: else one issuer could collect another's credentials."""
    other = {**METADATA, "issuer": "https://evil.example"}
    with (
        serving_documents({PLACES[0]: other}) as server,
        pytest.raises(DiscoveryFailed, match="another issuer"),
    ):
        a_source(server.url + "/kiss").token()

    assert all(request.method == "GET" for request in server.requests)


def test_metadata_cannot_send_the_secret_over_plain_http() -> None:
    insecure = {**METADATA, "token_endpoint": "http://api.example/token"}
    with serving_documents({PLACES[0]: insecure}) as server, pytest.raises(InsecureEndpoint):
        a_source(server.url + "/kiss").token()


def test_pages_that_answer_everything_with_html_do_not_stop_the_search() -> None:
    html = b"<html>hello</html>"
    documents = {"/kiss/.well-known/watchword-dialect": html, PLACES[0]: html, PLACES[1]: METADATA}
    with serving_documents(documents) as server:
        assert a_source(server.url + "/kiss").token() == "t"


def test_an_issuer_that_publishes_nothing_is_told_so() -> None:
    with (
        serving_documents({}) as server,
        pytest.raises(DiscoveryFailed, match="publishes neither"),
    ):
        a_source(server.url + "/kiss").token()


def test_an_issuer_in_trouble_is_not_one_that_publishes_nothing() -> None:
    with serving(lambda _: Reply(503)) as server, pytest.raises(ServerFailed):
        a_source(server.url).token()


def test_discovery_is_done_once() -> None:
    with serving_documents({PLACES[0]: METADATA}) as server:
        source = a_source(server.url + "/kiss")
        source.token()
        source.rejected("t")
        source.token()

    assert [request.method for request in server.requests] == ["GET", "GET", "POST", "POST"]


def test_a_public_half_can_be_given_in_advance() -> None:
    dialect = PublicDialect.from_dialect(load("rfc6749"))
    with serving(numbered()) as server:
        assert a_source(server.url, dialect=dialect).token() == "token-1"


def test_a_url_by_position_may_be_the_issuer() -> None:
    with serving_documents({PLACES[0]: METADATA}) as server:
        source = TokenSource(server.url + "/kiss", "me", "s", random=no_patience)

        assert source.token() == "t"
    assert server.requests[-1].path == "/kiss/token"


OTHER_DOCUMENTS = {
    "no document at all": {},
    "the metadata of another issuer": {
        "/.well-known/oauth-authorization-server/kiss/token": METADATA
    },
}


@pytest.mark.parametrize("documents", OTHER_DOCUMENTS.values(), ids=list(OTHER_DOCUMENTS))
def test_a_url_by_position_may_be_the_token_endpoint(documents: dict[str, Any]) -> None:
    with serving_documents(documents) as server:
        source = TokenSource(server.url + "/kiss/token", "me", "s", random=no_patience)

        assert source.token() == "t"
    assert server.requests[-1].path == "/kiss/token"
    assert "authorization" in server.requests[-1].headers


@pytest.mark.parametrize("path", ["/kamoa", "/kamoa/auth/token"])
def test_a_dialect_tells_a_token_endpoint_from_an_issuer_without_asking(path: str) -> None:
    with serving_documents({}) as server:
        source = TokenSource(server.url + path, "me", "s", dialect="kamoa", random=no_patience)
        with pytest.raises(UnreadableAnswer):  # this server answers in words that are not Kamoa's
            source.token()

    assert [(r.method, r.path) for r in server.requests] == [("POST", "/kamoa/auth/token")]


def test_the_public_half_that_was_saved_from_an_issuer_is_a_dialect(tmp_path: Path) -> None:
    saved = tmp_path / "vendor.json"
    saved.write_text(json.dumps(load("kamoa").public))
    with serving_documents({}) as server:
        source = TokenSource(server.url, "me", "s", dialect=saved, random=no_patience)
        with pytest.raises(UnreadableAnswer):
            source.token()

    assert server.requests[-1].path == "/auth/token"


def test_a_url_by_position_and_by_name_is_one_too_many() -> None:
    with pytest.raises(ConfigurationError, match="one of them"):
        TokenSource("https://a.example", "me", "s", issuer="https://b.example")
