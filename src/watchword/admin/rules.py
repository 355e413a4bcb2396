"""What may be stored in a setting: one function for each shape, the value back or `Invalid`.

Every function takes the value and the name of the setting, which the refusal names.
"""

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from watchword.admin.errors import Invalid
from watchword.core.client import RESERVED_CLAIMS
from watchword.core.duration import SECONDS, format_duration
from watchword.core.nearest import nearest
from watchword.core.scope import is_scope_token
from watchword.oauth.endpoint import PATHS, REQUESTS, TOKEN

_ENDPOINTS = (TOKEN, REQUESTS, *PATHS)
_ISSUER_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_VISIBLE = re.compile(r"[\x21-\x7E]{1,255}")
_MAIL = re.compile(r"[^\s@<>]{1,64}@[^\s@<>]{1,255}")
_PATH = re.compile(r"(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)+")

LONGEST_TOKEN = 30 * SECONDS["d"]
LONGEST_SECRET = 20 * SECONDS["y"]
LONGEST_JWKS_AGE = SECONDS["d"]
MOST_SECRETS = 100
# An access token may fill 16 KiB at our guards, 8 KiB in many a proxy.
CLAIMS_OCTETS = 4096
TEXT_LENGTH = 200


def issuer_name(text: str, field: str = "name") -> str:
    """A name that people type: small letters, digits and `.`, `_`, `-`."""
    if _ISSUER_NAME.fullmatch(text) is None:
        raise Invalid(
            f"{text!r} cannot be an issuer's name",
            hint="1 to 63 small letters, digits, '.', '_' or '-'; the first a letter or digit",
            field=field,
        )
    return text


def line(text: str, field: str, *, required: bool = False) -> str:
    """One line of text for people, at most TEXT_LENGTH characters."""
    if text != text.strip() or not text.isprintable() or len(text) > TEXT_LENGTH:
        raise Invalid(
            f"{field} must be one line of at most {TEXT_LENGTH} printable characters", field=field
        )
    if required and not text:
        raise Invalid(f"{field} must not be empty", field=field)
    return text


def seconds(value: int, field: str, longest: int, *, least: int = 1) -> int:
    """A duration of at least `least` and at most `longest` seconds."""
    if not least <= value <= longest:
        bounds = f"{format_duration(least)} and {format_duration(longest)}"
        raise Invalid(f"{field} must be between {bounds}", field=field)
    return value


def count(value: int, field: str, most: int) -> int:
    """A number from 1 to `most`."""
    if not 1 <= value <= most:
        raise Invalid(f"{field} must be between 1 and {most}", field=field)
    return value


def scopes(tokens: Iterable[str], field: str = "scopes") -> tuple[str, ...]:
    """Scope tokens (RFC 6749, 3.3), each once, in their order."""
    listed = tuple(dict.fromkeys(tokens))
    for token in listed:
        if not is_scope_token(token):
            raise Invalid(f"{token!r} is not a scope token (RFC 6749, 3.3)", field=field)
    return listed


def scopes_of(catalogue: tuple[str, ...], tokens: Iterable[str]) -> tuple[str, ...]:
    """Scope tokens that all stand in the issuer's catalogue."""
    listed = scopes(tokens)
    for token in listed:
        if token not in catalogue:
            raise Invalid(
                f"the issuer has no scope {token!r}",
                hint=_suggest(token, catalogue) or _add_to(catalogue),
                field="scopes",
                code="unknown_scope",
            )
    return listed


def audiences(values: Iterable[str], field: str = "audiences") -> tuple[str, ...]:
    """Audiences: visible ASCII, each once, in their order (RFC 7519, 4.1.3)."""
    listed = tuple(dict.fromkeys(values))
    for value in listed:
        if _VISIBLE.fullmatch(value) is None:
            raise Invalid(
                f"{value!r} cannot be an audience",
                hint="1 to 255 visible ASCII characters; usually the API's URL",
                field=field,
            )
    return listed


def contacts(values: Iterable[str], field: str = "contacts") -> tuple[str, ...]:
    """E-mail addresses, each once, in their order."""
    listed = tuple(dict.fromkeys(values))
    for value in listed:
        if _MAIL.fullmatch(value) is None or not value.isprintable():
            raise Invalid(f"{value!r} is not an e-mail address", field=field)
    return listed


def claims(values: dict[str, Any]) -> dict[str, Any]:
    """Extra claims: never a reserved one, and small enough for a header."""
    for name in values:
        if name in RESERVED_CLAIMS:
            raise Invalid(
                f"the claim {name!r} is the server's to set",
                hint=f"reserved: {', '.join(sorted(RESERVED_CLAIMS))}",
                field=f"claims.{name}",
                code="reserved_claim",
            )
        if not name or not name.isprintable() or len(name) > TEXT_LENGTH:
            raise Invalid(f"{name!r} cannot be a claim's name", field="claims")
    try:
        size = len(msgspec.json.encode(values))
    except (TypeError, ValueError, RecursionError):
        raise Invalid("claims must be JSON values", field="claims") from None
    if size > CLAIMS_OCTETS:
        raise Invalid(f"claims take {size} bytes; {CLAIMS_OCTETS} are allowed", field="claims")
    return values


def attributes(values: dict[str, str], read_by_dialect: frozenset[str]) -> dict[str, str]:
    """Attributes, all of which the issuer's dialect reads."""
    for name, value in values.items():
        if name not in read_by_dialect:
            known = ", ".join(sorted(read_by_dialect)) or "none"
            raise Invalid(
                f"the issuer's dialect reads no attribute {name!r}",
                hint=_suggest(name, read_by_dialect) or f"it reads: {known}",
                field=f"attributes.{name}",
                code="unknown_attribute",
            )
        line(value, f"attributes.{name}")
    return values


def endpoints(values: dict[str, str | None]) -> dict[str, str | None]:
    """Moved endpoints: a path below the issuer's URL, or None for switched off."""
    for name, path in values.items():
        if name not in _ENDPOINTS:
            raise Invalid(
                f"there is no endpoint {name!r}",
                hint=_suggest(name, _ENDPOINTS) or f"there are: {', '.join(_ENDPOINTS)}",
                field="endpoints",
            )
        if path is not None and (_PATH.fullmatch(path) is None or "/." in path):
            raise Invalid(
                f"{path!r} cannot be an endpoint's path",
                hint="a path such as /oauth/token, below the issuer's URL",
                field=f"endpoints.{name}",
            )
    return values


def _add_to(catalogue: tuple[str, ...]) -> str:
    """How a scope gets into the issuer's catalogue, which an edit replaces as a whole."""
    has = f"has {', '.join(catalogue)}" if catalogue else "has none"
    return f"the issuer {has}; `issuer edit --scope` names all that it is to have"


def _suggest(word: str, words: Iterable[str]) -> str:
    found = nearest(word, words)
    return f"did you mean {found!r}?" if found else ""
