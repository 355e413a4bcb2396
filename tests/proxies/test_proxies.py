"""The shipped configuration of each proxy, run in the real program before a real API."""

from collections.abc import Iterator

import pytest

from tests.proxies import programs
from tests.proxies.conftest import Scene
from tests.proxies.suite import AskingProxy, EveryProxy

Factory = pytest.TempPathFactory


class TestNginx(AskingProxy):
    @pytest.fixture(scope="class")
    @classmethod
    def public(cls, nginx: str, scene: Scene, tmp_path_factory: Factory) -> Iterator[str]:
        with programs.nginx(nginx, tmp_path_factory.mktemp("nginx"), scene.places) as public:
            yield public


class TestNginxBeforeTheServer(EveryProxy):
    @pytest.fixture(scope="class")
    @classmethod
    def public(cls, nginx: str, scene: Scene, tmp_path_factory: Factory) -> Iterator[str]:
        folder = tmp_path_factory.mktemp("nginx")
        with programs.nginx(nginx, folder, scene.places, "nginx-verify.conf") as public:
            yield public


class TestCaddy(AskingProxy):
    @pytest.fixture(scope="class")
    @classmethod
    def public(cls, caddy: str, scene: Scene, tmp_path_factory: Factory) -> Iterator[str]:
        with programs.caddy(caddy, tmp_path_factory.mktemp("caddy"), scene.places) as public:
            yield public


class TestEnvoyExtAuthz(AskingProxy):
    @pytest.fixture(scope="class")
    @classmethod
    def public(cls, envoy: str, scene: Scene, tmp_path_factory: Factory) -> Iterator[str]:
        folder = tmp_path_factory.mktemp("envoy")
        with programs.envoy(envoy, folder, scene.places, "envoy-ext-authz.yaml") as public:
            yield public


class TestHaproxy(EveryProxy):
    @pytest.fixture(scope="class")
    @classmethod
    def public(cls, haproxy: str, scene: Scene, tmp_path_factory: Factory) -> Iterator[str]:
        folder = tmp_path_factory.mktemp("haproxy")
        with programs.haproxy(haproxy, folder, scene.places) as public:
            yield public


class TestApache(EveryProxy):
    # To mod_auth_openidc issuer and audience are claims to be authorized by.
    foreign = 403

    @pytest.fixture(scope="class")
    @classmethod
    def public(cls, apache: str, scene: Scene, tmp_path_factory: Factory) -> Iterator[str]:
        folder = tmp_path_factory.mktemp("apache")
        with programs.apache(apache, folder, scene.places) as public:
            yield public


class TestEnvoyJwt(EveryProxy):
    # jwt_authn's own choice.
    foreign = 403

    @pytest.fixture(scope="class")
    @classmethod
    def public(cls, envoy: str, scene: Scene, tmp_path_factory: Factory) -> Iterator[str]:
        folder = tmp_path_factory.mktemp("envoy")
        with programs.envoy(envoy, folder, scene.places, "envoy-jwt.yaml") as public:
            yield public
