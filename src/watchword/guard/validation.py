"""What a guard cannot work with is found when it is made, and not by the first request.

Each function raises `ValueError` in words that help, or returns None. A URL is shown only where it
is one: what stands in its place by mistake may be a secret.
"""

import math
import re
from collections.abc import Iterable, Sequence
from urllib.parse import SplitResult, urlsplit

from watchword.core.loopback import is_loopback_name

_FIELD_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SCHEME_WORD = re.compile(r"[\x21-\x7e]*")


def require_word(name: str, value: object, words: Sequence[str]) -> None:
    """`value` is one of `words`."""
    if value in words:
        return
    # Here and not above: a guard that is made well needs no such thing.
    from watchword.core.nearest import nearest

    meant = nearest(value[:40], words) if isinstance(value, str) else None
    hint = f"; did you mean {meant!r}?" if meant else ""
    raise ValueError(f"{name} is one of {', '.join(map(repr, words))}{hint}")


def require_text(name: str, value: object) -> None:
    """`value` is a text that is not empty, nor has white space at an end, as from a file."""
    if not isinstance(value, str) or not value or value != value.strip():
        raise ValueError(f"{name} is empty, no text, or has white space at an end")


def require_texts(name: str, value: object) -> None:
    """`value` is a text, or a list of some: an empty one comes of a variable that is not set."""
    texts = [value] if isinstance(value, str) or not isinstance(value, Iterable) else list(value)
    if not texts:
        raise ValueError(f"{name} is an empty list: leave it out for the default")
    for text in texts:
        require_text(name, text)


def require_list(name: str, value: object) -> None:
    """`value` is a list of texts, and not one text, which would be a list of its letters."""
    if isinstance(value, str | bytes):
        raise ValueError(f"{name} is a list, and not a single text")


def require_seconds(name: str, value: float) -> None:
    """A number of seconds from 0 on: with NaN or infinity no token would ever end."""
    if isinstance(value, bool) or not math.isfinite(value) or value < 0:
        raise ValueError(f"{name} is a number of seconds, 0 or more")


def require_issuer(url: str) -> None:
    """An issuer that keys are fetched from: a URL that documents can stand below."""
    parts = _require_fetchable("the issuer", url)
    # "A URL that uses the 'https' scheme and has no query or fragment components" (RFC 8414, 2)
    if parts.query or "?" in url:
        raise ValueError("the issuer's URL has a query, and none of an issuer has (RFC 8414, 2)")


def require_fetchable(name: str, url: str) -> None:
    """A URL that the guard can fetch: https, or http on loopback."""
    _require_fetchable(name, url)


def require_resource(url: str) -> None:
    """The URL of an API, as its clients know it (RFC 9728, 1.2)."""
    _parts("resource", url)


def require_presentation(header: str, scheme: str) -> None:
    """The name of a header (RFC 9110, 5.1), and a word without white space, or none."""
    if not _FIELD_NAME.fullmatch(header):
        raise ValueError("the header of a presentation is a header's name, as in 'authorization'")
    if not _SCHEME_WORD.fullmatch(scheme):
        raise ValueError("the scheme of a presentation is one word, as in 'Bearer', or ''")


def is_fetchable(url: str) -> bool:
    """Whether the guard can fetch from `url`."""
    try:
        _require_fetchable("", url)
    except ValueError:
        return False
    return True


def _require_fetchable(name: str, url: str) -> SplitResult:
    parts = _parts(name, url)
    if parts.scheme == "http" and not is_loopback_name(parts.hostname or ""):
        raise ValueError(
            f"{name} is at http://{parts.hostname}, where anybody on the way could put keys of his"
            " own: https is needed, http is taken on loopback only"
        )
    return parts


def _parts(name: str, url: str) -> SplitResult:
    require_text(name, url)
    like = f"{name} is not a URL, as in 'https://auth.example.com'"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(like) from None
    clean = url.isascii() and url.isprintable() and not {" ", "\\"} & set(url)
    if parts.scheme not in ("http", "https") or not host or not clean:
        raise ValueError(like)
    if "@" in parts.netloc or "#" in url:
        raise ValueError(f"{name} is a URL with a user, a password or a fragment")
    return parts
