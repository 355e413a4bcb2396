"""Clients of others get tokens, with nothing said to them but what their readmes ask for."""

import json
from urllib.request import Request, urlopen

import pytest
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

from tests.clients.party import VENDORS, Party, party
from tests.support.demo_server import Demo
from tests.support.run import run_shell

each_vendor = pytest.mark.parametrize("vendor", VENDORS)


def call_api(party: Party, token: str) -> int:
    request = Request(party.api, headers={"Authorization": f"Bearer {token}"})
    with urlopen(request) as answer:
        return int(answer.status)


@pytest.fixture(autouse=True)
def plain_http_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@each_vendor
def test_curl_gets_a_token(demo: Demo, bash: str, curl: str, vendor: str) -> None:
    it = party(demo, vendor)
    scope = f" --data-urlencode 'scope={it.scope}'" if it.scope else ""
    answer = json.loads(
        run_shell(
            bash,
            f"curl -sS -u '{it.client.client_id}:{it.client.client_secret}' "
            f"-d grant_type=client_credentials{scope} '{it.token_endpoint}'",
        )
    )

    assert call_api(it, answer["access_token"]) == 200


@each_vendor
def test_requests_oauthlib_gets_a_token(demo: Demo, vendor: str) -> None:
    it = party(demo, vendor)
    application = BackendApplicationClient(client_id=it.client.client_id, scope=it.scope)
    session = OAuth2Session(client=application)
    session.fetch_token(
        it.token_endpoint, auth=HTTPBasicAuth(it.client.client_id, it.client.client_secret)
    )

    assert session.get(it.api).status_code == 200


def test_requests_oauthlib_gets_a_token_with_credentials_in_the_form(demo: Demo) -> None:
    it = party(demo, "kiss")
    session = OAuth2Session(client=BackendApplicationClient(client_id=it.client.client_id))
    session.fetch_token(
        it.token_endpoint, client_secret=it.client.client_secret, include_client_id=True
    )

    assert session.get(it.api).status_code == 200


@each_vendor
def test_authlib_gets_a_token(demo: Demo, vendor: str) -> None:
    it = party(demo, vendor)
    with AuthlibSession(it.client.client_id, it.client.client_secret, scope=it.scope) as session:
        session.fetch_token(it.token_endpoint, grant_type="client_credentials")

        assert session.get(it.api).status_code == 200


def test_authlib_gets_a_token_with_credentials_in_the_form(demo: Demo) -> None:
    it = party(demo, "kiss")
    method = "client_secret_post"
    with AuthlibSession(
        it.client.client_id, it.client.client_secret, token_endpoint_auth_method=method
    ) as session:
        session.fetch_token(it.token_endpoint, grant_type="client_credentials")

        assert session.get(it.api).status_code == 200
