"""First drafts of dialects from recorded curl commands."""

import json

import pytest

from tests.dialect.wire import SOURCES, TOKEN, answer, as_wire, post
from tests.support.cost import cost_of
from watchword.dialect import load, parse
from watchword.dialect.curl import CurlError, parse_curl
from watchword.dialect.draft import DraftError, draft_from_curl
from watchword.dialect.public import PublicDialect
from watchword.dialect.refusal import MissingCredentials, WrongSecret

KAMOA = r"""
$ curl -i -X POST https://api.kamoa.io/auth/token \
-H "Content-Type: application/json" \
-d '{
"clientId": "my-client-id",
"secret": "my-planted-secret"
}'
HTTP/1.1 200 OK
Content-Type: application/json

{"token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."}

$ curl -i -X POST https://api.kamoa.io/auth/token --json '{}'
HTTP/1.1 400 Bad Request
Content-Type: application/json

{"message": "Missing required fields: clientId, secret"}

$ curl -i https://api.kamoa.io/auth/token --json '{"clientId": "a", "secret": "another-secret"}'
HTTP/1.1 400 Bad Request
Content-Type: application/json

{"message": "Invalid credentials provided"}
"""

KASHIMI = r"""
curl --request POST "https://api.kashimi.tech/api/v1/auth/token" \
  --header "Authorization: Basic bXktaWQ6cGxhbnRlZA==" \
  --header "Content-Type: application/x-www-form-urlencoded" \
  --data-urlencode "grant_type=client_credentials" \
  --data-urlencode "scope=payments:read payments:write"
{"access_token": "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9...", "token_type": "Bearer",
 "expires_in": 1800}
"""

TIMES = r"""
curl -sS 'https://auth.example.com/v2/login?tenant=7' -d app_id=a-b-c -d app_secret=planted -u ''
{"code": 0, "data": {"jwt": "eyJa.eyJb.c", "expires_at": 1893456000, "expireMs": 1893456000000,
 "validUntil": "2030-01-01T00:00:00Z", "ttl": "3600", "issued_at": "1893456000000",
 "app": "a-b-c", "request_id": "r-1", "session": "0f8fad5b-d9cd-469f-a165-70867728950e",
 "text": "curly {braces}", "empty": null, "ok": true}}
"""


def test_a_draft_of_kamoa_speaks_as_kamoa_does():
    draft = parse(draft_from_curl(KAMOA))

    wire = as_wire(PublicDialect(draft).token_request("me", "s3cret"))
    assert (wire.path, json.loads(wire.body)) == (
        b"/auth/token",
        {"clientId": "me", "secret": "s3cret"},
    )
    assert draft.write_token(answer(), post(), SOURCES).body == b'{"token":"%s"}' % TOKEN.encode()
    missing = draft.write_refusal(MissingCredentials(("secret",)), post(), SOURCES)
    wrong = draft.write_refusal(WrongSecret("no"), post(), SOURCES)
    assert (missing.status, wrong.status) == (400, 400)
    assert json.loads(missing.body) == {"message": "Missing required fields: secret"}
    assert json.loads(wrong.body) == {"message": "Invalid credentials provided"}


def test_a_draft_has_the_header_of_the_recorded_token():
    draft = draft_from_curl(KAMOA)

    assert parse(draft).header == load("kamoa").header
    assert "HS256" in draft


def test_a_recorded_call_of_the_api_is_its_presentation_and_no_refusal():
    token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln"
    answered_ = KAMOA.replace("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...", token)
    call = f"curl https://api.kamoa.io/v1/things -H 'X-Session: Kamoa {token}'\n"
    draft = draft_from_curl(answered_ + call + 'HTTP/1.1 200 OK\n\n{"things": []}\n')

    spoken = parse(draft)
    assert (spoken.presentation.header, spoken.presentation.scheme) == ("x-session", "Kamoa")
    assert "things" not in draft
    assert "eyJ" not in draft


@pytest.mark.parametrize("recording", [KAMOA, KASHIMI])
def test_how_the_token_is_presented_is_to_be_looked_at_where_no_call_was_recorded(recording):
    assert "# LOOK: no call of the API" in draft_from_curl(recording)


def test_a_token_that_shows_no_header_is_to_be_looked_at():
    text = "curl https://a.example.com/t -d user=me -d password=planted\n" + '{"token": "abcdef"}'

    assert "# LOOK: the recorded token shows no JWT header" in draft_from_curl(text)


def test_a_draft_of_kashimi_has_basic_scope_and_lifetime():
    text = draft_from_curl(KASHIMI)

    assert 'basic = ["raw", "form"]' in text
    assert 'scope = "form:scope"' in text
    assert '"expires_in": "{expires_in}"' in text
    assert "no refusal was recorded" in text


def test_times_ids_and_echoes_are_guessed_by_name_and_look():
    draft = draft_from_curl(TIMES.replace("-u ''", ""))
    data = json.loads(draft.split("'''")[1])["data"]

    assert data["jwt"] == "{access_token}"
    assert data["expires_at"] == "{expires_at}"
    assert data["expireMs"] == "{expires_at|ms}"
    assert data["validUntil"] == "{expires_at|iso8601}"
    assert data["ttl"] == "{expires_in|text}"
    assert data["issued_at"] == "{issued_at|ms|text}"
    assert data["app"] == "{client_id}"
    assert data["request_id"] == "{request_id}"
    assert data["session"] == "{uuid}"
    assert data["text"] == "curly {{braces}}"
    assert data["empty"] is None
    assert "[request.fields.tenant]" in draft


@pytest.mark.parametrize("recording", [KAMOA, KASHIMI, TIMES.replace("-u ''", "")])
def test_no_secret_and_no_token_is_carried_over(recording):
    draft = draft_from_curl(recording)

    assert "planted" not in draft
    assert "another-secret" not in draft
    assert "eyJ" not in draft


def test_verbose_output_is_read_too():
    text = """curl -v -u me:planted https://a.example.com/token -d grant_type=client_credentials
* Connected to a.example.com
> POST /token HTTP/1.1
> Authorization: Basic bWU6cGxhbnRlZA==
>
< HTTP/1.1 201 Created
< Content-Type: application/json
<
* done
{"access_token": "abc"}"""

    draft = parse(draft_from_curl(text))
    assert draft.write_token(answer(), post(), SOURCES).status == 201


def test_credentials_in_headers_and_a_token_in_a_header():
    text = """curl -X POST https://a.example.com/open -H 'X_Client.Id: me' -H 'X_Secret: planted'
HTTP/1.1 200 OK
X-Auth-Token: abcdef

OK"""

    draft = parse(draft_from_curl(text))
    response = draft.write_token(answer(), post(), SOURCES)
    assert (b"x-auth-token", TOKEN.encode()) in response.headers
    assert response.body == b"OK"


def test_a_get_with_a_query_and_a_text_answer():
    text = "curl -G https://a.example.com/t -d user=me -d password=planted\neyJa.b.c\n"

    draft = parse(draft_from_curl(text))
    assert draft.methods == ("GET",)
    assert draft.write_token(answer(), post(), SOURCES).body == TOKEN.encode()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no curl command"),
        ("wget https://a.example.com", "no curl command"),
        ("curl", "no curl command"),
        ("curl -X POST", "no URL"),
        ("curl 'https://a.example.com", "never closed"),
        ("curl https://a.example.com -d secret=x", "no answer holds a token"),
        ('curl https://a.example.com -d x=y\n{"token": "a"}', "looks like a secret"),
        ("curl x " + "a" * 300_000, "larger than"),
    ],
)
def test_what_a_recording_lacks_is_told(text, words):
    with pytest.raises(DraftError, match=words):
        draft_from_curl(text)


AS_COPIED = {
    "bash": "curl 'https://a.example.com/t' \\\n  -H 'accept: */*' \\\n"
    r"""  --data-raw $'{"user":"it\'s \u0021me","password":"planted\u0021"}'""",
    "cmd": 'curl ^"https://a.example.com/t^" ^\n  -H ^"accept: */*^" ^\n'
    r'''  --data-raw ^"^{^\^"user^\^":^\^"it's ^!me^\^",^\^"password^\^":^\^"planted^!^\^"^}^"''',
    "cmd before": 'curl "https://a.example.com/t" ^\n  -H "accept: */*" ^\n'
    r'''  --data-raw "{\"user\":\"it's !me\",\"password\":\"planted!\"}"''',
    "with CRLF": "curl https://a.example.com/t \\\r\n"
    """  --data '{"user": "it'\\''s !me", "password": "planted!"}'\r""",
}


@pytest.mark.parametrize("copied", AS_COPIED.values(), ids=list(AS_COPIED))
def test_commands_are_read_as_browsers_copy_them(copied):
    [exchange] = parse_curl(copied + '\n{"token": "eyJ^a"}\n')

    assert exchange.json == {"user": "it's !me", "password": "planted!"}
    assert exchange.answer_json == {"token": "eyJ^a"}


def test_credentials_in_the_url_are_basic():
    draft = draft_from_curl(
        'curl https://me:pl%61nted@a.example.com/t -d a=b\n{"token": "planted"}'
    )

    assert "basic = " in draft
    assert "planted" not in draft


def test_a_quote_that_stays_open_is_told_at_once():
    text = "curl 'https://a.example.com/t" + '\nx \\ "' * 40_000

    def parsed():
        with pytest.raises(CurlError, match="never closed"):
            parse_curl(text)

    assert cost_of(parsed, enough=0.5) <= 0.5


@pytest.mark.parametrize(
    "text", ["curl http://[", "curl http://a:b:c -d @file", "curl \0", "curl -H", "curl --data"]
)
def test_odd_commands_are_refused_or_read_and_nothing_else(text):
    try:
        found = parse_curl(text)
    except CurlError:
        found = None

    assert found is None or found[0].host


CORRELATED = """curl https://a.example.com/token -d client_id=ACME01 -d client_secret=planted
HTTP/1.1 200 OK
X-Correlation-Token: 0af7651916cd43dd8448eb211c80319c
Content-Type: application/json

%s
"""


def _body_of(draft):
    return json.loads(draft.split("'''")[1])


def test_the_very_name_of_the_access_token_in_the_body_comes_before_any_header():
    draft = draft_from_curl(CORRELATED % '{"access_token": "6f1ed002ab559585", "expires_in": 60}')

    assert _body_of(draft)["access_token"] == "{access_token}"
    assert "headers" not in draft
    assert "6f1ed002" not in draft
    assert "0af76519" not in draft


@pytest.mark.parametrize(
    ("answer_", "names"),
    [
        ('{"csrf_token": "a1", "accessToken": "b2"}', {"accessToken"}),
        ('{"idToken": "eyJa.eyJb.c", "token": "b2"}', {"token"}),
        ('{"sessionToken": "b2", "jwt": "eyJa.eyJb.c"}', {"jwt"}),
        ('{"token": "b2-b2-b2", "again": "b2-b2-b2"}', {"token", "again"}),
    ],
)
def test_the_likeliest_of_several_tokens_is_taken(answer_, names):
    body = _body_of(draft_from_curl(CORRELATED % answer_))

    assert {name for name, value in body.items() if value == "{access_token}"} == names


def test_a_second_token_is_made_at_random_and_is_to_be_looked_at():
    draft = draft_from_curl(
        CORRELATED % '{"access_token": "6f1ed002ab559585", "id_token": "eyJa.eyJb.planted",'
        ' "header": "Bearer 6f1ed002ab559585"}'
    )

    assert _body_of(draft)["id_token"] == "{random:40:id_token}"
    assert _body_of(draft)["header"] == "Bearer {access_token}"
    assert "# LOOK: which of them is the access token?" in draft
    assert "eyJ" not in draft


@pytest.mark.parametrize(
    "repeated",
    [
        "planted-secret",
        "cGxhbnRlZC1zZWNyZXQ=",
        "QUNNRTAxOnBsYW50ZWQtc2VjcmV0",
        "706c616e7465642d736563726574",
    ],
)
@pytest.mark.parametrize(
    "credentials",
    ["-u ACME01:planted-secret", "-H 'Authorization: Basic QUNNRTAxOnBsYW50ZWQtc2VjcmV0'"],
)
def test_a_secret_that_an_answer_repeats_is_not_carried_over_in_any_spelling(repeated, credentials):
    request = f"curl https://a.example.com/token {credentials}\n"
    answers = ['{"token": "eyJa.eyJb.c", "k": "%s"}\n', "HTTP/1.1 401 No\n\n%s is wrong\n"]
    draft = draft_from_curl("".join(request + each % repeated for each in answers))

    assert repeated not in draft
    assert "... is wrong" in draft


def test_a_secret_that_is_a_word_of_the_format_spoils_no_draft():
    text = (
        'curl https://a.example.com/t --json \'{"id": "me", "secret": "secret"}\'\n{"token": "a"}'
    )

    assert 'client_secret = "json:secret"' in draft_from_curl(text)
