"""`--expires`, alike wherever a secret is made, and how it is told afterwards."""

from typing import Any

import click
from msgspec import UNSET, UnsetType

from watchword.cli.desk import Answer
from watchword.cli.output import from_now
from watchword.cli.session import Session
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


def expiry_of(session: Session, secret: Answer) -> str:
    """When a secret ends, as a clause: "expires in 365 days", "never expires"."""
    ends = secret["expires_at"]
    return f"expires {from_now(ends, session.now)}" if ends else "never expires"
