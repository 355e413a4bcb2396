"""`--expires`, alike wherever a secret is made."""

from typing import Any

import click
from msgspec import UNSET, UnsetType

from watchword.cli.types import NEVER
from watchword.cli.types import expiry as expiry_type


def expiry(command: Any) -> Any:
    """The option."""
    return click.option(
        "--expires", type=expiry_type, help='Of the secret: 1y, or what the issuer says; "never".'
    )(command)


def lifetime_of(expires: int | str | None) -> int | UnsetType | None:
    """What was typed, as `NewSecret.lifetime` has it."""
    if expires is None:
        return UNSET
    return None if expires == NEVER else int(expires)
