"""The first draft of a dialect file, from recorded curl commands and their answers.

No value of a credential, and no token, is carried over into the draft.
"""

import json
import re
from collections.abc import Iterator

from watchword.dialect.cause import CAUSES
from watchword.dialect.curl import CurlError, Exchange, parse_curl
from watchword.dialect.fault import DialectError
from watchword.dialect.guess import Guess, Leaf, is_opaque, placeholder_for, token_like
from watchword.dialect.load import parse
from watchword.dialect.presented import is_api_call, presentation_lines, token_lines
from watchword.dialect.withheld import spellings, without, without_secrets
from watchword.dialect.write import RESERVED_HEADERS

_TOKEN_SLOT = "{access_token}"  # noqa: S105 - a placeholder
_RFC_BODY = '{"error": "{error}", "error_description?": "{description}"}'
_ERRORS = {cause.made.error for cause in CAUSES.values()}
_WORDS = re.compile(r"(message|msg|description|detail|reason|text)$", re.IGNORECASE)


class DraftError(ValueError):
    """A recording from which no draft can be made; the text says what it lacks."""


def draft_from_curl(text: str) -> str:
    """A dialect file's text from a recording. It loads; its comments say what to look at.

    Raises DraftError where the recording lacks a command, a secret or a token.
    """
    try:
        recorded = parse_curl(text)
    except CurlError as wrong:
        raise DraftError(str(wrong)) from None
    tokens = {token for each in recorded for token in _tokens(each)}
    exchanges = without_secrets(recorded, {_token(each) or "" for each in recorded})
    granted = next((each for each in exchanges if _token(each)), None)
    if granted is None:
        raise DraftError("no answer holds a token: record one that succeeded, below its command")
    guess = Guess(granted)
    if not guess.basic and guess.secret is None:
        raise DraftError("the request with the token has nothing that looks like a secret")
    token = _token(granted) or ""
    others = [each for each in exchanges if each is not granted]
    calls = [each for each in others if is_api_call(each, token, granted.path)]
    refused = [without(e, spellings(tokens)) for e in others if e not in calls and not _token(e)]
    lines = [*_head(granted), *_request(granted, guess), *token_lines(token)]
    lines += [*_answer(granted, guess), *_refusals(refused, guess)]
    draft = "\n".join([*lines, *presentation_lines(calls, token)]).rstrip() + "\n"
    try:
        parse(draft)
    except DialectError as error:
        raise DraftError(f"the draft would not load: {error.faults[0]}") from None
    return draft


def _token(exchange: Exchange) -> str | None:
    """The access token of an answer, None if it holds none."""
    return next(iter(_tokens(exchange)), None)


def _tokens(exchange: Exchange) -> list[str]:
    """What may be the access token of an answer, the likeliest first."""
    if exchange.status >= 300:
        return []
    return token_like(_body_leaves(exchange), list(exchange.answer_headers))


def _body_leaves(exchange: Exchange) -> list[Leaf]:
    if exchange.answer_json is not None:
        return list(_named_leaves("", exchange.answer_json))
    return [("body", exchange.answer.strip())]


def _named_leaves(name: str, value: object) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _named_leaves(key, item)
    elif isinstance(value, list):
        for item in value:
            yield from _named_leaves(name, item)
    else:
        yield name, value


def _head(exchange: Exchange) -> list[str]:
    labels = [label for label in exchange.host.split(".") if label not in ("api", "www", "auth")]
    name = re.sub(r"[^a-z0-9-]", "", (labels or ["vendor"])[0].lower()).strip("-") or "vendor"
    return [
        f"# A first draft for {exchange.host}. Lines with LOOK are guesses.",
        f"name = {_toml(name)}",
        f"title = {_toml(name.capitalize())}",
        "",
    ]


def _request(exchange: Exchange, guess: Guess) -> list[str]:
    lines = ["[request]", f"path = {_toml(exchange.path)}"]
    if exchange.method != "POST":
        lines.append(f"methods = [{_toml(exchange.method)}]")
    if guess.scope:
        lines.append(f"scope = {_toml(guess.scope[0])}")
    lines += ["", "[[request.credentials]]"]
    if guess.basic:
        lines.append('basic = ["raw", "form"]')
    elif guess.secret:
        if guess.client_id:
            lines.append(f"client_id = {_toml(guess.client_id[0])}")
        else:
            lines.append("# LOOK: no client id was found beside the secret.")
        lines.append(f"client_secret = {_toml(guess.secret[0])}")
    if guess.grant:
        place, value = guess.grant
        lines += ["", "[request.grant]", f"place = {_toml(place)}", f"values = [{_toml(value)}]"]
    for place, _ in guess.others:
        lines += _field(place)
    return [*lines, ""]


def _field(place: str) -> list[str]:
    name = re.sub(r"[^a-z0-9_]+", "_", place.partition(":")[2].lower()).strip("_") or "field"
    return [
        "",
        "# LOOK: is it required? must it equal one value (equals), or the client's own (bound)?",
        f"[request.fields.{name}]",
        f"place = {_toml(place)}",
        "required = false",
    ]


def _answer(exchange: Exchange, guess: Guess) -> list[str]:
    token = _token(exchange) or ""
    known = {token: _TOKEN_SLOT}
    if guess.client_id and isinstance(guess.client_id[1], str) and len(guess.client_id[1]) > 3:
        known[guess.client_id[1]] = "{client_id}"
    lines = ["[answer]"]
    if exchange.status not in (0, 200):
        lines.append(f"status = {exchange.status}")
    lines += _content_type(exchange)
    if len(_tokens(exchange)) > 1:
        lines.append("# LOOK: which of them is the access token? The others are made at random.")
    if exchange.answer_json is not None:
        lines.append(_body(_templated("", exchange.answer_json, known)))
    else:
        lines.append(f"body = {_toml(_constant(exchange.answer.strip(), known))}")
    headers = _headers_with(token, exchange, known)
    return [*lines, *([f"headers = {{{', '.join(headers)}}}"] if headers else []), ""]


def _headers_with(token: str, exchange: Exchange, known: dict[str, str]) -> list[str]:
    """The answer's headers that have the token, but for those that are the server's own."""
    return [
        f"{_toml(name)} = {_toml(_constant(value, known))}"
        for name, value in exchange.answer_headers
        if token in value and name.lower() not in RESERVED_HEADERS
    ]


def _content_type(exchange: Exchange) -> list[str]:
    said = next((v for n, v in exchange.answer_headers if n.lower() == "content-type"), "")
    if not said:
        said = "application/json" if exchange.answer_json is not None else "text/plain"
    essence, _, parameters = said.partition(";")
    # Whatever the vendor's bytes were, ours are UTF-8.
    if "charset" in parameters.lower() and "utf-8" not in parameters.lower():
        said = f"{essence.strip()}; charset=utf-8"
    is_json = said.partition(";")[0].strip().lower() in ("application/json", "text/json")
    if exchange.answer_json is None and is_json:
        said = "text/plain"
    return [] if said == "application/json" else [f"content_type = {_toml(said)}"]


def _templated(name: str, value: object, known: dict[str, str]) -> object:
    if isinstance(value, dict):
        return {_key(key): _templated(key, item, known) for key, item in value.items()}
    if isinstance(value, list):
        return [_templated(name, item, known) for item in value]
    slot = placeholder_for(name, value, known)
    if slot is not None:
        return slot
    if is_opaque(name, value):
        return f"{{random:40:{re.sub('[^a-z0-9]+', '_', name.lower())}}}"
    return _constant(value, known) if isinstance(value, str) else value


def _constant(text: str, known: dict[str, str]) -> str:
    """A text as a template has it; the token's place in it is kept, the token is not."""
    token = next((value for value, slot in known.items() if slot == _TOKEN_SLOT), "")
    if not token:
        return _escaped(text)
    return _TOKEN_SLOT.join(_escaped(part) for part in text.split(token))


def _key(key: str) -> str:
    return key + "?" if key.endswith("?") else key


def _escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


def _refusals(refused: list[Exchange], guess: Guess) -> list[str]:
    if not refused:
        return [
            "# LOOK: no refusal was recorded; these are RFC 6749's.",
            "[refusals.default]",
            _body(json.loads(_RFC_BODY)),
            "",
        ]
    lines: list[str] = []
    named: set[str] = set()
    for exchange in refused:
        cause = cause_of(exchange)
        if cause not in named:
            named.add(cause)
            tree = _templated("", exchange.answer_json, {})
            if cause == "missing_credentials":
                tree = _with_missing(tree, _names(guess))
            lines += _refusal(cause, exchange, tree)
    first = refused[0]
    general = _general("", _templated("", first.answer_json, {}))
    return [
        "# LOOK: what was not recorded is answered like this.",
        *_refusal("default", first, general),
        *lines,
    ]


def _names(guess: Guess) -> list[str]:
    places = [leaf[0] for leaf in (guess.client_id, guess.secret) if leaf is not None]
    return [place.partition(":")[2] for place in places]


def _refusal(cause: str, exchange: Exchange, tree: object) -> list[str]:
    lines = [f"[refusals.{cause}]"]
    status = exchange.status or 400
    if status >= 500 and cause not in ("server_error", "too_many_requests"):
        status = 400
    if 300 <= status < 400 or status in (204, 205):
        status = 400
    lines.append(f"status = {status}")
    lines += _content_type(exchange)
    if exchange.answer_json is not None:
        lines.append(_body(tree))
    else:
        lines.append(f"body = {_toml(_escaped(exchange.answer))}")
    return [*lines, ""]


_STATUS_CAUSES = {429: "too_many_requests", 405: "method_not_allowed"}
_WORD_CAUSES = (
    ("grant", "unsupported_grant_type"),
    ("scope", "invalid_scope"),
    ("missing|required|empty", "missing_credentials"),
)


def cause_of(exchange: Exchange) -> str:
    """The cause that a recorded refusal is likely to tell."""
    if exchange.status >= 500:
        return "server_error"
    if exchange.status in _STATUS_CAUSES:
        return _STATUS_CAUSES[exchange.status]
    words = exchange.answer.lower()
    found = (cause for pattern, cause in _WORD_CAUSES if re.search(pattern, words))
    return next(found, "invalid_client")


def _general(name: str, value: object) -> object:
    """A recorded refusal with the words that are another for each cause made placeholders."""
    if isinstance(value, dict):
        return {key: _general(key, item) for key, item in value.items()}
    if isinstance(value, list):
        return [_general(name, item) for item in value]
    if not isinstance(value, str):
        return value
    if value in _ERRORS:
        return "{error}"
    return "{description}" if _WORDS.search(name) else value


def _with_missing(value: object, names: list[str]) -> object:
    """A recorded refusal with the names of what was missing made a placeholder."""
    if isinstance(value, dict):
        return {key: _with_missing(item, names) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_missing(item, names) for item in value]
    if isinstance(value, str):
        for said in (", ".join(names), *names):
            if said and said in value:
                return value.replace(said, "{missing}", 1)
    return value


def _body(tree: object) -> str:
    text = json.dumps(tree, indent=2, ensure_ascii=False)
    if "'''" in text:
        return f"body = {_toml(text)}"
    return f"body = '''\n{text}\n'''"


def _toml(value: object) -> str:
    """A TOML basic string."""
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
