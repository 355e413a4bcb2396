"""RFC 9110, 7.1: what the client asked the proxy for, as the proxy tells it.

Rules. The proxy tells method and target in X-Original-Method and X-Original-URI, or in
X-Forwarded-Method and X-Forwarded-Uri. A client can send the pair that its proxy does not know, so
where both pairs are there they must say the same, and half a pair is none.

A path that another program could read as another path is refused: what is let through here must
be what the API is asked for. So no dot segments, no empty ones, no encoded slash, no backslash, no
`;` (some servers cut a segment there), no control characters, nothing that is not UTF-8.
"""

import re
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from watchword.guard.errors import InvalidRequest
from watchword.guard.presentation import HeaderList

# Each pair: the header with the method, the header with the target.
_PAIRS = (
    (b"x-original-method", b"x-original-uri"),
    (b"x-forwarded-method", b"x-forwarded-uri"),
)
_METHOD = re.compile(r"[A-Z][A-Z-]{0,31}")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})|%2[fF]|%5[cC]|%25")
_UNCLEAR = re.compile(r"[\x00-\x1f\x7f\\;]|//")


class AmbiguousTarget(InvalidRequest):
    """Nobody could say for certain what the client asked for."""

    description = "The request's method or path can be read in more than one way."


class Original(Struct, frozen=True, kw_only=True):
    """The client's request. path: decoded. query: raw, without the question mark."""

    method: str
    path: str
    query: bytes = b""


def original_of(headers: HeaderList) -> Original | None:
    """What a proxy's headers (names in lower case) tell, None if they tell nothing.

    Raises `AmbiguousTarget`.
    """
    told: dict[bytes, bytes] = {}
    for name, value in headers:
        if any(name in pair for pair in _PAIRS):
            if name in told:
                raise AmbiguousTarget(f"{name.decode('ascii')} stands there twice")
            told[name] = value
    pairs = [(told.get(method), told.get(target)) for method, target in _PAIRS]
    found = {(method, target) for method, target in pairs if method or target}
    if not found:
        return None
    if len(found) > 1:
        raise AmbiguousTarget("X-Original-* and X-Forwarded-* do not say the same")
    method, target = found.pop()
    if not method or not target:
        raise AmbiguousTarget("the proxy tells only one of method and target")
    return target_of(method.decode("latin-1"), target)


def target_of(method: str, target: bytes) -> Original:
    """`method` and a request target in origin form (RFC 9112, 3.2.1), read strictly.

    Raises `AmbiguousTarget`.
    """
    if not _METHOD.fullmatch(method):
        raise AmbiguousTarget("the method is not one")
    raw, _, query = target.partition(b"?")
    return Original(method=method, path=_path(raw), query=query)


def _path(raw: bytes) -> str:
    text = raw.decode("latin-1")
    if not text.startswith("/") or "#" in text:
        raise AmbiguousTarget("the target is not a path")
    if _BAD_ESCAPE.search(text):
        raise AmbiguousTarget("the path holds an escape that may be decoded twice or not at all")
    try:
        path = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise AmbiguousTarget("the path is not UTF-8") from None
    if _UNCLEAR.search(path) or not {".", ".."}.isdisjoint(path.split("/")):
        raise AmbiguousTarget("the path holds dot segments, empty ones or characters that cut it")
    return path
