"""Where `watchword` starts."""

import sys
from typing import NoReturn

_MISSING_CLICK = (
    'watchword: the command line is not installed\nhint: pip install "watchword[{extra}]"\n'
)
USAGE = 2


def main() -> NoReturn:
    """Run the command line and leave with its exit code."""
    try:
        import click  # noqa: F401
    except ModuleNotFoundError:
        extra = "guard-server" if sys.argv[1:2] == ["guard"] else "server"
        sys.stderr.write(_MISSING_CLICK.format(extra=extra))
        sys.exit(USAGE)
    from watchword.cli.root import run

    sys.exit(run(sys.argv[1:]))
