"""What all tests share. The fixtures themselves stand in tests/support."""

import pytest

from tests.support.left_out import LeftOut

pytest_plugins = [
    "tests.support.programs",
    "tests.support.demo_server",
    "tests.support.browser",
]


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LeftOut(), "left-out")
