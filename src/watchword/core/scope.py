"""Scopes (RFC 6749, 3.3): space-separated, case-sensitive tokens, no order, no repetition."""

import re
from collections.abc import Iterable

_TOKEN = re.compile(r"[\x21\x23-\x5B\x5D-\x7E]{1,255}")


class InvalidScopeText(ValueError):
    """The text is no list of scope tokens."""


def is_scope_token(text: str) -> bool:
    """Whether `text` is one scope-token of RFC 6749, 3.3 (at most 255 characters)."""
    return _TOKEN.fullmatch(text) is not None


def parse_scope(text: str) -> tuple[str, ...]:
    """Scope tokens of a `scope` parameter, each once, in the order first named.

    "scope = scope-token *( SP scope-token )" (RFC 6749, 3.3): one space between, none around.
    Raises InvalidScopeText.
    """
    tokens = text.split(" ")
    if not all(map(is_scope_token, tokens)):
        raise InvalidScopeText("scope is not a list of tokens with one space between")
    return tuple(dict.fromkeys(tokens))


def format_scope(tokens: Iterable[str]) -> str:
    """The `scope` value that lists `tokens` in their order."""
    return " ".join(tokens)
