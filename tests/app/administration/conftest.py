"""A real server with its administration listener, and administrators of every role."""

import itertools
import os
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.app.running import Running, World, context, running
from tests.support.patience import PATIENCE
from watchword.admin.administrator import NewAdministrator, create_administrator, ensure_built_in
from watchword.admin.issuer import NewIssuer, create_issuer

_numbers = itertools.count(1)


class Api:
    """The API as one administrator sees it. `calls` returns what the server answered."""

    def __init__(self, base: str, client_id: str, secret: str) -> None:
        self.base = base
        self.client_id = client_id
        self.secret = secret
        self.http = httpx.Client(base_url=f"{base}/admin/v1", timeout=PATIENCE)
        self.http.headers["Authorization"] = f"Bearer {self.token()}"

    def token(self) -> str:
        answer = httpx.post(
            f"{self.base}/admin/v1/token",
            data={"grant_type": "client_credentials"},
            auth=(self.client_id, self.secret),
            timeout=PATIENCE,
        )
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token

    def get(self, path: str, **query: Any) -> Any:
        return self.ok(self.http.get(path, params=query))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ok(self.http.post(path, json=body, headers=headers))

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.ok(self.http.patch(path, json=body, headers=headers))

    def delete(self, path: str) -> Any:
        return self.ok(self.http.delete(path))

    @staticmethod
    def ok(answer: httpx.Response) -> Any:
        assert answer.is_success, answer.text
        return answer.json()


class Site:
    """The server, two issuers `one` and `two`, and how to become an administrator."""

    def __init__(self, world: World, server: Running) -> None:
        self.world = world
        self.server = server
        self.base = f"http://{server.admin}"
        self.public = f"http://{server.public}"
        with world.estate.store.reading() as reading:
            self.issuers = {issuer.name: issuer.id for issuer in reading.issuers()}

    def administrator(self, role: str, *issuers: str) -> Api:
        name = f"{role}-{next(_numbers)}"
        new = NewAdministrator(client_id=name, role=role, issuers=issuers)
        made = create_administrator(self.world.estate, context(), new)
        assert made.secret is not None
        return Api(self.base, name, made.secret.value)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    world = World(tmp_path_factory.mktemp("administration"))
    for name in ("one", "two"):
        new = NewIssuer(name=name, url=f"http://{name}.test", scopes=("read", "write"))
        create_issuer(world.estate, context(), new)
    ensure_built_in(world.estate, context(), "http://127.0.0.1:8081/admin/v1")
    with running(world) as server:
        yield Site(world, server)


@pytest.fixture(scope="session")
def owner(site: Site) -> Api:
    return site.administrator("owner")


@pytest.fixture
def fresh() -> Callable[[str], str]:
    """A name that no other test uses."""
    return lambda stem: f"{stem}-{os.getpid()}-{next(_numbers)}"
