"""Other systems' exports, read as lines to import: one module a system.

To add one, write a module with a function that reads the export's file into a Migration, and give
it a command in `watchword.cli.migrate`.
"""

from msgspec import Struct

from watchword.admin.import_line import ImportLine


class LeftOut(Struct, frozen=True, kw_only=True):
    """Something of an export that is not taken over. kind: "client", "secret", "scope", ..."""

    kind: str
    name: str
    reason: str


class Migration(Struct, frozen=True, kw_only=True):
    """What an export says. notes: what the administrator should know or set by hand."""

    source: str
    lines: tuple[ImportLine, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]
