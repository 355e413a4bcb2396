"""A dialect by whatever a guard's or a caller's author has of it, as its public half."""

import os
from pathlib import Path

from watchword.dialect.dialect import Dialect
from watchword.dialect.fault import DialectError
from watchword.dialect.load import load, parse
from watchword.dialect.public import PublicDialect

Known = str | os.PathLike[str] | Dialect | PublicDialect


class UnusableDialect(ValueError):
    """There is no such dialect, or its file cannot be read. The text says which."""


def known_dialect(dialect: Known) -> PublicDialect:
    """The public half of `dialect`.

    dialect: a shipped dialect's name; the path (a `Path`) of a dialect file, or of the JSON that an
    issuer serves at /.well-known/watchword-dialect; or a dialect at hand. Raises `UnusableDialect`.
    """
    if isinstance(dialect, PublicDialect):
        return dialect
    if isinstance(dialect, Dialect):
        return PublicDialect.from_dialect(dialect)
    try:
        if isinstance(dialect, str):
            return PublicDialect.from_dialect(load(dialect))
        octets = Path(dialect).read_bytes()
        if octets.lstrip().startswith(b"{"):
            return PublicDialect.from_json(octets)
        return PublicDialect.from_dialect(parse(octets.decode("utf-8"), source=str(dialect)))
    except (DialectError, OSError, UnicodeError) as wrong:
        raise UnusableDialect(f"the dialect cannot be used: {wrong}") from None
