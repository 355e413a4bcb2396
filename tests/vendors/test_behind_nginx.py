"""The four vendors behind a real nginx that terminates TLS."""

import json
import ssl
from collections.abc import Iterator
from http.client import HTTPSConnection
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from tests.support.demo_server import Demo, running_demo
from tests.support.patience import PATIENCE
from tests.support.process import free_port
from tests.support.proxy import Proxy, running_nginx
from tests.support.token import claims_of
from tests.support.wire import FORM, Answer, Door, basic
from tests.vendors.page import row


class Site(NamedTuple):
    """A demo and the proxy before it."""

    demo: Demo
    proxy: Proxy

    def send(
        self, vendor: str, method: str, path: str, headers: dict[str, str], body: str = ""
    ) -> Answer:
        """One request over TLS to `https://<vendor>.localhost`."""
        trust = ssl.create_default_context(cafile=str(self.proxy.ca))
        connection = HTTPSConnection(
            "localhost", self.proxy.tls_port, context=trust, timeout=PATIENCE
        )
        host = f"{vendor}.localhost:{self.proxy.tls_port}"
        try:
            connection.request(method, path, body, {"Host": host, **headers})
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, named, response.read())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def site(nginx: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("nginx")
    port, tls_port, plain_port = free_port(), free_port(), free_port()
    options = ("--url", f"https://localhost:{tls_port}", "--behind-proxy", "127.0.0.1/32")
    with (
        running_demo(folder, *options, port=port) as demo,
        running_nginx(
            nginx, folder, tls_port=tls_port, plain_port=plain_port, upstream=port
        ) as proxy,
    ):
        yield Site(demo, proxy)


TOKEN_PATHS = {
    "kamoa": "/auth/token",
    "kiss": "/auth/token",
    "connectivity": "/oauth/v2/token",
    "kashimi": "/api/v1/auth/token",
}
APIS = {
    "kamoa": "/protected-endpoint",
    "kiss": "/products",
    "connectivity": "/account",
    "kashimi": "/payments",
}


def ask(site: Site, vendor: str) -> Answer:
    client = site.demo.client(vendor)
    if vendor == "kamoa":
        body = json.dumps({"clientId": client.client_id, "secret": client.client_secret})
        headers = {"Content-Type": "application/json"}
    else:
        body = "grant_type=client_credentials"
        authorization = basic(client.client_id, client.client_secret)
        headers = {"Content-Type": FORM, "Authorization": authorization}
    return site.send(vendor, "POST", TOKEN_PATHS[vendor], headers, body)


@pytest.mark.parametrize("vendor", list(TOKEN_PATHS))
def test_each_vendor_hands_out_tokens_that_its_api_takes(site: Site, vendor: str) -> None:
    answer = ask(site, vendor)
    assert answer.status == 200
    token = answer.json["token" if vendor == "kamoa" else "access_token"]
    authorization = token if vendor == "kamoa" else f"Bearer {token}"

    assert claims_of(token)["iss"] == f"https://localhost:{site.proxy.tls_port}/{vendor}"
    assert site.send(vendor, "GET", APIS[vendor], {"Authorization": authorization}).status == 200


@row("kiss", "Always use the HTTPS URL provided by Kiss. The deployment is reachable over HTTPS "
    "through a TLS-terminating proxy; sending credentials over a plain-HTTP URL would expose them "
    "in transit.")  # fmt: skip
def test_credentials_that_reached_the_proxy_over_plain_http_are_refused(site: Site) -> None:
    client = site.demo.client("kiss")
    port = site.proxy.plain_port
    # The port in Host is the public one: only the scheme tells nginx's two listeners apart.
    plain = Door(("127.0.0.1", port), f"kiss.localhost:{site.proxy.tls_port}", "")
    fields = {
        "grant_type": "client_credentials",
        "client_id": client.client_id,
        "client_secret": client.client_secret,
    }
    refused = plain.post_form("/auth/token", fields)
    taken = site.send("kiss", "POST", "/auth/token", {"Content-Type": FORM}, urlencode(fields))

    assert 400 <= refused.status < 500
    assert b"access_token" not in refused.body
    assert taken.status == 200
