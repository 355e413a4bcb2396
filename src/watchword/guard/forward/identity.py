"""Who the client is, in headers that a proxy copies onto the request for the API.

Rules. Every header is in every answer that lets a request pass, empty where there is nothing to
say: one that is always there cannot be left over from what the client sent. Values are printable
ASCII: all else, and `%`, stands percent-encoded as UTF-8 (RFC 3986, 2.1), because a claim may hold
a line break. Claims that are no texts stand as JSON.
"""

import json
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

from watchword.guard.claims import Claims

CLIENT_ID, SUBJECT, SCOPE = "X-Client-Id", "X-Subject", "X-Scope"
TOKEN_ID, ISSUER, EXPIRES = "X-Token-Id", "X-Token-Issuer", "X-Token-Expires"
IDENTITY = (CLIENT_ID, SUBJECT, SCOPE, TOKEN_ID, ISSUER, EXPIRES)

# Printable ASCII but for space, `%` and what `quote` leaves alone anyway.
_PLAIN = re.compile(r"[!-$&-~]*")
_SAFE = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~"


def identity_headers(
    claims: Claims | None, further: Mapping[str, str] | None = None
) -> tuple[tuple[str, str], ...]:
    """The headers for `claims`, None for a request that needed no token.

    further: header → the claim that it shall carry.
    """
    names = further or {}
    if claims is None:
        return tuple((name, "") for name in (*IDENTITY, *names))
    said = claims.to_dict() if names else {}
    return (
        (CLIENT_ID, _quoted(claims.client_id)),
        (SUBJECT, _quoted(claims.subject)),
        (SCOPE, _words(claims.scopes)),
        (TOKEN_ID, _quoted(claims.token_id or "")),
        (ISSUER, _quoted(claims.issuer)),
        (EXPIRES, str(claims.expires_at)),
        *((name, _value(said.get(claim))) for name, claim in names.items()),
    )


def _words(scopes: Iterable[str]) -> str:
    return " ".join(_quoted(word) for word in sorted(scopes))


def _value(value: object) -> str:
    if value is None:
        return ""
    return _quoted(value if isinstance(value, str) else json.dumps(value, separators=(",", ":")))


def _quoted(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    return quote(text, safe=_SAFE, errors="replace")
