"""Django and REST framework, in the project beside this file."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from tests.guard.django_project import ISSUED, Invoices, guarded_view
from tests.guard.issuing import ISSUER, SmallIssuer, bearer, guarded

# After the project, which has configured Django.
from django.test import AsyncClient, Client, override_settings  # isort: skip

BEHIND = override_settings(MIDDLEWARE=["watchword.guard.django.GuardMiddleware"])


def asked(path: str, authorization: str | None = None) -> Any:
    headers = {} if authorization is None else {"authorization": authorization}
    return Client().get(path, headers=headers)


def asked_async(path: str, authorization: str | None = None) -> Any:
    headers = {} if authorization is None else {"authorization": authorization}
    return asyncio.run(AsyncClient().get(path, headers=headers))  # type: ignore[arg-type]


class TestViews:
    @pytest.mark.parametrize("ask", [asked, asked_async])
    def test_a_view_has_the_claims_of_a_good_token(self, ask: Any) -> None:
        answer = ask("/payments/all", bearer(ISSUED.token()))

        assert answer.json() == {"client": "ACME01", "name": "all"}

    @pytest.mark.parametrize("ask", [asked, asked_async])
    def test_an_async_view_requires_its_own(self, ask: Any) -> None:
        assert ask("/admin", bearer(ISSUED.token())).status_code == 403
        assert ask("/admin", bearer(ISSUED.token(admin=True))).json() == {"client": "ACME01"}

    @pytest.mark.parametrize("ask", [asked, asked_async])
    @pytest.mark.parametrize(
        "path", ["/method/all", "/async/all", "/whole/all", "/rest/all/method"]
    )
    def test_classes_and_their_methods_are_guarded(self, path: str, ask: Any) -> None:
        answer = ask(path, bearer(ISSUED.token()))

        assert answer.json() == {"client": "ACME01", "name": "all"}
        assert ask(path, bearer(ISSUED.token(scope="x"))).status_code == 403
        assert ask(path).status_code == 401

    def test_a_class_is_guarded_by_a_method_decorator(self) -> None:
        with pytest.raises(TypeError, match="method_decorator"):
            guarded_view()(Invoices)

    def test_a_refusal_has_its_challenge(self) -> None:
        answer = asked("/payments/all")

        assert answer.status_code == 401
        assert answer["www-authenticate"].startswith("Bearer resource_metadata=")
        assert asked("/payments/all", bearer(ISSUED.token(scope="x"))).status_code == 403


class TestMiddleware:
    @pytest.fixture(autouse=True)
    def behind(self) -> Iterator[None]:
        with BEHIND:
            yield

    @pytest.mark.parametrize("ask", [asked, asked_async])
    def test_every_view_is_guarded(self, ask: Any) -> None:
        assert ask("/plain").status_code == 401
        assert ask("/plain", bearer(ISSUED.token())).content == b"ACME01"

    @pytest.mark.parametrize("ask", [asked, asked_async])
    def test_but_those_that_are_public(self, ask: Any) -> None:
        assert ask("/healthz").content == b"nobody"

    @pytest.mark.parametrize("ask", [asked, asked_async])
    def test_the_metadata_is_served(self, ask: Any) -> None:
        answer = ask("/.well-known/oauth-protected-resource")

        assert answer.json()["authorization_servers"] == [ISSUER]


class TestRestFramework:
    def test_the_principal_is_the_client(self) -> None:
        answer = asked("/rest/payments", bearer(ISSUED.token()))

        assert answer.json() == {"user": "ACME01", "client": "ACME01"}

    def test_no_credentials_are_401_with_the_guards_challenge(self) -> None:
        answer = asked("/rest/payments")

        assert answer.status_code == 401
        assert answer["www-authenticate"].startswith("Bearer resource_metadata=")
        assert "error=" not in answer["www-authenticate"]

    def test_a_bad_token_is_401_with_its_cause(self) -> None:
        answer = asked("/rest/payments", bearer(ISSUED.token(exp=1)))

        assert answer.status_code == 401
        assert 'error="invalid_token"' in answer["www-authenticate"]
        assert answer.json()["error"] == "invalid_token"

    def test_a_missing_scope_is_403_and_named(self) -> None:
        answer = asked("/rest/payments", bearer(ISSUED.token(scope="other")))

        assert answer.status_code == 403
        assert 'scope="payments:read"' in answer["www-authenticate"]

    def test_without_keys_it_is_503_with_retry_after(self) -> None:
        issuer = SmallIssuer()
        issuer.down = True
        with override_settings(WATCHWORD_GUARD=guarded(issuer)):
            answer = asked("/rest/payments", bearer(issuer.token()))

        assert (answer.status_code, answer["retry-after"]) == (503, "1")

    def test_an_open_view_knows_who_asks(self) -> None:
        assert asked("/rest/anybody").json() == {"known": False}
        assert asked("/rest/anybody", bearer(ISSUED.token())).json() == {"known": True}
