"""What commands print: the same facts as JSON, as aligned text, or drawn in a terminal.

Standard output carries results, standard error everything else. Colour and rules are drawn only
where a person looks; a pipe gets plain aligned text.
"""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TextIO

from watchword.core.duration import format_duration

View = Mapping[str, Any]
Columns = Mapping[str, str]

NOTHING = "-"
_IDS = frozenset({"id", "version", "issuer_id", "customer_id"})
# By a fact's name, how its values look; None stands for every value of it.
_STYLES: Mapping[str, Mapping[str | None, str]] = {
    "client_secret": {None: "bold yellow"},
    "enabled": {"yes": "green", "no": "red"},
    "outcome": {"refused": "red"},
    "safe_to_revoke": {"yes": "green"},
    "state": {
        "active": "green",
        "upcoming": "cyan",
        "expiring": "yellow",
        "retired": "yellow",
        "removed": "dim",
        "expired": "red",
        "revoked": "red",
    },
}


class Output:
    """Where results go. as_json: one JSON object on a line of its own."""

    def __init__(self, *, as_json: bool, out: TextIO | None = None) -> None:
        self.as_json = as_json
        self._out = out or sys.stdout

    @property
    def draws(self) -> bool:
        """Whether a person is looking: a terminal that can draw, and no wish for plain text."""
        return not self.as_json and self._out.isatty() and os.environ.get("TERM", "dumb") != "dumb"

    def one(
        self,
        view: View,
        title: str = "",
        *,
        leave_out: Sequence[str] = (),
        spoken: bool = True,
        brief: bool = False,
    ) -> None:
        """One thing: as JSON all of it, for people a title and a line for each fact.

        spoken: whether names are said as words ("expires"), or stand as they are ("client_id").
        brief: whether people are spared facts that say nothing, and ids.
        """
        if self.as_json:
            self._json(view)
            return
        if title:
            self.title(title)
        facts = {name: shown(name, value) for name, value in view.items() if name not in leave_out}
        if brief:
            facts = {name: text for name, text in facts.items() if not _says_nothing(name, text)}
        width = max(map(len, facts), default=0)
        for name, text in facts.items():
            label = name.removesuffix("_at").replace("_", " ") if spoken else name
            self._line(f"  {label.ljust(width)}  ", text, _style(name, text))

    def many(
        self,
        items: Sequence[View],
        columns: Columns,
        *,
        after: str | None = None,
        empty: str = "There is none yet.",
    ) -> None:
        """A list: as JSON with the place to go on at, for people a table of `columns`."""
        if self.as_json:
            self._json({"items": list(items), "next": after})
            return
        if not items:
            self.note(f"None so far. There is more: --after {after}" if after else empty)
            return
        rows = [[shown(name, item.get(name)) for name in columns] for item in items]
        if self.draws:
            self._draw_table(columns, rows)
        else:
            self._plain_table(list(columns.values()), rows)
        if after:
            self.note(f"There is more: --after {after}")

    def title(self, text: str, style: str = "bold") -> None:
        """A line above what follows."""
        if not self.as_json:
            self._line("", text, style)

    def text(self, text: str = "") -> None:
        """A line of a result, for people only."""
        if not self.as_json:
            self._out.write(f"{text}\n")

    def raw(self, text: str) -> None:
        """A result as it is, for programs and people alike."""
        self._out.write(text)

    def flush(self) -> None:
        """Let a reader have what was printed until now."""
        self._out.flush()

    def note(self, text: str) -> None:
        """Something beside the result, on standard error."""
        sys.stderr.write(f"{text}\n")

    def _json(self, view: View) -> None:
        self._out.write(json.dumps(view, ensure_ascii=False) + "\n")

    def _line(self, label: str, text: str, style: str = "") -> None:
        if not self.draws:
            self._out.write(f"{label}{text}".rstrip() + "\n")
            return
        from rich.console import Console
        from rich.text import Text

        line = Text().append(label, style="dim").append(text, style=style)
        Console(file=self._out, soft_wrap=True, highlight=False).print(line)

    def _plain_table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        lines = [[heading.upper() for heading in headings], *rows]
        widths = [max(len(line[column]) for line in lines) for column in range(len(headings))]
        for line in lines:
            cells = (text.ljust(width) for text, width in zip(line, widths, strict=True))
            self._out.write("  ".join(cells).rstrip() + "\n")

    def _draw_table(self, columns: Columns, rows: Sequence[Sequence[str]]) -> None:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
        for heading in columns.values():
            table.add_column(heading.upper(), overflow="fold")
        for row in rows:
            cells = zip(columns, row, strict=True)
            table.add_row(*(Text(text, style=_style(name, text)) for name, text in cells))
        Console(file=self._out, highlight=False).print(table)


def _style(name: str, text: str) -> str:
    styles = _STYLES.get(name, {})
    return styles.get(text, styles.get(None, ""))


def _says_nothing(name: str, text: str) -> bool:
    return text == NOTHING or name in _IDS


def shown(name: str, value: Any) -> str:
    """A value as people read it: an instant by the minute, a list by its words."""
    if value is None or value in ("", [], (), {}):
        return NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "  ".join(f"{key}={_inline(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return " ".join(map(_inline, value))
    return _shown_scalar(name, value)


def _shown_scalar(name: str, value: Any) -> str:
    if name == "share":
        return f"{value:.0%}"
    if name.endswith("_at"):
        return instant_for_people(str(value))
    if name.endswith(("lifetime", "max_age")):
        return format_duration(value)
    return str(value)


def rfc3339(at: int) -> str:
    """An instant as JSON has it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant_for_people(rfc3339: str) -> str:
    """2026-11-21 19:40 UTC."""
    return f"{rfc3339[:10]} {rfc3339[11:16]} UTC"


def from_now(rfc3339: str, now: int) -> str:
    """How far off an instant is: "in 365 days", "in 3 hours", "2 days ago"."""
    at = datetime.strptime(rfc3339, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    seconds = int(at.timestamp()) - now
    number, unit = _rounded(abs(seconds))
    text = f"{number} {unit}{'' if number == 1 else 's'}"
    return f"in {text}" if seconds >= 0 else f"{text} ago"


def _rounded(seconds: int) -> tuple[int, str]:
    for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= 2 * size or (unit == "day" and seconds >= size):
            return round(seconds / size), unit
    return seconds, "second"


def _inline(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
