"""Every example of docs/guard.md runs."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.guard import django_project
from tests.guard.issuing import API, Clock, SmallIssuer, bearer
from watchword.guard import Guard, errors
from watchword.guard import guard as guard_module

PAGE = (Path(__file__).parents[2] / "docs" / "guard.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ISSUED = SmallIssuer()
TOKEN = bearer(ISSUED.token(plan="gold", roles=["auditor"], level=3))


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the page takes for granted: a request's headers, keys, and an issuer that answers."""
    monkeypatch.setattr(guard_module, "UrllibFetch", lambda: ISSUED.fetch)
    monkeypatch.setattr(guard_module.time, "time", Clock())
    return {
        "__name__": __name__,
        "Guard": Guard,
        "guard": Guard(issuer=ISSUED.url, audience=API),
        "headers": {"authorization": TOKEN},
        "new_key": b"n" * 32,
        "old_key": b"o" * 32,
    }


def run(beginning: str, scene: dict[str, Any]) -> dict[str, Any]:
    """Runs the one example that holds `beginning`."""
    example, *others = [example for example in EXAMPLES if beginning in example]
    assert others == []
    exec(compile(example, "docs/guard.md", "exec"), scene)
    return scene


SPOKEN: list[tuple[str, str]] = [
    ("print(claims.client_id", "ACME01 ['payments:read', 'providers:read']"),
    ('guard.verify("Bearer rubbish")', '401 Bearer error="invalid_token"'),
    ("needs = requirement", "{'plan': 'gold', 'roles': ('auditor',), 'level': 3}"),
    ('mode="report"', "{'CredentialsMissing': 1}"),
    ("resource_metadata.url", f"{API}/.well-known/oauth-protected-resource"),
]


@pytest.mark.parametrize(("beginning", "said"), SPOKEN)
def test_an_example_that_prints(
    beginning: str, said: str, scene: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    run(beginning, scene)

    assert capsys.readouterr().out.startswith(said)


def test_several_issuers_and_shared_keys(scene: dict[str, Any]) -> None:
    assert run("https://other.example", scene)["guard"].verify(TOKEN).subject == "ACME01"
    assert run("shared_keys=", scene)["guard"].counts == {}
    # The page's issuer has no list here, and "required" means it.
    with pytest.raises(errors.KeysUnavailable):
        run('revocations="required"', scene)["strict"].verify(TOKEN)


def asgi(scene: dict[str, Any], token: str | None) -> tuple[int, Any]:
    from starlette.testclient import TestClient

    return answered(TestClient(scene["app"]), token)


def answered(client: Any, token: str | None) -> tuple[int, Any]:
    headers = {} if token is None else {"authorization": token}
    answer = client.get("/payments", headers=headers)
    return answer.status_code, answer.json() if hasattr(answer, "request") else answer.json


def flask(scene: dict[str, Any], token: str | None) -> tuple[int, Any]:
    client = scene["app"].test_client()
    headers = {} if token is None else {"authorization": token}
    answer = client.get("/payments", headers=headers)
    return answer.status_code, answer.json


def django(scene: dict[str, Any], token: str | None) -> tuple[int, Any]:
    import json

    from django.test import RequestFactory, override_settings

    headers = {} if token is None else {"authorization": token}
    request = RequestFactory().get("/payments", headers=headers)
    with override_settings(WATCHWORD_GUARD=scene["guard"]):
        plain = scene["payments"](request)
        rest = scene["Payments"].as_view()(request).render()
    assert plain.status_code == rest.status_code
    if plain.status_code == 200:
        assert json.loads(plain.content) == json.loads(rest.content)
    return plain.status_code, json.loads(plain.content)


def litestar(scene: dict[str, Any], token: str | None) -> tuple[int, Any]:
    from litestar.testing import TestClient

    with TestClient(scene["app"]) as client:
        return answered(client, token)


def aiohttp(scene: dict[str, Any], token: str | None) -> tuple[int, Any]:
    import asyncio

    from aiohttp.test_utils import TestClient, TestServer

    async def ask() -> tuple[int, Any]:
        async with TestClient(TestServer(scene["app"])) as client:
            headers = {} if token is None else {"authorization": token}
            answer = await client.get("/payments", headers=headers)
            return answer.status, await answer.json()

    return asyncio.run(ask())


Ask = Callable[[dict[str, Any], str | None], tuple[int, Any]]
FRAMEWORKS: list[tuple[str, Ask]] = [
    ("from fastapi import FastAPI", asgi),
    ("from starlette.applications import", asgi),
    ("from flask import Flask", flask),
    ("from django.http import", django),
    ("from litestar import", litestar),
    ("from aiohttp import", aiohttp),
]


@pytest.mark.parametrize(("beginning", "ask"), FRAMEWORKS)
def test_a_frameworks_example_guards_its_route(
    beginning: str, ask: Ask, scene: dict[str, Any]
) -> None:
    assert django_project.settings.configured

    assert ask(run(beginning, {**scene}), TOKEN) == (200, {"for": "ACME01"})
    assert ask(run(beginning, {**scene}), bearer(ISSUED.token(scope="other")))[0] == 403
    assert ask(run(beginning, {**scene}), None)[0] == 401


def test_the_grpc_example_makes_a_server(scene: dict[str, Any]) -> None:
    server = run("import grpc", scene)["server"]

    assert hasattr(server, "add_generic_rpc_handlers")
    server.stop(None)


def test_every_error_of_the_page_exists() -> None:
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", PAGE.split("## The claims")[0]))
    for name in named - {"Guard", "WWW", "GuardError", "Retry"}:
        assert issubclass(getattr(errors, name), errors.GuardError)
