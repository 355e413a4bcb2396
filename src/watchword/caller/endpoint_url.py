"""RFC 6749, 2.3.1 and 3.2: to which addresses credentials may be sent.

TLS everywhere but on loopback, where there is no network to listen on.
"""

from urllib.parse import SplitResult, urlsplit

from watchword.caller.errors import ConfigurationError, InsecureEndpoint
from watchword.core.loopback import is_loopback_name


def require_secure(url: str) -> SplitResult:
    """Return the parts of `url` if credentials may go there.

    Raises `InsecureEndpoint` for plain HTTP to anything but loopback, `ConfigurationError` for
    what is not an http(s) URL without user, password and fragment.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise ConfigurationError("the address of the token endpoint is not a URL") from None
    if parts.scheme not in ("http", "https") or not host or not _is_clean(url):
        raise ConfigurationError("the address of the token endpoint must be an https URL")
    # "The endpoint URI MUST NOT include a fragment component." (RFC 6749, 3.2)
    if "@" in parts.netloc or "#" in url:
        raise ConfigurationError("the token endpoint's URL has a user, a password or a fragment")
    if parts.scheme == "http" and not is_loopback_name(host):
        raise InsecureEndpoint(
            f"plain HTTP would show the client's secret to the network on the way to {host}:"
            " use https (http is taken on loopback only)"
        )
    return parts


def _is_clean(url: str) -> bool:
    return url.isascii() and url.isprintable() and " " not in url
