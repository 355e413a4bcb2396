"""The command line, in this process or in one of its own."""

import contextlib
import io
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from watchword.cli import root


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, read as JSON."""
        return json.loads(self.out)

    @property
    def error(self) -> Any:
        """Standard error, read as a JSON error."""
        return json.loads(self.err)


@dataclass(frozen=True)
class Program:
    """`watchword` in a folder of its own, with nothing of our environment but what it needs."""

    folder: Path

    def run(self, *arguments: str, stdin: str = "", **environ: str) -> Outcome:
        """Run it once, inside this process: starting Python a hundred times takes minutes."""
        out, err = io.StringIO(), io.StringIO()
        with ExitStack() as stack:
            stack.enter_context(contextlib.chdir(self.folder))
            stack.enter_context(patch.dict(os.environ, {**_kept(), **environ}, clear=True))
            stack.enter_context(patch.object(sys, "stdin", io.StringIO(stdin)))
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            code = root.run(arguments)
        return Outcome(code, out.getvalue(), err.getvalue())

    def process(self, *arguments: str, stdin: str = "", **environ: str) -> Outcome:
        """Run the real command once."""
        done = subprocess.run(
            [sys.executable, "-m", "watchword.cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**_kept(), **environ},
            timeout=500,
            check=False,
        )
        return Outcome(done.returncode, done.stdout, done.stderr)

    def ok(self, *arguments: str, stdin: str = "") -> Outcome:
        """Run it once; it must succeed."""
        outcome = self.run(*arguments, stdin=stdin)
        assert outcome.code == 0, outcome
        return outcome

    def json(self, *arguments: str, stdin: str = "") -> Any:
        """The JSON answer of a run that succeeds."""
        return self.ok(*arguments, "--json", stdin=stdin).json


def _kept() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
