"""pytest loads the plug-in on every run, also where nobody wants it: it has to cost nothing."""

import subprocess
import sys


def test_loading_the_plugin_imports_nothing_heavy() -> None:
    probe = (
        "import sys, pytest; before = set(sys.modules); import watchword.testing.plugin; "
        "print(' '.join(sorted(set(sys.modules) - before)))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True
    )

    assert set(answer.stdout.split()) <= {
        "watchword",
        "watchword.testing",
        "watchword.testing.plugin",
    }
