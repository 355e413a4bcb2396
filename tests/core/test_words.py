"""Durations, scopes and client_ids as people type them."""

import pytest

from watchword.core.client import InvalidClientId, require_client_id
from watchword.core.duration import InvalidDuration, format_duration, parse_duration
from watchword.core.scope import InvalidScopeText, parse_scope


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("90s", 90), ("15m", 900), ("12h", 43_200), ("30d", 2_592_000), ("1y", 31_536_000)],
)
def test_a_duration_is_read_and_written(typed: str, seconds: int) -> None:
    assert parse_duration(typed) == seconds
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize("typed", ["", "1", "h", "1.5h", "-1h", "1w", "\u0661h", "1h30m"])
def test_what_is_no_duration_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(InvalidDuration, match="write 90s"):
        parse_duration(typed)


def test_scopes_are_distinct_and_keep_their_order() -> None:
    assert parse_scope("b a b") == ("b", "a")


@pytest.mark.parametrize("text", ["", " ", "a  b", " a", "a ", 'a"b', "a\\b", "a\tb", "é", "a\n"])
def test_a_malformed_scope_is_refused(text: str) -> None:
    with pytest.raises(InvalidScopeText):
        parse_scope(text)


@pytest.mark.parametrize("text", ["ACME01", "a", "a b", "acme/../x", "x" * 255, "tilde~"])
def test_a_customer_may_choose_its_client_id(text: str) -> None:
    assert require_client_id(text, colon_allowed=False) == text


@pytest.mark.parametrize("text", ["", "x" * 256, "é", "a\nb", "a:b", " a", "a ", "\x7f"])
def test_a_client_id_that_the_wire_cannot_carry_is_refused(text: str) -> None:
    with pytest.raises(InvalidClientId):
        require_client_id(text, colon_allowed=False)


def test_a_colon_is_allowed_where_basic_is_encoded() -> None:
    assert require_client_id("a:b", colon_allowed=True) == "a:b"
