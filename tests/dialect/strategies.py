"""Dialects and requests by chance, for properties that hold for all of them."""

import json
from base64 import b64encode

from hypothesis import strategies as st

from watchword.dialect import DialectError, WireRequest, load, parse
from watchword.dialect.cause import CAUSES, CONFIDENTIAL

NAMES = ("client_id", "client_secret", "key", "X-Key", "a.b", "a.0", "Authorization", "x_y.z")
ANSWER_TEXTS = (
    "{access_token}",
    "Bearer {access_token}",
    "{expires_in}",
    "{expires_in|ms|text}",
    "{expires_at|iso8601:ms}",
    "{expires_at|zone:-03:30|strftime:%H:%M %d/%m/%y}",
    "{issued_at|http_date}",
    "{now|ms}",
    "{scope}",
    "{scope|split}",
    "{scope_if_differs|upper}",
    "{client_id|base64}",
    "{attribute:a}",
    "{attribute:a|json}",
    "{attribute:a|number}",
    "{attribute:a|default:x|boolean}",
    "{uuid} {random:3:x}",
    "{request_id}",
    "{path|urlencode}",
    "plain",
    "{{}}",
)
REFUSAL_TEXTS = (
    "{error}",
    "{description}",
    "{error}: {description}",
    "{code}",
    "{status}",
    "{status_text}",
    "{missing}",
    "{retry_after}",
    "{cause|upper}",
    "{secret_id} {secret_expires_at|iso8601}",
    "{now|iso8601}",
    "{uuid}",
    "{method} {path}",
)


def places(kinds=("form", "json", "query", "header")):
    """Texts of places."""
    return st.builds("{}:{}".format, st.sampled_from(kinds), st.sampled_from(NAMES))


def trees(texts):
    """JSON values with placeholders in their texts."""
    leaves = st.sampled_from(texts) | st.none() | st.booleans() | st.integers(-9, 9)
    keys = st.sampled_from(("a", "b", "c?", "d?", "token", "é", 'q"'))
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=8,
    )


def bodies(texts, needed=None):
    """Bodies of templates as JSON text; `needed` is somewhere in each."""
    return trees(texts).map(
        lambda tree: json.dumps([tree, needed] if needed else tree, ensure_ascii=False)
    )


def toml(value):
    """A value as inline TOML."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(k)} = {toml(v)}" for k, v in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@st.composite
def dialects(draw):
    """Dialects that load."""
    credentials = draw(
        st.lists(
            st.fixed_dictionaries({"client_id": places(), "client_secret": places()})
            | st.fixed_dictionaries({"client_secret": places()})
            | st.fixed_dictionaries(
                {
                    "basic": st.lists(
                        st.sampled_from(("raw", "form", "base64", "secret")), min_size=1, max_size=3
                    )
                }
            ),
            min_size=1,
            max_size=3,
        )
    )
    request = {"path": "/t", "credentials": credentials}
    request["methods"] = draw(st.sampled_from((["POST"], ["GET", "POST"])))
    for key, values in (("scope", places()), ("resource", places())):
        if draw(st.booleans()):
            request[key] = draw(values)
    if draw(st.booleans()):
        missing = st.sampled_from(("invalid_request", "unsupported_grant_type", "accepted"))
        request["grant"] = {"place": "form:grant_type", "missing": draw(missing)}
    if draw(st.booleans()):
        field = {"place": draw(places()), "required": draw(st.booleans())}
        request["fields"] = {"x": {**field, "bound": draw(st.booleans())}}
    file = {
        "name": "any",
        "request": request,
        "answer": {"body": draw(bodies(ANSWER_TEXTS, "{access_token}"))},
        "refusals": {"default": draw(refusal_parts())},
        "reveal": draw(st.lists(st.sampled_from(sorted(CONFIDENTIAL)), unique=True, max_size=2)),
    }
    named = [cause for cause in CAUSES if cause not in CONFIDENTIAL or cause in file["reveal"]]
    for cause in draw(st.lists(st.sampled_from(named), unique=True, max_size=4)):
        file["refusals"][cause] = draw(refusal_parts())
    another = draw(st.sampled_from(("kiss", "kamoa", "rfc6749")))
    try:
        return parse("\n".join(f"{key} = {toml(value)}" for key, value in file.items()))
    except DialectError:
        # Rather another than none: what cannot be is the business of other tests.
        return load(another)


def refusal_parts():
    """Answers to a cause."""
    return st.fixed_dictionaries(
        {"body": bodies(REFUSAL_TEXTS), "status": st.sampled_from((200, 400, 401, 403, 422))},
        optional={
            "code": st.integers(0, 9) | st.just("E1"),
            "error": st.just("other"),
            "description": st.sampled_from(REFUSAL_TEXTS[4:]).filter(lambda t: "desc" not in t),
        },
    )


def requests():
    """Requests, most of them nearly right."""
    values = st.text(max_size=4) | st.sampled_from(("a", "client_credentials", "", "\0", "é"))
    names = st.sampled_from((*NAMES, "grant_type", "scope", "a"))
    forms = st.lists(st.tuples(names, values), max_size=5).map(
        lambda pairs: "&".join(f"{n}={v}" for n, v in pairs).encode("utf-8", "surrogatepass")
    )
    json_values = st.recursive(
        values | st.none() | st.integers() | st.booleans(),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(names, inner, max_size=3),
        max_leaves=6,
    )
    jsons = json_values.map(lambda value: json.dumps(value).encode())
    raw = st.binary(max_size=40)
    authorization = raw | st.binary(max_size=20).map(lambda b: b"Basic " + b64encode(b))
    authorization |= st.just(b"Basic " + b64encode(b"a:b"))
    headers = st.lists(
        st.tuples(st.just(b"authorization"), authorization)
        | st.tuples(st.just(b"x-key"), raw)
        | st.tuples(
            st.just(b"content-type"),
            st.sampled_from((b"application/json", b"application/x-www-form-urlencoded", b"\xff")),
        ),
        max_size=3,
    )
    return st.builds(
        WireRequest,
        method=st.sampled_from(("POST", "POST", "GET", "HEAD")),
        path=raw,
        query=forms | raw,
        headers=headers.map(tuple),
        body=forms | jsons | raw,
        request_id=st.just("req-1"),
    )
