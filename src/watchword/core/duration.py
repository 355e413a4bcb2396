"""Durations as people type them: 90s, 15m, 12h, 30d, 1y."""

import re

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "y": 365 * 86_400}
_TYPED = re.compile(r"(\d{1,9})([smhdy])", re.ASCII)


class InvalidDuration(ValueError):
    """The text is no duration; the message says what one looks like."""


def parse_duration(text: str) -> int:
    """Seconds of "90s", "15m", "12h", "30d" or "1y" (365 days). Raises InvalidDuration."""
    match = _TYPED.fullmatch(text.strip())
    if match is None:
        raise InvalidDuration(f"{text!r} is not a duration: write 90s, 15m, 12h, 30d or 1y")
    return int(match[1]) * SECONDS[match[2]]


def format_duration(seconds: int) -> str:
    """The shortest exact way to type `seconds`: 3600 is "1h", 90 is "90s"."""
    for unit in "ydhm":
        if seconds and seconds % SECONDS[unit] == 0:
            return f"{seconds // SECONDS[unit]}{unit}"
    return f"{seconds}s"
