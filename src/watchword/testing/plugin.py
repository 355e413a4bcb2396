"""The pytest plug-in: mint tokens and run a server in the tests of a guarded application.

pytest loads this file on every run of every project that has Watchword installed. So it imports
nothing of Watchword, nothing heavy, and registers no hook: all work is inside the fixtures.

    def test_products(client, watchword_issuer):
        headers = watchword_issuer.headers(scopes="products:read")
        assert client.get("/products", headers=headers).status_code == 200

An application whose guard is made when it is imported needs no change: override
`watchword_issuer_url` (and `watchword_audience`) in your conftest.py with what the guard has.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from watchword.testing.issuer import InMemoryIssuer
    from watchword.testing.server import WatchwordServer


@pytest.fixture(scope="session")
def watchword_issuer_url() -> str:
    """The issuer that the application's guard expects. Override it."""
    from watchword.testing.issuer import DEFAULT_URL

    return DEFAULT_URL


@pytest.fixture(scope="session")
def watchword_audience(watchword_issuer_url: str) -> str:
    """The audience that the application's guard expects. Override it; the issuer's URL."""
    return watchword_issuer_url


@pytest.fixture(scope="session")
def watchword_issuer(
    watchword_issuer_url: str, watchword_audience: str
) -> "Iterator[InMemoryIssuer]":
    """An issuer in memory, whose tokens the application's guards take: no server, no network."""
    from watchword.testing.issuer import InMemoryIssuer

    issuer = InMemoryIssuer(watchword_issuer_url, audience=watchword_audience)
    with pytest.MonkeyPatch.context() as patch:
        issuer.answer_for_network(patch)
        yield issuer


@pytest.fixture(scope="session")
def watchword_server(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[WatchwordServer]":
    """A whole Watchword (`pip install watchword[server]`), running until the tests are over."""
    from watchword.testing.server import WatchwordServer

    server = WatchwordServer(tmp_path_factory.mktemp("watchword"))
    server.start()
    try:
        yield server
    finally:
        server.stop()
