"""Files of the user's that a command reads or writes, none of them secret."""

import tomllib
from pathlib import Path
from typing import Any

from watchword.cli.failure import Refused, reason_of

_LONGEST = 4 * 1024 * 1024


def read_octets(path: str, most: int) -> bytes:
    """The octets of a file, no more than so many: a device has no end. Raises Refused."""
    try:
        with Path(path).open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise Refused(f"{path} cannot be read: {reason_of(error)}", usage=True) from None


def read_text(path: str) -> str:
    """The text of a file. Raises Refused."""
    octets = read_octets(path, _LONGEST + 1)
    if len(octets) > _LONGEST:
        raise Refused(f"{path} is larger than {_LONGEST // 1024**2} MiB", usage=True)
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
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
