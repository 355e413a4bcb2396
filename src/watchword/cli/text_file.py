"""Files of the user's that a command reads or writes, none of them secret."""

import tomllib
from pathlib import Path
from typing import Any

from watchword.cli.failure import Refused, reason_of


def read_text(path: str) -> str:
    """The text of a file. Raises Refused."""
    try:
        return Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{path} cannot be read: {reason_of(error)}", usage=True) from None


def read_toml(path: str) -> dict[str, Any]:
    """The tables of a TOML file. Raises Refused."""
    try:
        return tomllib.loads(read_text(path))
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"{path} is not TOML: {error}", usage=True) from None


def write_text(path: Path, text: str) -> None:
    """Write a file, over the one before. Raises Refused."""
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise Refused(f"{path} cannot be written: {reason_of(error)}", code="no_file") from None
