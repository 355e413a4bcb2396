"""Results as tables for people; the JSON beside them is for programs."""

from collections.abc import Sequence
from typing import Any

_COLUMNS = (
    ("name", "", "{}"),
    ("tokens_per_second", "tokens/s", "{:,}"),
    ("p50_us", "p50 µs", "{:,.0f}"),
    ("p99_us", "p99 µs", "{:,.0f}"),
    ("cpu_us", "CPU µs", "{:.1f}"),
    ("signature_us", "signature µs", "{:.1f}"),
    ("signatures", "of its signature", "{:.2f}"),
    ("es256", "of ES256's", "{:.2f}"),
    ("others_cores", "others' cores", "{:.2f}"),
    ("times_ours", "of ours", "{:.2f}"),
)


def table(title: str, candidates: Sequence[dict[str, Any]]) -> str:
    """The medians of `candidates`, one a line, under the headings that they have figures for."""
    columns = [column for column in _COLUMNS if column[0] in candidates[0]]
    rows = [[form.format(each[key]) for key, _, form in columns] for each in candidates]
    rows.insert(0, [heading for _, heading, _ in columns])
    widths = [max(len(row[at]) for row in rows) for at in range(len(columns))]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([title, *lines])


def facts(title: str, values: dict[str, Any]) -> str:
    """Single figures, one a line."""
    width = max(map(len, values), default=0)
    return "\n".join(
        [title, *(f"  {name.ljust(width)}  {value}" for name, value in values.items())]
    )


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first = cells[0].ljust(widths[0])
    rest = [cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True)]
    return "  " + "  ".join([first, *rest])
