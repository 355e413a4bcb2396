"""Fixtures of programs that pip does not bring. A test that asks for one is left out without it."""

import pytest

from tests.support.left_out import require


@pytest.fixture(scope="session")
def bash() -> str:
    return require("bash")


@pytest.fixture(scope="session")
def base64() -> str:
    return require("base64")


@pytest.fixture(scope="session")
def chromium() -> str:
    return require("chromium")


@pytest.fixture(scope="session")
def curl() -> str:
    return require("curl")


@pytest.fixture(scope="session")
def jq() -> str:
    return require("jq")


@pytest.fixture(scope="session")
def nginx() -> str:
    return require("nginx")


@pytest.fixture(scope="session")
def node() -> str:
    return require("node")


@pytest.fixture(scope="session")
def apache() -> str:
    return require("apache")


@pytest.fixture(scope="session")
def caddy() -> str:
    return require("caddy")


@pytest.fixture(scope="session")
def envoy() -> str:
    return require("envoy")


@pytest.fixture(scope="session")
def haproxy() -> str:
    return require("haproxy")
