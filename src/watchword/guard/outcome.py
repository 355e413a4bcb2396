"""What a guard decided, counted and logged; and whether its decisions count.

`enforce` refuses. `report` is for a roll-out before an API that had no guard: it refuses nothing,
and where it would have refused there are no claims, never unverified ones.
"""

import logging
import threading
from typing import Literal

from watchword.guard.errors import GuardError

Mode = Literal["enforce", "report"]

log = logging.getLogger("watchword.guard")


class Tally:
    """How often each outcome was: `accepted`, or the name of the error's class."""

    __slots__ = ("_counts", "_lock")

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def count(self, outcome: str) -> None:
        """One more."""
        with self._lock:
            self._counts[outcome] = self._counts.get(outcome, 0) + 1

    def counts(self) -> dict[str, int]:
        """All counts since the start."""
        with self._lock:
            return dict(self._counts)


def log_refusal(refusal: GuardError, mode: Mode) -> None:
    """The reason, for the operator; a refusal that did not happen is the louder one."""
    level = logging.WARNING if mode == "report" else logging.INFO
    log.log(
        level,
        "%s %d %s: %s",
        "would refuse" if mode == "report" else "refused",
        refusal.status,
        type(refusal).__name__,
        refusal.reason,
    )


def warn_of_report() -> None:
    """Said once at start: an API that only reports is open."""
    log.warning("mode is report: NOTHING is refused, requests without a valid token go through")
