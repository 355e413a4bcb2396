"""What the log looks like, and what never stands in it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from watchword.app import logs
from watchword.app.logs import LineLog, log, redact

SECRET = "wk_" + "k7Qm2x0a" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N" + "0Zz9Yx"
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhY21lIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "planted"),
    [
        (f"client sent {SECRET} again", SECRET[3:]),
        (f'{{"access_token": "{TOKEN}"}}', TOKEN),
        (f"cut off: {TOKEN[:30]}", TOKEN[:30]),
        ("Authorization: Basic YWNtZTpzZWNyZXQ=", "YWNtZTpzZWNyZXQ"),
        ("authorization: bearer abcdefghijkl", "abcdefghijkl"),
        ("grant_type=x&client_secret=hunter22&scope=y", "hunter22"),
        ('{"clientId": "a", "secret": "hunter22"}', "hunter22"),
        ("-----BEGIN PRIVATE KEY-----\nMIGHAgEAMB\n-----END PRIVATE KEY-----", "MIGHAgEAMB"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out(text: str, planted: str) -> None:
    assert planted in text
    assert planted not in redact(text)


def test_ordinary_lines_stay_as_they_are() -> None:
    line = '{"request_id": "9f3c01ab77-1a2b", "client": "k7Qm2x0a", "reason": "wrong_secret"}'

    assert redact(line) == line


@pytest.mark.parametrize("format_", ["json", "console"])
def test_an_exception_that_holds_a_secret_is_logged_without_it(format_: str) -> None:
    stream = io.StringIO()
    logs.configure(format_, "info", stream)
    try:
        raise ValueError(f"cannot parse {SECRET}")
    except ValueError as error:
        log.error("fault", error=error)
        logging.getLogger("some.library").exception("and again")

    assert "ValueError: cannot parse" in stream.getvalue()
    assert SECRET not in stream.getvalue()


def test_a_json_line_names_level_time_and_event() -> None:
    stream = io.StringIO()
    logs.configure("json", "info", stream)
    log.warning("something.happened", request_id="r-1")
    log.debug("not.this")

    line = json.loads(stream.getvalue())
    assert line.pop("at").endswith("Z")
    assert line == {"event": "something.happened", "level": "warning", "request_id": "r-1"}


def test_lines_of_the_token_path_are_silent_below_their_level() -> None:
    stream = io.StringIO()
    LineLog("json", "warning", stream).info("token.refused", {})

    assert stream.getvalue() == ""


@pytest.fixture(autouse=True)
def _other_tests_keep_their_log() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level


def test_a_stranger_cannot_write_a_line_of_his_own() -> None:
    for format_ in ("json", "console"):
        stream = io.StringIO()
        logs.configure(format_, "info", stream)
        log.info("token.refused", client_id="a\x1b[2J\r\nserver.stopped")

        assert "\x1b" not in stream.getvalue()
        assert "\r" not in stream.getvalue()


def test_a_readable_line_names_what_is_told() -> None:
    stream = io.StringIO()
    logs.configure("console", "info", stream)
    log.info("server.started", listen="127.0.0.1:80", admin_listen=None)

    assert stream.getvalue()[8:] == " INFO server.started listen=127.0.0.1:80\n"
