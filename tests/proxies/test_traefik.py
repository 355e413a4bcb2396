"""Traefik cannot be had for the tests: its side of forwardAuth, as its documentation tells it.

It sends a GET without a body to `address`, with the client's headers and its own
X-Forwarded-Method, -Proto, -Host, -Uri and -For. A 2xx passes, with the headers that
`authResponseHeaders` names put in place of the client's; anything else is the client's answer.
"""

from typing import Any

import pytest

from tests.proxies.conftest import Scene
from tests.proxies.exchange import FORGED, Exchange, ask
from tests.proxies.programs import EXAMPLES

NAMED = ("x-client-id", "x-subject", "x-scope", "x-token-id")


def as_traefik(scene: Scene, token: str | None, method: str, uri: str, **clients: str) -> Exchange:
    told = {
        "X-Forwarded-Method": method,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "api.example.com",
        "X-Forwarded-Uri": uri,
        "X-Forwarded-For": "192.0.2.7",
    }
    return ask(scene.places.guard, token, "/verify", headers={**FORGED, **clients, **told})


def test_a_good_token_is_answered_with_every_header_that_traefik_copies(scene: Scene) -> None:
    answer = as_traefik(scene, scene.tokens.read, "GET", "/payments/7?page=2")

    assert answer.status == 200
    assert answer.headers["x-client-id"] == answer.headers["x-subject"] == "reader"
    assert answer.headers["x-scope"] == "payments:read"
    assert len(answer.headers["x-token-id"]) == 38


def test_a_public_path_is_answered_with_the_same_headers_empty(scene: Scene) -> None:
    answer = as_traefik(scene, None, "GET", "/healthz")

    assert answer.status == 200
    assert [answer.headers[name] for name in NAMED] == ["", "", "", ""]


REFUSED: list[tuple[str, str, str, int]] = [
    ("", "GET", "/payments/7", 401),
    ("read", "POST", "/payments/7", 403),
    ("read", "GET", "/healthz/../payments/7", 400),
    ("read", "GET", "/elsewhere", 403),
    ("unknown", "GET", "/payments/7", 503),
]


@pytest.mark.parametrize(("kind", "method", "uri", "status"), REFUSED)
def test_a_refusal_is_the_clients_answer(
    kind: str, method: str, uri: str, status: int, scene: Scene
) -> None:
    token: str | None = getattr(scene.tokens, kind) if kind else None
    answer = as_traefik(scene, token, method, uri)

    assert answer.status == status
    assert ("retry-after" if status == 503 else "www-authenticate") in answer.headers
    assert "x-client-id" not in answer.headers


def test_a_client_cannot_tell_the_guard_another_path(scene: Scene) -> None:
    told: dict[str, Any] = {"X-Original-Method": "GET", "X-Original-Uri": "/healthz"}

    assert as_traefik(scene, None, "GET", "/payments/7", **told).status == 400


def test_the_shipped_file_strips_and_copies_what_the_guard_says() -> None:
    text = (EXAMPLES / "traefik.yaml").read_text("utf-8").lower()

    assert "trustforwardheader: false" in text
    assert 'connection: ""' in text
    assert f"authresponseheaders: [{', '.join(NAMED)}]" in text
    for name in (*NAMED, *FORGED):
        assert f'{name.lower()}: ""' in text
        assert f'{name.lower().replace("-", "_")}: ""' in text
