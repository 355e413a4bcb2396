"""Lists come in pages: `--limit`, and `--after` with what the page before named."""

from typing import Any

import click

DEFAULT_LIMIT = 100


def paged(command: Any) -> Any:
    """The two options of a list."""
    limit = click.option(
        "--limit",
        type=click.IntRange(1, 500),
        default=DEFAULT_LIMIT,
        show_default=True,
        help="Of one page.",
    )
    return limit(click.option("--after", metavar="LAST", help="Begin behind it.")(command))
