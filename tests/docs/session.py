"""Pages' shell blocks, run as one session in an empty folder, against a server on a free port."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.process import free_port

ADDRESS = "127.0.0.1:8080"
ADMIN_ADDRESS = "127.0.0.1:8081"


def blocks(page: Path, language: str) -> list[str]:
    """The page's fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)


def links(page: Path) -> list[str]:
    """Where the page links to inside the repository."""
    return re.findall(r"\]\(([^)#:]+)\)", page.read_text())


def run_session(bash: str, folder: Path, parts: list[str]) -> str:
    """Standard output of the parts, one after the other; the first one starts the server with &."""
    script = "\n".join(["trap 'kill $SERVER; wait $SERVER' EXIT", *parts])
    script = script.replace(" &\n", " & SERVER=$!\n", 1)
    environ = {**os.environ}
    if ADMIN_ADDRESS not in script:
        environ["WATCHWORD_ADMIN_LISTEN"] = "off"
    script = script.replace(ADMIN_ADDRESS, f"127.0.0.1:{free_port()}")
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    done = subprocess.run(
        [bash, "-euo", "pipefail", "-c", script.replace(ADDRESS, f"127.0.0.1:{free_port()}")],
        cwd=folder,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
