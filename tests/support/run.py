"""Run people's programs: a shell script, a Python script, a Node module. All know *.localhost."""

import os
import subprocess
import sys
from pathlib import Path

_SUPPORT = Path(__file__).parent
NODE_HOME = _SUPPORT.parent / "node"
_PRELUDE = (
    "import {{ createRequire }} from 'node:module';\nconst require = createRequire({home!r});\n"
)


def run_shell(bash: str, script: str) -> str:
    """Standard output of a bash script that stops at its first failing command."""
    return _run([bash, "-euo", "pipefail", "-c", script])


def run_python(script: str) -> str:
    """Standard output of a Python script."""
    return _run([sys.executable, "-c", script])


def run_node(node: str, script: str) -> str:
    """Standard output of an ES module that may also `require` what tests/node has."""
    prelude = _PRELUDE.format(home=str(NODE_HOME / "index.js"))
    require = ["--require", str(_SUPPORT / "localhost" / "localhost.cjs")]
    return _run([node, *require, "--input-type=module", "-"], prelude + script)


def run_node_file(node: str, name: str, *arguments: str, environ: dict[str, str]) -> str:
    """Standard output of a program of tests/node."""
    require = ["--require", str(_SUPPORT / "localhost" / "localhost.cjs")]
    return _run([node, *require, str(NODE_HOME / name), *arguments], environ=environ)


def _run(call: list[str], given: str = "", environ: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        call,
        input=given,
        capture_output=True,
        text=True,
        timeout=500,
        env={
            **os.environ,
            "PYTHONPATH": str(_SUPPORT / "localhost"),
            "NO_PROXY": "*",
            **(environ or {}),
        },
        check=False,
    )
    assert done.returncode == 0, f"{call[0]} exited with {done.returncode}:\n{done.stderr}"
    return done.stdout
