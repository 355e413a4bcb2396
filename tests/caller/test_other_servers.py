"""The source against authorization servers that are not ours."""

import contextlib
import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flask
import pytest
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from werkzeug.serving import make_server

from watchword.caller import InvalidClient, TokenSource
from watchword.caller.errors import InvalidScope
from watchword.caller.lifetime import expiry

NODE = Path(__file__).parents[1] / "node"
PLAIN = ("machine-1", "just-letters-and-1234567890")
AWKWARD = ("machine 2", "a+b/c==&d%20 e:f")


@contextlib.contextmanager
def oidc_provider(node: str, client_id: str, client_secret: str) -> Iterator[str]:
    command = [node, "oidc_provider.mjs", client_id, client_secret]
    with subprocess.Popen(
        command,
        cwd=NODE,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        line = next(line for line in server.stdout if line.startswith("{"))
        try:
            yield str(json.loads(line)["issuer"])
        finally:
            server.stdin.close()


@contextlib.contextmanager
def authlib_server(client_id: str, client_secret: str) -> Iterator[str]:
    class Client(ClientMixin):  # type: ignore[misc]
        def get_client_id(self) -> str:
            return client_id

        def get_allowed_scope(self, scope: str) -> str:
            return scope if scope in ("", "read") else ""

        def check_client_secret(self, secret: str) -> bool:
            return secret == client_secret

        def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
            return method == "client_secret_basic"

        def check_grant_type(self, grant_type: str) -> bool:
            return grant_type == "client_credentials"

    app = flask.Flask("authlib server")
    app.config["OAUTH2_SCOPES_SUPPORTED"] = ["read"]
    server = AuthorizationServer(
        app,
        query_client=lambda name: Client() if name == client_id else None,
        save_token=lambda token, request: None,
    )
    server.register_grant(grants.ClientCredentialsGrant)
    app.post("/oauth/token")(server.create_token_response)
    listener = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{listener.server_port}/oauth/token"
    finally:
        listener.shutdown()
        thread.join()


def source(credentials: tuple[str, str], **options: Any) -> TokenSource:
    return TokenSource(client_id=credentials[0], client_secret=credentials[1], **options)


@pytest.mark.parametrize("credentials", [PLAIN, AWKWARD], ids=["plain", "awkward"])
def test_oidc_provider_gives_a_token_to_a_source_that_knows_only_the_issuer(
    node: str, credentials: tuple[str, str]
) -> None:
    with oidc_provider(node, *credentials) as issuer:
        token = source(credentials, issuer=issuer, scope="read").access_token()

    assert token.life == pytest.approx(600, abs=2)
    assert expiry(token.value) is not None


def test_oidc_providers_refusals_are_the_right_exceptions(node: str) -> None:
    with oidc_provider(node, *PLAIN) as issuer:
        with pytest.raises(InvalidClient):
            source((PLAIN[0], "wrong"), issuer=issuer).token()
        with pytest.raises(InvalidScope):
            source(PLAIN, issuer=issuer, scope="write").token()


@pytest.mark.parametrize("credentials", [PLAIN, AWKWARD], ids=["plain", "awkward"])
def test_authlibs_server_gives_a_token(
    credentials: tuple[str, str],
) -> None:
    with authlib_server(*credentials) as endpoint:
        held = source(credentials, token_endpoint=endpoint, scope="read")

        assert held.token()
        held.rejected(held.token())
        assert held.access_token().life > 60


def test_authlibs_refusals_are_the_right_exceptions() -> None:
    with authlib_server(*PLAIN) as endpoint:
        with pytest.raises(InvalidClient):
            source((PLAIN[0], "wrong"), token_endpoint=endpoint).token()
        with pytest.raises(InvalidScope):
            source(PLAIN, token_endpoint=endpoint, scope="nonesuch").token()
