"""Secrets and tokens are planted everywhere and looked for in all that is shown."""

import io
import logging
import traceback
from typing import Any

import pytest
from rich.console import Console
from rich.pretty import pretty_repr

from tests.caller.token_server import Reply, error_reply, no_patience, serving, token_reply
from watchword.caller import CallerError, TokenSource
from watchword.caller.access_token import AccessToken
from watchword.caller.cache_file import CachedToken
from watchword.caller.exchange import Answer, Credentials, Incoming, Outgoing, Presentation

SECRET, TOKEN = "planted-secret-0123456789", "planted-token-9876543210"

HOLDERS: list[Any] = [
    AccessToken(value=TOKEN, obtained_at=0, expires_at=1),
    CachedToken(access_token=TOKEN, obtained_at=0, expires_at=1, presentation=Presentation()),
    Answer(access_token=TOKEN),
    Credentials(client_id="me", secret=SECRET),
    Outgoing(method="POST", headers=(("Authorization", SECRET),), body=SECRET.encode()),
    Incoming(status=200, headers={"set-cookie": TOKEN}, body=TOKEN.encode()),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_what_holds_a_secret_shows_none(holder: Any) -> None:
    assert "planted" not in repr(holder) + str(holder) + pretty_repr(holder)


def test_a_source_shows_neither_its_secret_nor_its_token() -> None:
    with serving(lambda _: token_reply(TOKEN)) as server:
        source = TokenSource(token_endpoint=server.url, client_id="me", client_secret=SECRET)
        source.warm()

        assert "planted" not in repr(source) + pretty_repr(source)


@pytest.mark.parametrize(
    "reply",
    [
        error_reply(400, "invalid_request", f"you sent {SECRET}"),
        error_reply(400, SECRET, SECRET),
        error_reply(503, "server_error", SECRET),
        Reply(500, SECRET.encode()),
        Reply(302, headers={"Location": f"https://elsewhere.example/?secret={SECRET}"}),
        Reply(200, f'{{"access_token": "{TOKEN}", "token_type": "mac"}}'.encode()),
    ],
    ids=["description", "code", "503", "500", "redirect", "mac"],
)
def test_no_exception_log_or_event_holds_what_was_planted(
    reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[Any] = []
    with caplog.at_level(logging.DEBUG), serving(lambda _: reply) as server:
        source = TokenSource(
            token_endpoint=server.url,
            client_id="me",
            client_secret=SECRET,
            random=no_patience,
            observe=seen.append,
        )
        with pytest.raises(CallerError) as caught:
            source.token()

    text = "".join(traceback.format_exception(caught.value))
    shown = io.StringIO()
    Console(file=shown).print(vars(caught.value), seen)
    shown_at_all = text + caplog.text + shown.getvalue()
    assert SECRET not in shown_at_all
    assert TOKEN not in shown_at_all
