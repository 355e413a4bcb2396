"""What a guard could never work with is refused when it is made."""

import logging
import re
from typing import Any

import pytest

from tests.guard.issuing import API, ISSUER, SmallIssuer, guarded
from watchword.guard import Guard, Issuer, Presentation
from watchword.guard.fetch import Fetched, FetchFailed, UrllibFetch
from watchword.guard.middleware import public_paths

KEY = b"k" * 32


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"mode": "repot"}, "mode is one of 'enforce', 'report'; did you mean 'report'?"),
        ({"revocations": "requird"}, "did you mean 'required'?"),
        ({"revocations": True}, "revocations is one of 'auto', 'required', 'off'"),
        ({"audience": ""}, "audience is empty"),
        ({"audience": []}, "audience is an empty list: leave it out"),
        ({"audience": [API, ""]}, "audience is empty"),
        ({"audience": f"{API}\n"}, "white space"),
        ({"typ": ""}, "typ is empty"),
        ({"typ": []}, "typ is an empty list"),
        ({"algorithms": "ES256"}, "algorithms is a list"),
        ({"algorithms": []}, "algorithms is an empty list"),
        ({"algorithms": ["HS256"]}, "HS256 needs shared_keys"),
        ({"shared_keys": KEY}, "shared_keys is a list"),
        ({"scopes": "payments:read"}, "scopes is a list"),
        ({"jwks_uri": "http://keys.example/jwks"}, "https is needed"),
        ({"jwks_uri": ""}, "jwks_uri is empty"),
        ({"leeway": float("nan")}, "leeway is a number of seconds"),
        ({"leeway": float("inf")}, "leeway is a number of seconds"),
        ({"leeway": -1}, "leeway is a number of seconds"),
        ({"remember": -1}, "remember is a number of tokens"),
        ({"resource": "api.example.com"}, "resource is not a URL"),
        ({"realm": ""}, "realm is empty"),
        ({"presentation": Presentation(header="")}, "a header's name"),
        ({"presentation": Presentation(scheme="Bearer ")}, "one word"),
    ],
)
def test_a_value_that_nothing_works_with_is_refused(options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        Guard(ISSUER, **options)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "the issuer is empty"),
        ("auth.example.com", "the issuer is not a URL"),
        ("ftp://auth.example.com", "the issuer is not a URL"),
        ("https://", "the issuer is not a URL"),
        ("https://auth.example.com:port", "the issuer is not a URL"),
        ("https://auth.example.com\n", "white space at an end"),
        ("https://auth.exam ple.com", "the issuer is not a URL"),
        ("https://auth.example.com?tenant=a", "has a query"),
        ("https://auth.example.com#a", "a fragment"),
        ("http://auth.example.com", "http://auth.example.com, where anybody"),
        ("http://localhost.example.com", "https is needed"),
        (None, "the issuer is empty"),
    ],
)
def test_an_issuer_whose_keys_cannot_be_fetched_is_refused(url: Any, told: str) -> None:
    for given in ([url], Issuer(url=url), [ISSUER, Issuer(url=url)]):
        with pytest.raises(ValueError, match=re.escape(told)):
            Guard(given)


def test_what_may_be_a_secret_is_not_shown() -> None:
    for mistaken in ("https://me:hunter2@auth.example.com", "hunter2"):
        with pytest.raises(ValueError, match="the issuer is") as refused:
            Guard(mistaken)
        assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://auth.example.com/",
        "https://auth.example.com:8443/tenant",
        "http://127.0.0.1:8080",
        "http://[::1]:8080/payments",
        "http://localhost:8080",
        "http://payments.localhost:8080",
    ],
)
def test_https_and_http_on_loopback_are_taken(url: str) -> None:
    assert Guard(url, resource="http://api.internal").verify


def test_an_issuer_that_nothing_is_fetched_from_may_have_any_name() -> None:
    assert Guard("kiss", shared_keys=[KEY])
    assert Guard("urn:kiss", jwks_uri="https://keys.example/jwks")
    assert Guard("http://auth.internal", fetch=SmallIssuer().fetch)


def test_our_own_fetch_with_another_trust_is_no_way_around() -> None:
    with pytest.raises(ValueError, match="https is needed"):
        Guard("http://auth.internal", fetch=UrllibFetch())


def test_a_list_that_is_required_must_be_within_reach() -> None:
    with pytest.raises(ValueError, match="revocation list"):
        Guard("urn:kiss", jwks_uri="https://keys.example/jwks", revocations="required")
    with pytest.raises(ValueError, match="revocation list"):
        Guard(Issuer(url=ISSUER, revocations_uri="http://auth.internal/list"))


def test_a_list_that_is_out_of_reach_is_not_asked_for_and_the_log_says_so(
    caplog: pytest.LogCaptureFixture,
) -> None:
    Guard("http://auth.internal", jwks_uri="https://keys.example/jwks")

    assert "http://auth.internal is not asked for a revocation list" in caplog.text


def test_an_issuer_that_is_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Guard([Issuer(url=ISSUER, audience=API), ISSUER])


@pytest.mark.parametrize(
    "options", [{"audience": API}, {"revocations": "required"}, {"jwks_uri": f"{ISSUER}/keys"}]
)
def test_what_no_issuer_would_heed_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="say it in each `Issuer`"):
        Guard(Issuer(url=ISSUER), **options)


@pytest.mark.parametrize("public", ["/healthz", ["healthz"], [""]])
def test_public_paths_are_a_list_of_paths(public: Any) -> None:
    with pytest.raises(ValueError, match="/healthz"):
        public_paths(public)


def test_each_adapter_refuses_public_paths_that_are_letters() -> None:
    from django.test import override_settings

    from tests.guard import django_project
    from watchword.guard import aiohttp, asgi, django, grpc, wsgi

    guard, public = guarded(django_project.ISSUED), "/healthz"
    for make in (
        lambda: asgi.GuardMiddleware(None, guard, public=public),  # type: ignore[arg-type]
        lambda: wsgi.GuardMiddleware(None, guard, public=public),  # type: ignore[arg-type]
        lambda: aiohttp.guard_middleware(guard, public=public),
        lambda: grpc.GuardInterceptor(guard, public=public),
        lambda: django.GuardMiddleware(lambda _request: None),
    ):
        with override_settings(WATCHWORD_PUBLIC=public), pytest.raises(ValueError, match="public"):
            make()


def test_warming_says_in_the_log_why_there_are_no_keys(caplog: pytest.LogCaptureFixture) -> None:
    def fetch(url: str, timeout: float) -> Fetched:
        raise FetchFailed("the metadata is another issuer's")

    with caplog.at_level(logging.WARNING):
        assert not Guard(ISSUER, fetch=fetch).warm()

    assert f"no keys of {ISSUER} yet: the metadata is another issuer's" in caplog.text
