"""The closed list of filters: `{expires_at|zone:+02:00|strftime:%d.%m.%Y %H:%M}`.

A filter takes a value of some kinds and gives one of another kind. `undo` is its inverse, for the
caller who reads the answer; None where there is none. Filters never see an absent value, but for
`default`, and never raise.
"""

from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from typing import Any, NamedTuple, cast
from urllib.parse import quote, unquote

from watchword.dialect.fault import nearest
from watchword.dialect.json_text import InvalidJson, dumps, loads
from watchword.dialect.moment import (
    DIRECTIVES,
    check_format,
    http_date,
    iso8601,
    local,
    parse_http_date,
    parse_iso8601,
    parse_strftime,
    zone,
)
from watchword.dialect.placeholder import Kind
from watchword.dialect.scene import Value

Apply = Callable[[Any], Value]
# Gets the text or number on the wire and the zone of the chain.
Undo = Callable[[Any, tzinfo], Any]


class Applied(NamedTuple):
    """A filter with its argument."""

    kind: Kind
    apply: Apply
    undo: Undo | None
    where: tzinfo | None = None


class Filter(NamedTuple):
    """One filter: the kinds it takes, and what makes it ready for an argument."""

    takes: tuple[Kind, ...]
    make: Callable[[str], Applied]
    meaning: str
    argument: str = ""


_NUMBERS: tuple[Kind, ...] = ("number", "instant", "duration")
_TIMES: tuple[Kind, ...] = ("instant", "moment")


def _fixed(applied: Applied) -> Callable[[str], Applied]:
    return lambda argument: applied


def as_text(value: Any) -> str:
    """A value inside a text: whole numbers without a fraction, lists between spaces."""
    if isinstance(value, str):
        return value
    if isinstance(value, float):
        return str(int(value))
    if isinstance(value, list):
        return " ".join(as_text(item) for item in value)
    return str(value) if type(value) is int else dumps(value).decode()


def _number(text: Any) -> Value:
    try:
        number = int(text[:40])
    except ValueError:
        return str(text)
    return number if abs(number) < 2**63 else str(text)


def _json(text: Any) -> Value:
    value: Value
    try:
        value = cast(Value, loads(text.encode("utf-8", "replace")))
    except InvalidJson:
        return str(text)
    return value


def _boolean(text: Any) -> Value:
    return text.lower() in ("true", "yes", "1", "on")


def _in_unit(seconds: int, name: str) -> Filter:
    return Filter(
        ("duration",),
        _fixed(
            Applied("number", lambda value: value // seconds, lambda value, _: int(value) * seconds)
        ),
        f"a lifetime in {name}",
    )


def _zone(argument: str) -> Applied:
    where = zone(argument)
    return Applied("moment", lambda value: local(value, where), lambda value, _: value, where)  # type: ignore[arg-type,return-value]


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else local(value, UTC)


def _iso8601(argument: str) -> Applied:
    if argument not in ("", "ms", "us"):
        raise ValueError("its precision may be left out, or be ms or us")
    return Applied("text", lambda value: iso8601(_moment(value), argument), parse_iso8601)


def _strftime(argument: str) -> Applied:
    try:
        check_format(argument)
    except ValueError as wrong:
        raise ValueError(f"{wrong}; it may have %{', %'.join(DIRECTIVES)}") from None
    if "%" not in argument:
        raise ValueError("it needs a format, for example strftime:%Y-%m-%d %H:%M:%S")
    return Applied(
        "text",
        lambda value: _moment(value).strftime(argument),
        lambda text, where: parse_strftime(text, argument, where),
    )


def _split(argument: str) -> Applied:
    separator = argument or " "
    return Applied(
        "list",
        lambda value: [item for item in value.split(separator) if item],
        lambda value, _: separator.join(str(item) for item in value),
    )


def _replace(argument: str) -> Applied:
    separator = argument or ","
    return Applied(
        "text",
        lambda value: value.replace(" ", separator),
        lambda value, _: value.replace(separator, " "),
    )


def _default(argument: str) -> Applied:
    return Applied("text", lambda value: value, lambda value, _: value)


def _prefix(argument: str) -> Applied:
    if not argument:
        raise ValueError("it needs a text, for example prefix:Bearer-")
    return Applied(
        "text", lambda value: argument + value, lambda value, _: value.removeprefix(argument)
    )


def _encoded(value: str) -> bytes:
    return value.encode("utf-8", "replace")


FILTERS: dict[str, Filter] = {
    "text": Filter(
        (*_NUMBERS, "any"),
        _fixed(Applied("text", as_text, lambda value, _: int(value))),
        "a number as a text",
    ),
    "number": Filter(
        ("text",),
        _fixed(Applied("number", _number, lambda value, _: str(value))),
        "a text as a whole number; a text that is none stays a text",
    ),
    "boolean": Filter(
        ("text",), _fixed(Applied("any", _boolean, None)), "true for `true yes 1 on`, else false"
    ),
    "json": Filter(
        ("text",), _fixed(Applied("any", _json, None)), "a text that is JSON, as that value"
    ),
    "split": Filter(
        ("text",), _split, "a text as a list, cut at the argument or at spaces", "[SEPARATOR]"
    ),
    "join": Filter(("text",), _replace, "spaces replaced by the argument or `,`", "[SEPARATOR]"),
    "prefix": Filter(("text",), _prefix, "the argument before it", "TEXT"),
    "upper": Filter(
        ("text",), _fixed(Applied("text", lambda value: value.upper(), None)), "upper case"
    ),
    "lower": Filter(
        ("text",), _fixed(Applied("text", lambda value: value.lower(), None)), "lower case"
    ),
    "base64": Filter(
        ("text",),
        _fixed(
            Applied(
                "text",
                lambda value: b64encode(_encoded(value)).decode(),
                lambda value, _: b64decode(value).decode(),
            )
        ),
        "base64 of its UTF-8",
    ),
    "base64url": Filter(
        ("text",),
        _fixed(
            Applied(
                "text",
                lambda value: urlsafe_b64encode(_encoded(value)).decode().rstrip("="),
                lambda value, _: urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode(),
            )
        ),
        "base64url of its UTF-8, without padding",
    ),
    "urlencode": Filter(
        ("text",),
        _fixed(
            Applied(
                "text",
                lambda value: quote(value, safe="", errors="replace"),
                lambda value, _: unquote(value),
            )
        ),
        "percent-encoded",
    ),
    "ms": Filter(
        ("instant", "duration"),
        _fixed(
            Applied("number", lambda value: int(value * 1000), lambda value, _: int(value) / 1000)
        ),
        "milliseconds",
    ),
    "minutes": _in_unit(60, "minutes"),
    "hours": _in_unit(3600, "hours"),
    "days": _in_unit(86400, "days"),
    "zone": Filter(("instant",), _zone, "an instant in `UTC`, `+02:00` or `Europe/Paris`", "ZONE"),
    "iso8601": Filter(
        _TIMES, _iso8601, "an instant as `2026-11-21T08:00:00Z`, finer on request", "[ms|us]"
    ),
    "strftime": Filter(_TIMES, _strftime, "an instant in a format of Python's", "FORMAT"),
    "http_date": Filter(
        _TIMES,
        _fixed(
            Applied(
                "text",
                lambda value: http_date(_moment(value)),
                lambda value, _: parse_http_date(value),
            )
        ),
        "an instant as `Sat, 21 Nov 2026 08:00:00 GMT`",
    ),
    "default": Filter(("text", "any"), _default, "the argument where the value is absent", "TEXT"),
}


def apply_filter(text: str, kind: Kind) -> tuple[str, str, Applied]:
    """The filter that a text names, for a value of a kind; ValueError with what it may be."""
    name, _, argument = text.partition(":")
    name = name.strip()
    known = FILTERS.get(name)
    if known is None:
        raise ValueError(f"there is no filter {name[:40]!r}; {nearest(name, list(FILTERS))}")
    if kind not in known.takes:
        raise ValueError(f"the filter {name!r} takes {' or '.join(known.takes)}, not {kind}")
    if argument and not known.argument:
        raise ValueError(f"the filter {name!r} takes no argument")
    try:
        return name, argument, known.make(argument)
    except ValueError as wrong:
        raise ValueError(f"the filter {name!r}: {wrong}") from None
