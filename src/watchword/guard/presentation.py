"""RFC 6750, 2.1: where the access token stands in a request.

By default it is `Authorization: Bearer <token>`. A vendor may have another header, another scheme
word, or none at all (`Authorization: <token>`, with white space before it).
"""

from collections.abc import Iterable

from msgspec import Struct

from watchword.guard.errors import (
    CredentialsMissing,
    MalformedToken,
    SeveralCredentials,
    TokenInUrl,
)

# No honest token is longer, and nothing is done with one that is.
MAX_TOKEN = 16 * 1024

HeaderList = Iterable[tuple[bytes, bytes]]


class Presentation(Struct, frozen=True, kw_only=True):
    """header: the header's name, in any case. scheme: the word before the token, "" for none."""

    header: str = "authorization"
    scheme: str = "Bearer"


BEARER = Presentation()


class TokenReader:
    """Reads the token as one `Presentation` has it. Raises the errors that RFC 6750, 3.1 knows."""

    __slots__ = ("_header", "_scheme", "presentation")

    def __init__(self, presentation: Presentation = BEARER) -> None:
        self.presentation = presentation
        self._header = presentation.header.lower().encode("ascii")
        self._scheme = presentation.scheme.lower().encode("ascii")

    def of_headers(self, headers: HeaderList) -> bytes:
        """The token in a header list (names in any case)."""
        wanted = self._header
        values = [value for name, value in headers if name == wanted or name.lower() == wanted]
        if not values:
            raise CredentialsMissing("no header with a token")
        if len(values) > 1:
            raise SeveralCredentials("the header with the token stands there twice")
        return self.of_value(values[0])

    def of_value(self, value: str | bytes | None) -> bytes:
        """The token in the header's value."""
        if value is None:
            raise CredentialsMissing("no header with a token")
        if isinstance(value, str):
            value = _octets(value)
        if len(value) > MAX_TOKEN:
            raise MalformedToken("longer than 16 KiB")
        token = self._after_scheme(value.strip(b" \t"))
        # Two Authorization headers that somebody on the way has folded into one.
        if b"," in token:
            raise SeveralCredentials("the header holds two values")
        return token

    def _after_scheme(self, value: bytes) -> bytes:
        if not self._scheme:
            return _present(value)
        word, _, rest = value.partition(b" ")
        # Scheme words are case-insensitive (RFC 9110, 11.1).
        if word.lower() != self._scheme:
            raise CredentialsMissing("the header's scheme is another one")
        token = rest.strip(b" \t")
        if not token:
            raise MalformedToken("a scheme without a token")
        return token


def refuse_token_in_url(query: bytes) -> None:
    """Raises `TokenInUrl` where the raw query string carries an access token (RFC 6750, 2.3)."""
    if b"access_token" in query and any(
        field.partition(b"=")[0] == b"access_token" for field in query.split(b"&")
    ):
        raise TokenInUrl("access_token in the query")


def _octets(value: str) -> bytes:
    try:
        return value.encode("ascii")
    except UnicodeEncodeError:
        raise MalformedToken("not ASCII") from None


def _present(value: bytes) -> bytes:
    if not value:
        raise CredentialsMissing("the header with the token is empty")
    return value
