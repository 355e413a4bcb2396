"""Requests as they come from the wire, and the server's half of the conversation, for tests."""

import json
from base64 import b64encode

from watchword.dialect import Sources, TokenAnswer, WireRequest

NOW = 1_795_248_000.25
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln"
FORM = b"application/x-www-form-urlencoded"
JSON = b"application/json"


def dice(length):
    """Random bytes that are always the same."""
    return bytes(range(length))


SOURCES = Sources(NOW, dice)


def basic(client_id, secret):
    """An Authorization header with raw Basic credentials."""
    return (b"authorization", b"Basic " + b64encode(f"{client_id}:{secret}".encode()))


def post(body=b"", *headers, path=b"/auth/token", query=b"", method="POST", content_type=None):
    """A POST with a body of some type."""
    named = ((b"content-type", content_type),) if content_type else ()
    return WireRequest(
        method=method,
        path=path,
        query=query,
        headers=((b"host", b"api.example.com"), *named, *headers),
        body=body,
        request_id="req-1",
    )


def form(body=b"grant_type=client_credentials", *headers, **more):
    """A POST with a form."""
    return post(body, *headers, content_type=FORM, **more)


def as_json(value, *headers, **more):
    """A POST with JSON."""
    return post(json.dumps(value).encode(), *headers, content_type=JSON, **more)


def answer(**more):
    """A minted token on its way out."""
    values = {"access_token": TOKEN, "issued_at": 1_795_248_000, "expires_in": 3600}
    return TokenAnswer(**{**values, **more})


def refused(dialect, request):
    """The refusal that reading a request raises."""
    from watchword.dialect import Refusal

    try:
        dialect.read(request)
    except Refusal as refusal:
        return refusal
    raise AssertionError("the request was read")


def told(dialect, request):
    """The status and JSON body that a request which cannot be read gets."""
    response = dialect.write_refusal(refused(dialect, request), request, SOURCES)
    return response.status, json.loads(response.body)


def answered(dialect, refusal, request=None):
    """The status and JSON body of a refusal."""
    response = dialect.write_refusal(refusal, request or post(), SOURCES)
    return response.status, json.loads(response.body)


def headers_of(response):
    """The headers of an answer as a dict."""
    return {name.decode(): value.decode() for name, value in response.headers}


def as_wire(request):
    """A caller's request as the server receives it."""
    return WireRequest(
        method=request.method,
        path=request.path.encode(),
        query=request.query.encode(),
        headers=tuple((n.lower().encode(), v.encode()) for n, v in request.headers),
        body=request.body,
        request_id="r",
    )


def received(dialect, response):
    """What a caller makes of an answer."""
    headers = {name.decode(): value.decode() for name, value in response.headers}
    return dialect.token_answer(response.status, headers, response.body)
