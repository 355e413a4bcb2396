"""What the values of a recorded exchange are likely to be, by their names and looks."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from watchword.dialect.curl import Exchange

# Headers that say nothing of a dialect.
COMMON_HEADERS = frozenset(
    "accept accept-encoding accept-language authorization cache-control connection content-length "
    "content-type cookie host origin pragma referer user-agent".split()
)
_SECRET = re.compile(r"secret|passw|pwd|private", re.IGNORECASE)
_KEY = re.compile(r"(api|access|client|app|auth)?[-_.]?(key|token)$", re.IGNORECASE)
_CLIENT = re.compile(
    r"(client|app|api|consumer|customer|partner|merchant|account|user|login)[-_.]?"
    r"(id|key|name|code|no)?$",
    re.IGNORECASE,
)
_GRANT = re.compile(r"grant", re.IGNORECASE)
_SCOPE = re.compile(r"^(scopes?|permissions?)$", re.IGNORECASE)
_TOKEN = re.compile(r"token|jwt|session", re.IGNORECASE)
_NOT_TOKEN = re.compile(
    r"type|refresh|expir|id$|issued|correlat|trace|csrf|xsrf|request", re.IGNORECASE
)
_EXACTLY_TOKEN = re.compile(r"(access[-_.]?)?token\Z", re.IGNORECASE)
_OPAQUE = re.compile(r"(?=\w*\d)\w[\w.~+/=-]{11,}\Z")
_LIFE = re.compile(r"expir|ttl|lifetime|valid|until", re.IGNORECASE)
_ISSUED = re.compile(r"issued|created|^iat$", re.IGNORECASE)
_JWT = re.compile(r"eyJ[\w-]*\.[\w-]+\.?[\w-]*(\.{3})?\Z|eyJ[\w.-]+\.\.\.\Z")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)
_REQUEST = re.compile(r"(request|trace|correlation)[-_.]?id", re.IGNORECASE)
_NOW = re.compile(r"(timestamp|time|date)$", re.IGNORECASE)
_REFRESH = re.compile(r"refresh.?token$", re.IGNORECASE)

Leaf = tuple[str, object]


class Guess:
    """The places of a request. Texts as a dialect file has them; None for what was not there."""

    def __init__(self, exchange: Exchange) -> None:
        leaves = list(request_leaves(exchange))
        self.secret: Leaf | None
        self.basic = exchange.user is not None or bool(
            re.match("basic ", exchange.header("authorization"), re.IGNORECASE)
        )
        self.grant = _take(leaves, _GRANT)
        self.scope = _take(leaves, _SCOPE)
        self.secret = None if self.basic else (_take(leaves, _SECRET) or _take(leaves, _KEY))
        self.client_id = None if self.basic else _take(leaves, _CLIENT)
        self.others = leaves
        authorization = exchange.header("authorization")
        if not self.basic and self.secret is None and authorization:
            scheme, space, _ = authorization.partition(" ")
            place = f"header:Authorization {scheme}" if space else "header:Authorization"
            self.secret = (place, authorization.split(" ")[-1])


def _take(leaves: list[Leaf], pattern: re.Pattern[str]) -> Leaf | None:
    """Take the first leaf whose last name fits."""
    for index, (place, _) in enumerate(leaves):
        if pattern.search(re.split(r"[:./]", place)[-1]):
            return leaves.pop(index)
    return None


def request_leaves(exchange: Exchange) -> Iterator[Leaf]:
    """Every value of a request with the text of its place."""
    for name, value in exchange.query:
        yield f"query:{name}", value
    for name, value in exchange.headers:
        if name.lower() not in COMMON_HEADERS:
            yield f"header:{name}", value
    for name, value in exchange.form:
        yield f"form:{name}", value
    if isinstance(exchange.json, dict):
        for way, leaf in json_leaves(exchange.json, ()):
            dotted = all(step and "." not in step and "/" not in step for step in way)
            path = ".".join(way) if dotted else "/" + "/".join(_pointer(step) for step in way)
            yield f"json:{path}", leaf


def _pointer(step: str) -> str:
    return step.replace("~", "~0").replace("/", "~1")


def json_leaves(value: object, way: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    """The leaves of a JSON value."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from json_leaves(item, (*way, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from json_leaves(item, (*way, str(index)))
    else:
        yield way, value


def likely_token(body: list[Leaf], headers: list[Leaf]) -> str | None:
    """The access token among the named values of an answer: the likeliest of `token_like`."""
    return next(iter(token_like(body, headers)), None)


def token_like(body: list[Leaf], headers: list[Leaf]) -> list[str]:
    """What may be the access token, the likeliest first, each once.

    In the body the very names `access_token` and `token`, then a JWT; then a JWT in a header; at
    last what is only called something with "token".
    """
    in_body, in_headers = _token_texts(body), _token_texts(headers)
    found = [value for name, value in in_body if _EXACTLY_TOKEN.match(name)]
    found += [value for _, value in (*in_body, *in_headers) if _JWT.match(value)]
    found += [value for name, value in (*in_body, *in_headers) if _TOKEN.search(name)]
    return list(dict.fromkeys(found))


def _token_texts(leaves: list[Leaf]) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, value in leaves
        if isinstance(value, str) and value and " " not in value and not _NOT_TOKEN.search(name)
    ]


def is_opaque(name: str, value: object) -> bool:
    """Whether a value is a JWT, or looks as one and is called a token."""
    if not isinstance(value, str):
        return False
    return bool(_JWT.match(value) or (_TOKEN.search(name) and _OPAQUE.match(value)))


def placeholder_for(name: str, value: object, known: dict[str, str]) -> str | None:
    """The placeholder that a value of an answer stands for, None if it is a constant.

    known: values of the request, with the placeholder of each.
    """
    if isinstance(value, str) and value in known:
        return known[value]
    if _LIFE.search(name) or _ISSUED.search(name):
        return _time_for(name, value)
    if not isinstance(value, str):
        return None
    return next((slot for looks, slot in _LOOKS if looks(name, value)), None)


_LOOKS: tuple[tuple[Callable[[str, str], object], str], ...] = (
    (lambda name, value: _SCOPE.match(name), "{scope}"),
    (lambda name, value: _REQUEST.search(name), "{request_id}"),
    (lambda name, value: _UUID.match(value), "{uuid}"),
    (lambda name, value: _NOW.match(name) and _is_iso(value), "{now|iso8601}"),
    (lambda name, value: _REFRESH.search(name), "{random:40:refresh}"),
)


def _time_for(name: str, value: object) -> str | None:
    instant = "issued_at" if _ISSUED.search(name) else "expires_at"
    if isinstance(value, str) and _is_iso(value):
        return f"{{{instant}|iso8601:ms}}" if "." in value else f"{{{instant}|iso8601}}"
    text = "|text" if isinstance(value, str) else ""
    if isinstance(value, bool) or not re.match(r"\d{1,15}\Z", str(value)):
        return None
    number = int(str(value))
    if number > 10**11:
        return f"{{{instant}|ms{text}}}"
    if number > 10**9:
        return f"{{{instant}{text}}}"
    if instant == "issued_at":
        return None
    milliseconds = number >= 10**6 or name.lower().endswith("ms")
    return f"{{expires_in|ms{text}}}" if milliseconds else f"{{expires_in{text}}}"


def _is_iso(text: str) -> bool:
    if not re.match(r"\d{4}-\d\d-\d\dT", text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
