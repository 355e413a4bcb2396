"""Authlib's server on Flask: client credentials, RFC 9068 tokens (ES256), all in memory."""

import os
from hmac import compare_digest
from pathlib import Path
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator
from flask import Flask
from joserfc.jwk import ECKey, KeySet

SCOPES = "payments:read payments:write"


class Client(ClientMixin):
    def __init__(self, client_id: str, secret: str) -> None:
        self.client_id, self.secret = client_id, secret

    def get_client_id(self) -> str:
        return self.client_id

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(one for one in scope.split() if one in SCOPES.split())

    def check_client_secret(self, client_secret: str) -> bool:
        return compare_digest(self.secret.encode(), client_secret.encode())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_basic"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "client_credentials"


KEYS = KeySet([ECKey.import_key(Path(os.environ["BENCH_KEY"]).read_text(), {"kid": "bench"})])
CLIENT = Client(os.environ["BENCH_CLIENT_ID"], os.environ["BENCH_CLIENT_SECRET"])
CLIENTS = {CLIENT.client_id: CLIENT}


class Tokens(JWTBearerTokenGenerator):
    def get_jwks(self) -> KeySet:
        return KEYS

    def get_audiences(self, client: Any, user: Any, scope: str) -> str:
        return "https://peer.example"


app = Flask(__name__)
server = AuthorizationServer(app, CLIENTS.get, lambda token, request: None)
server.register_grant(ClientCredentialsGrant)
server.register_token_generator("default", Tokens(issuer="https://peer.example", alg="ES256"))


@app.post("/token")
def token() -> Any:
    return server.create_token_response()
