"""JavaScript clients of others' making get tokens, and jose verifies them."""

import json

import pytest

from tests.clients.party import VENDORS, Party, party
from tests.clients.test_python_clients import call_api
from tests.support.demo_server import Demo
from tests.support.run import run_node_file

each_vendor = pytest.mark.parametrize("vendor", VENDORS)


def credentials(it: Party, method: str) -> dict[str, str]:
    return {
        "CLIENT_ID": it.client.client_id,
        "CLIENT_SECRET": it.client.client_secret,
        "METHOD": method,
        "SCOPE": it.scope or "",
    }


@each_vendor
def test_openid_client_discovers_the_issuer_and_gets_a_token(
    demo: Demo, node: str, vendor: str
) -> None:
    it = party(demo, vendor)
    environ = {"ISSUER": it.issuer, **credentials(it, "basic")}
    answer = json.loads(run_node_file(node, "openid_client.mjs", environ=environ))

    assert call_api(it, answer["access_token"]) == 200


def test_openid_client_gets_a_token_with_credentials_in_the_form(demo: Demo, node: str) -> None:
    it = party(demo, "kiss")
    environ = {"ISSUER": it.issuer, **credentials(it, "post")}
    answer = json.loads(run_node_file(node, "openid_client.mjs", environ=environ))

    assert call_api(it, answer["access_token"]) == 200


@pytest.mark.parametrize(
    ("vendor", "method"), [*((vendor, "header") for vendor in VENDORS), ("kiss", "body")]
)
def test_simple_oauth2_gets_a_token(demo: Demo, node: str, vendor: str, method: str) -> None:
    it = party(demo, vendor)
    host, _, path = it.token_endpoint.removeprefix("http://").partition("/")
    place = {"HOST": f"http://{host}", "TOKEN_PATH": f"/{path}"}
    environ = {**place, **credentials(it, method)}
    answer = json.loads(run_node_file(node, "simple_oauth2.mjs", environ=environ))

    assert call_api(it, answer["access_token"]) == 200


@pytest.mark.parametrize("vendor", ["connectivity", "kashimi"])
def test_jose_verifies_our_tokens(demo: Demo, node: str, vendor: str) -> None:
    it = party(demo, vendor)
    environ = {"ISSUER": it.issuer, **credentials(it, "basic")}
    token = json.loads(run_node_file(node, "openid_client.mjs", environ=environ))["access_token"]
    assert it.jwks_uri is not None
    environ = {"ISSUER": it.issuer, "JWKS_URI": it.jwks_uri, "TOKEN": token}
    claims = json.loads(run_node_file(node, "jose.mjs", environ=environ))

    assert claims["client_id"] == it.client.client_id
