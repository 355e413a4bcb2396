"""How values are typed on the command line: durations, claims, attributes, secrets."""

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from watchword.cli.failure import Refused, reason_of
from watchword.core.duration import InvalidDuration, parse_duration
from watchword.jose import strict_json
from watchword.jose.errors import InvalidJson

NEVER = "never"
_LONGEST_FILE = 4096


def duration(text: str | int) -> int:
    """Seconds, typed 90s, 15m, 12h, 30d or 1y."""
    if isinstance(text, int):
        return text
    try:
        return parse_duration(text)
    except InvalidDuration as error:
        raise click.BadParameter(str(error)) from None


def looking_back(longest: str) -> Callable[[str | int], int]:
    """A type for how far back to look: a duration of a second at least, and at most `longest`."""

    def typed(text: str | int) -> int:
        seconds = duration(text)
        if not 1 <= seconds <= parse_duration(longest):
            raise click.BadParameter(f"between 1s and {longest}")
        return seconds

    return typed


def expiry(text: str | int) -> int | str:
    """A duration, or "never"."""
    return NEVER if text == NEVER else duration(text)


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were typed. Of one that may be repeated, "" stands for none at all."""
    return {
        name: tuple(each for each in value if each) if isinstance(value, tuple) else value
        for name, value in options.items()
        if value not in (None, ())
    }


def pairs(values: Sequence[str], option: str) -> dict[str, str]:
    """`k=v` texts."""
    found = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{option} {value!r}: write NAME=VALUE")
        found[name] = text
    return found


def endpoints(values: Sequence[str]) -> dict[str, str | None]:
    """`name=/path`, or `name=off` for an endpoint that is switched off."""
    moved = pairs(values, "--endpoint")
    return {name: None if path == "off" else path for name, path in moved.items()}


def claims(values: Sequence[str]) -> dict[str, Any]:
    """`k=v` is a text, `k:=json` any JSON value."""
    found: dict[str, Any] = {}
    for value in values:
        name, equals, text = value.partition("=")
        if not equals or not name or name == ":":
            raise click.UsageError(f"--claim {value!r}: write NAME=TEXT or NAME:=JSON")
        if name.endswith(":"):
            found[name[:-1]] = _json_value(value, text)
        else:
            found[name] = text
    return found


def read_secret(path: str | None, prompt: str) -> str:
    """A secret from a file, from standard input ("-"), or asked for; never from an argument.

    One line break at the end of a file is not part of the secret.
    """
    if path is None:
        return _asked(prompt) if sys.stdin.isatty() else _piped()
    try:
        text = sys.stdin.read(_LONGEST_FILE) if path == "-" else Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(
            f"the secret cannot be read from {path}: {reason_of(error)}"
        ) from None
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret:
        raise click.UsageError(f"the secret cannot be read from {path}: there is nothing in it")
    return secret


def _asked(prompt: str) -> str:
    return str(click.prompt(prompt, hide_input=True, err=True))


def _piped() -> str:
    """The first line of standard input: what is piped in was on no screen that could show it."""
    line = sys.stdin.readline(_LONGEST_FILE).rstrip("\r\n")
    if not line:
        raise Refused(
            "no secret came on standard input",
            hint="--secret-file FILE brings one",
            code="no_answer",
            usage=True,
        )
    return line


def _json_value(option: str, text: str) -> object:
    try:
        return strict_json.loads(text.encode("utf-8"))
    except InvalidJson as error:
        raise click.UsageError(f"--claim {option!r}: {error}") from None
