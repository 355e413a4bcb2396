"""What a draft must not carry over from a recording: secrets and tokens, in any usual spelling."""

import json
from base64 import b64decode, b64encode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from msgspec.structs import replace

from watchword.dialect.curl import Exchange
from watchword.dialect.guess import Guess

HIDDEN = "..."
_SHORTEST = 6


def without_secrets(exchanges: list[Exchange], tokens: set[str]) -> list[Exchange]:
    """The exchanges, their answers without any secret that a request among them has.

    tokens: what answers hold and requests to an API may repeat; they are no secrets of clients.
    """
    secrets = {secret for each in exchanges for secret in _secrets(each)} - tokens
    return [without(each, spellings(secrets)) for each in exchanges]


def without(exchange: Exchange, texts: set[str]) -> Exchange:
    """An exchange whose answer has none of some texts."""
    # The longest first: one may be a part of another.
    ordered = sorted(texts, key=len, reverse=True)
    headers = [(name, _hidden(value, ordered)) for name, value in exchange.answer_headers]
    tree = exchange.answer_json
    if tree is None:
        answer = _hidden(exchange.answer, ordered)
    else:
        answer = json.dumps(_hidden_in(tree, ordered), ensure_ascii=False)
    return replace(exchange, answer=answer, answer_headers=headers)


def spellings(secrets: set[str]) -> set[str]:
    """Secrets long enough to be told from words, plain, percent-encoded, in base64 and in hex."""
    return {each for secret in secrets if len(secret) >= _SHORTEST for each in _spelt(secret)}


def _spelt(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "replace")
    yield from (secret, quote(secret, safe=""), quote_plus(secret))
    yield from (raw.hex(), raw.hex().upper())
    for encoded in (b64encode(raw), urlsafe_b64encode(raw)):
        yield from (encoded.decode(), encoded.decode().rstrip("="))


def _secrets(exchange: Exchange) -> Iterator[str]:
    """The secrets of a request, and the pairs that hold one."""
    guess = Guess(exchange)
    if guess.secret is not None:
        yield str(guess.secret[1])
    pair = exchange.user or _basic(exchange.header("authorization"))
    if pair:
        yield pair
        yield pair.partition(":")[2]
    yield exchange.header("authorization").rpartition(" ")[2]


def _basic(authorization: str) -> str:
    """The pair of a Basic header, "" if it is none."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        return b64decode(encoded).decode() if scheme.lower() == "basic" else ""
    except (Base64Error, ValueError):
        return ""


def _hidden(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    return text


def _hidden_in(value: object, secrets: list[str]) -> object:
    if isinstance(value, dict):
        return {_hidden(key, secrets): _hidden_in(item, secrets) for key, item in value.items()}
    if isinstance(value, list):
        return [_hidden_in(item, secrets) for item in value]
    return _hidden(value, secrets) if isinstance(value, str) else value
