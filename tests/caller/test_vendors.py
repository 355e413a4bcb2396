"""`dialect="kamoa"` and its like: the four vendors, as their pages say."""

import base64
import itertools
import json
import time
from typing import Any

import pytest

from tests.caller.token_server import Reply, no_patience, serving
from tests.caller.vendor_server import vendor
from tests.support.patience import wait_until
from watchword.caller import ConfigurationError, InvalidClient, TokenSource
from watchword.caller.errors import MistypedSecret, ServerFailed
from watchword.core import secret_format
from watchword.dialect import load
from watchword.dialect import source as text_of
from watchword.dialect.public import PublicDialect

ID, SECRET = "ACME01", "a-secret-of-the-vendor"


def a_jwt(life: float) -> str:
    parts = [{"alg": "HS256", "typ": "JWT"}, {"exp": int(time.time() + life)}]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in parts]
    return ".".join([coded[0].rstrip("="), coded[1].rstrip("="), "c2ln"])


VENDORS = ["kamoa", "kiss", "connectivity", "kashimi", "rfc6749"]


@pytest.mark.parametrize("name", VENDORS)
def test_a_source_speaks_the_vendors_dialect(name: str) -> None:
    token = a_jwt(1800)
    with serving(vendor(name, ID, [SECRET], lambda: token, 1800)) as server:
        source = TokenSource(issuer=server.url, dialect=name, client_id=ID, client_secret=SECRET)
        held = source.access_token()

    assert held.value == token
    # Kamoa says nothing of the life: there it is read from the JWT.
    assert held.life == pytest.approx(1800, abs=2)
    assert server.requests[0].path == load(name).token_path


def test_kamoas_token_stands_bare_in_the_header() -> None:
    token = a_jwt(600)
    with serving(vendor("kamoa", ID, [SECRET], lambda: token)) as server:
        source = TokenSource(issuer=server.url, dialect="kamoa", client_id=ID, client_secret=SECRET)

        assert source.headers() == {"Authorization": token}


@pytest.mark.parametrize("name", VENDORS)
def test_wrong_credentials_are_invalid_client_whatever_the_vendors_words(name: str) -> None:
    with serving(vendor(name, ID, [SECRET], lambda: a_jwt(600))) as server:
        source = TokenSource(issuer=server.url, dialect=name, client_id=ID, client_secret="wrong")
        with pytest.raises(InvalidClient):
            source.token()


@pytest.mark.parametrize("name", VENDORS)
def test_the_next_secret_takes_over_at_every_vendor(name: str) -> None:
    with serving(vendor(name, ID, ["new"], lambda: a_jwt(600))) as server:
        source = TokenSource(
            issuer=server.url,
            dialect=name,
            client_id=ID,
            client_secret="old",
            next_client_secret="new",
        )
        source.warm()

    assert len(server.requests) == 2


def test_kamoas_unexpected_error_is_an_error_of_the_server() -> None:
    reply = Reply(500, b'{"message": "Unexpected error"}', {"Content-Type": "application/json"})
    with serving(lambda _: reply) as server:
        source = TokenSource(
            issuer=server.url,
            dialect="kamoa",
            client_id=ID,
            client_secret=SECRET,
            random=no_patience,
        )
        with pytest.raises(ServerFailed):
            source.token()


def test_a_dialect_file_of_ones_own_is_taken_by_its_path(tmp_path: Any) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text_of("kamoa"))
    source = TokenSource(
        issuer="https://api.example", dialect=file, client_id=ID, client_secret=SECRET
    )

    assert "api.example" in repr(source)


def test_a_broken_dialect_file_is_a_configuration_error(tmp_path: Any) -> None:
    (tmp_path / "mine.toml").write_text("nam = 1")
    with pytest.raises(ConfigurationError, match="dialect"):
        TokenSource(
            issuer="https://api.example",
            dialect=tmp_path / "mine.toml",
            client_id=ID,
            client_secret=SECRET,
        )


WHOLE = secret_format.compose_secret("kiss", "k7Qm2x0a", bytes(range(20)))


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        (WHOLE[:-3], "characters"),
        (WHOLE[:20] + ("A" if WHOLE[20] != "A" else "B") + WHOLE[21:], "one of its characters"),
    ],
)
def test_a_mistyped_secret_of_ours_is_refused_before_any_request(secret: str, words: str) -> None:
    dialect = PublicDialect(load("kiss"), key_prefix="kiss")
    with pytest.raises(MistypedSecret, match=words) as caught:
        TokenSource(
            issuer="https://api.kiss.example", dialect=dialect, client_id=ID, client_secret=secret
        )

    assert secret[8:] not in str(caught.value)


@pytest.mark.parametrize("secret", [WHOLE, "brought-by-the-customer", "kissing"])
def test_whole_secrets_and_the_customers_own_pass(secret: str) -> None:
    dialect = PublicDialect(load("kiss"), key_prefix="kiss")
    source = TokenSource(
        issuer="https://api.kiss.example", dialect=dialect, client_id=ID, client_secret=secret
    )

    assert secret not in repr(source)


def test_rotation_drill_no_call_fails_while_a_secret_is_replaced() -> None:
    """Kiss's page: issue a new key, configure it, revoke the old one. Tokens live 1 s here."""
    live = {"old"}
    numbers = itertools.count()
    answer = vendor("kiss", ID, live, lambda: f"token-{next(numbers)}", 1)
    with serving(answer) as server:
        source = TokenSource(
            issuer=server.url,
            dialect="kiss",
            client_id=ID,
            client_secret="old",
            next_client_secret="new",
        )
        tokens = list[str]()
        for change in [lambda: None, lambda: live.add("new"), lambda: live.discard("old")]:
            change()
            before = len(set(tokens))

            def renewed_twice(before: int = before) -> bool:
                tokens.append(source.token())
                return len(set(tokens)) >= before + 2

            wait_until(renewed_twice)

    assert all(tokens)
