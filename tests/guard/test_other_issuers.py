"""The guard with tokens of servers that are not ours, and our tokens at verifiers that are not."""

import base64
import json
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import flask
import joserfc.jwk
import joserfc.jwt
import jwt
import pytest
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, grants
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator

from tests.caller.test_other_servers import oidc_provider
from tests.guard.issuing import API, Answer, SmallIssuer, bearer, web_server
from tests.support.run import run_node_file
from watchword.guard import Guard, errors
from watchword.guard.fetch import Fetched, NotFound

CREDENTIALS = ("machine-1", "just-letters-and-1234567890")


def token_of(endpoint: str, scope: str) -> str:
    form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": scope}).encode()
    basic = base64.b64encode(":".join(CREDENTIALS).encode()).decode()
    request = urllib.request.Request(endpoint, form, {"Authorization": f"Basic {basic}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(json.load(answer)["access_token"])


@pytest.fixture(scope="module")
def provider(node: str) -> Iterator[str]:
    with oidc_provider(node, *CREDENTIALS) as url:
        yield url


class TestOidcProvider:
    def test_its_tokens_are_verified_with_the_keys_that_its_metadata_names(
        self, provider: str
    ) -> None:
        token = token_of(f"{provider}/token", "read")
        claims = Guard(provider, "https://api.example").verify(bearer(token), scope="read")

        assert (claims.issuer, claims.client_id) == (provider, CREDENTIALS[0])
        assert claims.scopes == {"read"}

    def test_its_tokens_for_another_api_are_refused(self, provider: str) -> None:
        token = token_of(f"{provider}/token", "read")

        with pytest.raises(errors.WrongAudience):
            Guard(provider, "https://other.example").verify(bearer(token))
        with pytest.raises(errors.InsufficientScope):
            Guard(provider, "https://api.example").verify(bearer(token), scope="write")


class TestAuthlib:
    """A Flask server with Authlib's generator of RFC 9068 tokens."""

    url = "https://authlib.example"

    def minted(self, keys: Any) -> str:
        class Client(ClientMixin):  # type: ignore[misc]
            client_id = CREDENTIALS[0]

            def get_client_id(self) -> str:
                return self.client_id

            def get_allowed_scope(self, scope: str) -> str:
                return scope

            def check_client_secret(self, secret: str) -> bool:
                return secret == CREDENTIALS[1]

            def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
                return method == "client_secret_basic"

            def check_grant_type(self, grant_type: str) -> bool:
                return grant_type == "client_credentials"

        class Generator(JWTBearerTokenGenerator):  # type: ignore[misc]
            def get_jwks(self) -> Any:
                return keys

            def get_audiences(self, client: Any, user: Any, scope: str) -> list[str]:
                return [API]

        app = flask.Flask("authlib server")
        server = AuthorizationServer(
            app, query_client=lambda name: Client(), save_token=lambda token, request: None
        )
        server.register_token_generator("default", Generator(issuer=self.url))
        server.register_grant(grants.ClientCredentialsGrant)
        app.post("/token")(server.create_token_response)
        basic = base64.b64encode(":".join(CREDENTIALS).encode()).decode()
        answer = app.test_client().post(
            "/token",
            data={"grant_type": "client_credentials", "scope": "read"},
            headers={"authorization": f"Basic {basic}"},
        )
        return str(answer.get_json()["access_token"])

    def test_its_tokens_are_verified(self) -> None:
        held = joserfc.jwk.RSAKey.generate_key(2048, {"kid": "a1", "use": "sig", "alg": "RS256"})
        keys = joserfc.jwk.KeySet([held])
        token = self.minted(keys)

        def fetch(url: str, timeout: float) -> Fetched:
            if not url.endswith("/jwks.json"):
                raise NotFound("there is nothing here")
            return Fetched(body=json.dumps(keys.as_dict(private=False)).encode(), headers={})

        claims = Guard(self.url, API, fetch=fetch).verify(bearer(token), scope="read")
        assert (claims.issuer, claims.client_id) == (self.url, CREDENTIALS[0])


class TestOurTokens:
    @pytest.fixture
    def issuer(self) -> Iterator[SmallIssuer]:
        held = SmallIssuer(alg="RS256")

        def answer(path: str) -> Answer:
            return 200, {"content-type": "application/json"}, held.jwks()

        with web_server(answer) as url:
            held.url = url
            yield held

    def live(self, issuer: SmallIssuer, **claims: Any) -> str:
        now = int(time.time())
        return issuer.token(**{"iat": now - 5, "exp": now + 60, **claims})

    def test_pyjwks_client_finds_the_key_and_verifies(self, issuer: SmallIssuer) -> None:
        token = self.live(issuer)
        found = jwt.PyJWKClient(f"{issuer.url}/jwks").get_signing_key_from_jwt(token)

        said = jwt.decode(token, found.key, algorithms=["RS256"], audience=API, issuer=issuer.url)
        assert said["client_id"] == "ACME01"

    def test_joserfc_verifies_with_the_published_set(self, issuer: SmallIssuer) -> None:
        keys = joserfc.jwk.KeySet.import_key_set(json.loads(issuer.jwks()))

        assert joserfc.jwt.decode(self.live(issuer), keys).claims["client_id"] == "ACME01"

    def test_express_oauth2_jwt_bearer_lets_them_through(
        self, issuer: SmallIssuer, node: str
    ) -> None:
        """In its strict mode, which wants RFC 9068 to the letter."""
        tokens = [self.live(issuer), self.live(issuer, exp=1), self.live(issuer, aud="x")]
        environ = {"ISSUER": issuer.url, "JWKS_URI": f"{issuer.url}/jwks", "AUDIENCE": API}
        answers = json.loads(run_node_file(node, "express_guard.mjs", *tokens, environ=environ))

        assert [answer["status"] for answer in answers] == [200, 401, 401]
        assert answers[0]["body"]["client_id"] == "ACME01"
