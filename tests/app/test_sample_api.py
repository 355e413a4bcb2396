"""An application of the user's, served below the issuers' URLs."""

from pathlib import Path

import pytest

from tests.app.running import HOST, World, get, running
from watchword.app.sample_api import load_application
from watchword.app.settings import InvalidSettings

API = """
async def app(scope, receive, send):
    body = scope["path"].encode()
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
"""


@pytest.fixture
def api(tmp_path: Path) -> Path:
    file = tmp_path / "my_api.py"
    file.write_text(API)
    return file


@pytest.mark.parametrize("workers", [1, 2])
def test_what_the_issuer_does_not_own_goes_to_the_api(
    tmp_path: Path, api: Path, workers: int
) -> None:
    world = World(tmp_path / "data", aliases=("http://alias.test",), cors_origins=("*",))
    with running(world, sample_api=f"{api}:app", workers=workers) as server:
        assert server.ask(get("/rfc6749/products"))[2] == b"/rfc6749/products"
        assert server.ask(get("/products", host="alias.test"))[2] == b"/rfc6749/products"
        assert server.ask(get("/rfc6749/.well-known/jwks.json"))[0] == 200
        assert server.ask(get("/elsewhere", host=HOST))[0] == 404
        headers = server.ask(get("/rfc6749/products", "Origin: https://page.test"))[1]
        assert headers["access-control-allow-origin"] == "*"


def test_a_module_can_be_named_too(api: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(api.parent))

    assert callable(load_application("my_api:app"))


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("nowhere", "names no application"),
        ("nowhere.at.all:app", "cannot be imported"),
        ("missing.py:app", "cannot be imported"),
        ("watchword.app.limits:app", "has no 'app'"),
    ],
)
def test_what_is_no_application_is_refused_by_its_name(place: str, words: str) -> None:
    with pytest.raises(InvalidSettings, match=words):
        load_application(place)
