"""RFC 8414, 2: an issuer's URL, in the one spelling that is stored and compared.

Scheme and host are lower case, a default port and a slash at the end are dropped, the path stays
exactly as typed. There is no query, no fragment, no user information.
"""

from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from watchword.admin.errors import Invalid
from watchword.core.loopback import is_loopback_name

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LONGEST = 500


def normalize_url(text: str, field: str = "url") -> str:
    """The stored spelling of an issuer's URL; `Invalid` says what is wrong with another text.

    "a URL that uses the "https" scheme and has no query or fragment components" (RFC 8414, 2);
    plain http stands for development and for servers behind a proxy in a closed network.
    """
    parts = _split(text, field)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}{parts.path.rstrip('/')}"


def normalize_origin(text: str, field: str = "cors_origins") -> str:
    """A browser's origin, `scheme://host[:port]`, or `*` for all of them."""
    if text == "*":
        return text
    parts = _split(text, field)
    if parts.path not in ("", "/"):
        raise Invalid(f"{text!r} is no origin: it has a path", field=field)
    return normalize_url(text, field)


def warnings_about(urls: Iterable[str]) -> tuple[str, ...]:
    """A sentence for each of an issuer's URLs that would show secrets to a network."""
    return tuple(
        f"{url} is plain http: secrets and tokens cross the network readable, and Watchword's"
        " callers and guards refuse it. Behind a proxy that does TLS the URL is https"
        for url in urls
        if url.startswith("http:") and not is_loopback_name(urlsplit(url).hostname or "")
    )


def _split(text: str, field: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        reachable = parts.hostname and parts.port != 0
    except ValueError:
        reachable = None
    if not reachable or parts.scheme not in _DEFAULT_PORTS:
        raise Invalid(
            f"{text!r} is not an http or https URL",
            hint="such as https://api.example.com",
            field=field,
        )
    if "?" in text or "#" in text or "@" in parts.netloc or len(text) > _LONGEST:
        raise Invalid(
            f"{text!r} cannot be used: no user, query or fragment, at most {_LONGEST} characters",
            field=field,
        )
    if not text.isascii() or not text.isprintable() or " " in text or "//" in parts.path:
        raise Invalid(f"{text!r} holds characters that a URL spells otherwise", field=field)
    return parts
