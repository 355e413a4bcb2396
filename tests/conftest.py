"""What all tests share. The fixtures themselves stand in tests/support."""

import pytest
from hypothesis import HealthCheck, settings

from tests.support.left_out import LeftOut

pytest_plugins = [
    "tests.support.programs",
    "tests.support.demo_server",
    "tests.support.browser",
    "tests.support.postgresql",
]


# What it finds does not depend on the machine, and neither does whether it is content.
settings.register_profile(
    "suite", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(LeftOut(), "left-out")
