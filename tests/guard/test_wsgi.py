"""WSGI and Flask: small real applications."""

import json
from collections.abc import Callable
from typing import Any, ClassVar

import flask
import pytest
from flask.views import MethodView
from werkzeug.test import Client

from tests.guard.issuing import ISSUER, SmallIssuer, bearer, guarded
from watchword.guard import Presentation
from watchword.guard import flask as guard_flask
from watchword.guard.wsgi import GuardMiddleware

ISSUED = SmallIssuer()


def greeting(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
    claims = environ.get("watchword.claims")
    start_response("200 OK", [("content-type", "text/plain")])
    return [b"hello " + (b"nobody" if claims is None else claims.client_id.encode())]


def asked(path: str = "/", method: str = "GET", app: Any = None, **headers: str) -> Any:
    app = app or GuardMiddleware(
        greeting,
        guarded(ISSUED, resource="https://api.example.com"),
        scope="payments:read",
        public=["/healthz"],
    )
    return Client(app).open(path, method=method, headers=headers)


class TestWsgi:
    def test_a_good_token_reaches_the_application_with_its_claims(self) -> None:
        assert asked(authorization=bearer(ISSUED.token())).text == "hello ACME01"

    def test_no_token_is_401_with_a_challenge(self) -> None:
        answer = asked()

        assert answer.status == "401 Unauthorized"
        assert answer.headers["www-authenticate"].startswith("Bearer resource_metadata=")
        assert answer.json["error"] == "unauthorized"

    @pytest.mark.parametrize(
        ("token", "status"),
        [
            ("x", 401),
            (ISSUED.token(exp=1), 401),
            (ISSUED.token(scope="other"), 403),
            (f"{ISSUED.token()}, Bearer {ISSUED.token()}", 400),
            ("\xe9", 401),
        ],
    )
    def test_a_refused_token_has_the_status_of_its_cause(self, token: str, status: int) -> None:
        assert asked(authorization=bearer(token)).status_code == status

    def test_a_token_in_the_url_is_400(self) -> None:
        assert asked(f"/?access_token={ISSUED.token()}").status_code == 400

    def test_public_paths_need_no_token(self) -> None:
        assert asked("/healthz").text == "hello nobody"
        assert asked("/healthz/").status_code == 401

    def test_the_metadata_is_served_without_a_token(self) -> None:
        answer = asked("/.well-known/oauth-protected-resource")

        assert answer.json["authorization_servers"] == [ISSUER]

    def test_a_head_request_is_refused_without_a_body(self) -> None:
        answer = asked(method="HEAD")

        assert (answer.status_code, answer.data) == (401, b"")

    def test_a_vendors_own_header_is_read(self) -> None:
        own = Presentation(header="X-Api-Token", scheme="")
        app = GuardMiddleware(greeting, guarded(ISSUED, presentation=own))

        answer = Client(app).get("/", headers={"X-Api-Token": f" {ISSUED.token()}"})
        assert answer.text == "hello ACME01"


class TestFlask:
    def client(self) -> Any:
        app, guard = flask.Flask(__name__), guarded(ISSUED)

        @app.get("/payments/<name>")
        @guard_flask.guarded(guard, scope="payments:read")
        def payments(name: str) -> str:
            return f"{name} for {flask.g.claims.client_id}"

        @app.get("/admin")
        @guard_flask.guarded(guard, claims={"admin": True})
        def admin() -> str:
            return "admin"

        class Invoices(MethodView):
            @guard_flask.guarded(guard, scope="payments:read")
            def get(self) -> str:
                return f"invoices for {flask.g.claims.client_id}"

        class Whole(MethodView):
            decorators: ClassVar = [guard_flask.guarded(guard, scope="payments:read")]

            def get(self) -> str:
                return f"invoices for {flask.g.claims.client_id}"

        app.add_url_rule("/method", view_func=Invoices.as_view("method"))
        app.add_url_rule("/whole", view_func=Whole.as_view("whole"))
        return app.test_client()

    def test_a_view_has_the_claims_of_a_good_token(self) -> None:
        answer = self.client().get(
            "/payments/all", headers={"authorization": bearer(ISSUED.token())}
        )

        assert answer.text == "all for ACME01"

    def test_each_view_requires_its_own(self) -> None:
        client = self.client()
        for claims, status in [({}, 403), ({"admin": True}, 200), ({"admin": 1}, 403)]:
            token = bearer(ISSUED.token(**claims))
            assert client.get("/admin", headers={"authorization": token}).status_code == status

    @pytest.mark.parametrize("path", ["/method", "/whole"])
    def test_classes_and_their_methods_are_guarded(self, path: str) -> None:
        client = self.client()
        good, poor = (bearer(ISSUED.token(scope=scope)) for scope in ("payments:read", "x"))

        assert client.get(path, headers={"authorization": good}).text == "invoices for ACME01"
        assert client.get(path, headers={"authorization": poor}).status_code == 403
        assert client.get(path).status_code == 401

    def test_before_a_class_it_says_where_it_stands(self) -> None:
        with pytest.raises(TypeError, match="decorators = "):
            guard_flask.guarded(guarded(ISSUED))(MethodView)

    def test_a_refusal_has_its_challenge_and_body(self) -> None:
        answer = self.client().get("/payments/all", headers={"authorization": "Bearer x"})

        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer.headers["www-authenticate"]
        assert json.loads(answer.data)["error"] == "invalid_token"
