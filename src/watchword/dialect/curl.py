"""Recorded curl commands and the answers below them, as a person pastes them into a file.

An answer is what curl printed: with `-i` status and headers before the body, with `-v` lines that
begin with "<", or the body alone. A file may hold several commands, each with its answer.
"""

import json
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, parse_qsl, quote_plus, unquote, urlsplit

from msgspec import Struct

from watchword.dialect.shell_words import OpenQuote, first_command, without_carets

MAX_BYTES = 256 * 1024
_COMMAND = re.compile(r"\s*(?:\$\s*)?curl\s")
_STATUS = re.compile(r"HTTP/[\d.]+\s+(\d{3})")
_WITH_VALUE = "XHduAoeFbm"
_DATA = {"data", "data-raw", "data-ascii", "data-binary", "data-urlencode", "json"}
_LONG_WITH_VALUE = _DATA | set(
    "request header user url output user-agent cookie max-time connect-timeout form referer cacert "
    "cert key resolve retry".split()
)
_SHORT = {"X": "request", "H": "header", "d": "data", "u": "user", "G": "get", "F": "form"}


class CurlError(ValueError):
    """A text that holds no curl command that can be read."""


class Exchange(Struct, frozen=True, kw_only=True):
    """A request and its answer. `status` is 0 where curl did not print it."""

    method: str
    host: str
    path: str
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]]
    user: str | None
    body: str
    status: int
    answer_headers: list[tuple[str, str]]
    answer: str

    def __repr__(self) -> str:
        return f"Exchange({self.method} {self.host}{self.path}, {self.status})"

    def header(self, name: str) -> str:
        """A request header's value, "" without it."""
        return next((v for n, v in self.headers if n.lower() == name), "")

    @property
    def form(self) -> list[tuple[str, str]]:
        """The body's parameters, if it is no JSON."""
        return [] if self.json is not None else parse_qsl(self.body, keep_blank_values=True)

    @property
    def json(self) -> object:
        """The body's JSON, None if it is none."""
        return _json(self.body)

    @property
    def answer_json(self) -> object:
        """The answer's JSON, None if it is none."""
        return _json(self.answer)


def _json(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, (dict, list)) else None


def parse_curl(text: str) -> list[Exchange]:
    """The exchanges of a recorded text, in order. Raises CurlError."""
    if len(text) > MAX_BYTES:
        raise CurlError(f"the recording is larger than {MAX_BYTES // 1024} KiB")
    lines = text.splitlines()
    starts = [index for index, line in enumerate(lines) if _COMMAND.match(line)]
    if not starts:
        raise CurlError("there is no curl command; a line begins with `curl` or `$ curl`")
    ends = [*starts[1:], len(lines)]
    return [_exchange(lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def _exchange(lines: list[str]) -> Exchange:
    words, below = _words(lines)
    options = list(_options(words[1:]))
    status, answer_headers, answer = _answer(below)
    url = next((value for name, value in options if name == "url"), "")
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
    except ValueError as wrong:
        raise CurlError(f"a curl command's URL cannot be read: {wrong}") from None
    if not parts.hostname:
        raise CurlError("a curl command has no URL")
    body = _body(options)
    in_query = any(name == "get" for name, _ in options)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if in_query:
        query += parse_qsl(body, keep_blank_values=True)
        body = ""
    method = next((value for name, value in options if name == "request"), "")
    return Exchange(
        method=(method or ("POST" if body else "GET")).upper(),
        host=parts.hostname,
        path=parts.path or "/",
        query=query,
        headers=_headers(options, body),
        user=next((value for name, value in options if name == "user"), _user_in(parts)),
        body=body,
        status=status,
        answer_headers=answer_headers,
        answer=answer,
    )


def _user_in(url: SplitResult) -> str | None:
    """The credentials before the host, which curl sends by Basic."""
    if url.username is None:
        return None
    return f"{unquote(url.username)}:{unquote(url.password or '')}"


def _words(lines: list[str]) -> tuple[list[str], list[str]]:
    """The words of a command, and the lines below it."""
    text = "\n".join(lines).lstrip().removeprefix("$").lstrip()
    try:
        words, below = first_command(_as_posix(text))
    except OpenQuote:
        raise CurlError("a curl command has a quote that is never closed") from None
    return words, below.splitlines()


def _as_posix(text: str) -> str:
    """A text whose command, if it was copied for Windows' cmd, has lost its carets."""
    ends = re.search(r"[^^]\r?$", text, re.MULTILINE)
    command = text[: ends.end()] if ends else text
    return without_carets(command) + text[len(command) :]


def _options(words: list[str]) -> Iterator[tuple[str, str]]:
    rest = iter(words)
    for word in rest:
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            if name in _LONG_WITH_VALUE and not equals:
                value = next(rest, "")
            yield name, value
        elif word.startswith("-") and len(word) > 1:
            yield from _short_options(word[1:], rest)
        else:
            yield "url", word


def _short_options(letters: str, rest: Iterator[str]) -> Iterator[tuple[str, str]]:
    for index, letter in enumerate(letters):
        name = _SHORT.get(letter, letter)
        if letter in _WITH_VALUE:
            yield name, letters[index + 1 :] or next(rest, "")
            return
        yield name, ""


def _body(options: list[tuple[str, str]]) -> str:
    parts = []
    for name, value in options:
        if name == "data-urlencode":
            key, equals, content = value.partition("=")
            parts.append(f"{key}={quote_plus(content)}" if equals else quote_plus(value))
        elif name in _DATA:
            parts.append(value)
    return "&".join(parts)


def _headers(options: list[tuple[str, str]], body: str) -> list[tuple[str, str]]:
    headers = []
    for name, value in options:
        if name == "header":
            key, _, content = value.partition(":")
            headers.append((key.strip(), content.strip()))
    said = any(name.lower() == "content-type" for name, _ in headers)
    if body and not said:
        is_json = any(name == "json" for name, _ in options)
        kind = "application/json" if is_json else "application/x-www-form-urlencoded"
        headers.append(("Content-Type", kind))
    return headers


def _answer(lines: list[str]) -> tuple[int, list[tuple[str, str]], str]:
    """Status, headers and body of what curl printed; of several answers the last."""
    plain = [line[2:] if line.startswith("< ") else line for line in lines]
    plain = ["" if line.strip() == "<" else line for line in plain]
    plain = [line for line in plain if not line.startswith(("> ", "* ", "{ [", "} ["))]
    heads = [index for index, line in enumerate(plain) if _STATUS.match(line)]
    if not heads:
        return 0, [], "\n".join(plain).strip()
    start = heads[-1]
    status = _STATUS.match(plain[start])
    headers: list[tuple[str, str]] = []
    for index, line in enumerate(plain[start + 1 :], start + 1):
        if not line.strip():
            return int(status[1]) if status else 0, headers, "\n".join(plain[index:]).strip()
        name, _, value = line.partition(":")
        headers.append((name.strip(), value.strip()))
    return int(status[1]) if status else 0, headers, ""
