"""The pages' code samples, word for word: only host and credentials are replaced."""

import base64 as base64_module
import json
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Error, Page

from tests.support.demo_server import Demo
from tests.support.run import run_node, run_python, run_shell
from tests.support.token import claims_of
from tests.support.wire import Answer, Door
from tests.vendors.page import sample

KAMOA = "https://api.kamoa.io"
KASHIMI = "https://api.kashimi.tech"

both_ways = pytest.mark.parametrize("way", ["path", "host"])


def kamoa_sample(demo: Demo, way: str, name: str) -> str:
    client = demo.client("kamoa")
    return sample(
        "kamoa",
        name,
        {
            KAMOA: demo.door("kamoa", way).url,
            "your-client-id": client.client_id,
            "your-client-secret": client.client_secret,
        },
    )


@both_ways
@pytest.mark.parametrize("name", ["quick_start.sh", "get_token.sh"])
def test_kamoas_curl_gets_and_uses_a_token(
    demo: Demo, bash: str, curl: str, way: str, name: str
) -> None:
    token = json.loads(run_shell(bash, kamoa_sample(demo, way, name)))["token"]
    use = sample(
        "kamoa", "use_token.sh", {KAMOA: demo.door("kamoa", way).url, "your-jwt-token": token}
    )

    assert json.loads(run_shell(bash, use))["client_id"] == demo.client("kamoa").client_id


@both_ways
def test_kamoas_python_gets_a_token_and_http_client_sends_its_last_line(
    demo: Demo, way: str
) -> None:
    door = demo.door("kamoa", way)
    lines = kamoa_sample(demo, way, "requests.py.txt").splitlines()
    # Today's requests refuses the leading space of the last line's header by itself.
    assert lines[-1].startswith("api_response = requests.get(")
    said = json.loads(
        run_python("\n".join([*lines[:-1], "import json; print(json.dumps(headers))"]))
    )

    assert said["Authorization"].startswith(" ")
    assert protected(door, said["Authorization"]) == 200


def protected(door: Door, authorization: str) -> int:
    url = urlsplit(door.url)
    connection = HTTPConnection(*door.address)
    connection.putrequest("GET", f"{url.path}/protected-endpoint", skip_host=True)
    connection.putheader("Host", url.netloc)
    connection.putheader("Authorization", authorization)
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()
    return status


@both_ways
def test_kamoas_axios_gets_and_uses_a_token(demo: Demo, node: str, way: str) -> None:
    use = "console.log((await apiClient.get('/protected-endpoint')).status);"

    assert run_node(node, kamoa_sample(demo, way, "axios.js") + use).strip() == "200"


def test_kamoas_axios_shows_the_refusals_message(demo: Demo, node: str) -> None:
    script = kamoa_sample(demo, "path", "axios.js")
    wrong = script.replace(demo.client("kamoa").client_secret, "not-the-secret")
    caught = (
        "process.on('uncaughtException', () => process.exit(0));\nconsole.error = console.log;\n"
    )

    assert "Authentication failed: Invalid credentials provided" in run_node(node, caught + wrong)


@both_ways
def test_kamoas_fetch_works_in_a_browser_on_another_origin(
    demo: Demo, foreign_page: Page, way: str
) -> None:
    script = kamoa_sample(demo, way, "fetch.js")
    body = foreign_page.evaluate(f"async () => {{ {script}\nreturn await apiResponse.json(); }}")

    assert body["client_id"] == demo.client("kamoa").client_id


@both_ways
def test_kamoas_fetch_works_in_node(demo: Demo, node: str, way: str) -> None:
    script = kamoa_sample(demo, way, "fetch.js") + "console.log(apiResponse.status);"

    assert run_node(node, script).strip() == "200"


@both_ways
def test_authenticate_with_retry_gets_a_token(demo: Demo, foreign_page: Page, way: str) -> None:
    answer = authenticate_with_retry(demo, foreign_page, way, demo.client("kamoa").client_secret)

    assert set(answer) == {"token"}
    assert claims_of(answer["token"])["client_id"] == demo.client("kamoa").client_id


def test_authenticate_with_retry_reads_the_refusal_across_origins(
    demo: Demo, foreign_page: Page
) -> None:
    with pytest.raises(Error, match="failed after 1 attempts: HTTP 400: Invalid credentials"):
        authenticate_with_retry(demo, foreign_page, "path", "not-the-secret")


def authenticate_with_retry(demo: Demo, page: Page, way: str, secret: str) -> dict[str, str]:
    script = sample("kamoa", "retry.js", {KAMOA: demo.door("kamoa", way).url})
    call = f"authenticateWithRetry({demo.client('kamoa').client_id!r}, {secret!r}, 1)"
    answer: dict[str, str] = page.evaluate(f"async () => {{ {script}\nreturn await {call}; }}")
    return answer


@both_ways
def test_kiss_example_request_as_it_stands_on_the_page(demo: Demo, way: str) -> None:
    door = demo.door("kiss", way)
    request = sample(
        "kiss", "token_request.http", {"YOUR_API_KEY": demo.client("kiss").client_secret}
    )
    answer = send_as_printed(door, request)
    assert answer.status == 200
    shown = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9..."
    assert answer.json["access_token"].startswith(shown.rstrip("."))
    use = sample("kiss", "products_request.http", {shown: answer.json["access_token"]})

    assert send_as_printed(door, use).status == 200


def send_as_printed(door: Door, request: str) -> Answer:
    """Send a request that a page prints; only Host, and the path's prefix, are the demo's."""
    head, _, body = request.partition("\n\n")
    first, *lines = head.splitlines()
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    assert headers.pop("Host") == "api.kiss.example.com"
    return door.send(method, path, headers, body.strip())


@both_ways
def test_kashimis_curl_with_the_shells_base64(
    demo: Demo, bash: str, curl: str, base64: str, way: str
) -> None:
    client = demo.client("kashimi")
    pair = {"your-client-id": client.client_id, "your-client-secret": client.client_secret}
    encoded = run_shell(bash, sample("kashimi", "encode.sh", pair)).removesuffix("\n")
    # On one line: GNU base64 folds at 76, which would break the header.
    assert "\n" not in encoded
    assert base64_module.b64decode(encoded).decode() == ":".join(pair.values())
    ask = sample(
        "kashimi",
        "get_token.sh",
        {KASHIMI: demo.door("kashimi", way).url, "BASE64_CLIENT_CREDENTIALS": encoded},
    )
    answer = json.loads(run_shell(bash, ask))

    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 1800
    # The page's own RS256 sample begins so.
    assert answer["access_token"].startswith("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVC")
