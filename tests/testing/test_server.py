"""A whole Watchword, with our own caller and guard against it."""

import time

import pytest

from watchword.caller import InvalidClient, TokenSource
from watchword.testing.server import CommandFailed, WatchwordServer


def test_a_client_of_the_server_gets_a_token_that_a_guard_takes(
    watchword_server: WatchwordServer,
) -> None:
    client = watchword_server.create_client("ME", claims={"customer": "ACME", "plan": 3})
    token = watchword_server.source(client).token()
    claims = watchword_server.guard().verify(f"Bearer {token}")

    assert claims.client_id == "ME"
    assert claims.to_dict()["plan"] == 3
    assert client.client_secret not in repr(client)


@pytest.mark.parametrize("dialect", ["rfc6749", "kiss", "connectivity"])
def test_an_issuer_is_found_by_its_url_alone(
    watchword_server: WatchwordServer, dialect: str
) -> None:
    issuer = watchword_server.create_issuer(dialect, dialect=dialect, scopes=["read"])
    client = watchword_server.create_client("ME", issuer=issuer, scopes=["read"])
    source = TokenSource(issuer=issuer.url, client_id="ME", client_secret=client.client_secret)

    assert source.access_token().life == pytest.approx(3600, abs=5)


def test_a_mistyped_secret_is_found_with_the_issuers_documents_before_it_is_sent(
    watchword_server: WatchwordServer,
) -> None:
    client = watchword_server.create_client("TYPO")
    source = TokenSource(
        issuer=watchword_server.url, client_id="TYPO", client_secret=client.client_secret[:-1]
    )
    with pytest.raises(Exception, match="was not copied as it was shown"):
        source.token()


def test_a_disabled_client_gets_no_token(watchword_server: WatchwordServer) -> None:
    client = watchword_server.create_client("GONE")
    watchword_server.run("client", "disable", "GONE", "--issuer", "default")

    with pytest.raises(InvalidClient):
        watchword_server.source(client).token()


def test_a_command_that_fails_says_why(watchword_server: WatchwordServer) -> None:
    with pytest.raises(CommandFailed, match="issuer"):
        watchword_server.run("client", "create", "X", "--issuer", "nonesuch")


def test_rotation_drill_against_a_whole_server(watchword_server: WatchwordServer) -> None:
    """A customer's program with old and new secret goes through a rotation without a failure."""
    client = watchword_server.create_client("ROTATING")
    old = watchword_server.run("secret", "list", "ROTATING", "--issuer", "default")
    new = watchword_server.run("secret", "issue", "ROTATING", "--issuer", "default")
    source = watchword_server.source(client, next_client_secret=new["client_secret"])
    tokens = [source.token()]
    watchword_server.run("secret", "revoke", old["items"][0]["secret_id"], "--yes")
    # Known to every worker within one second; tokens that were handed out live on or are renewed.
    time.sleep(1)
    source.rejected(tokens[0])
    tokens.append(source.token())

    assert len(set(tokens)) == 2
