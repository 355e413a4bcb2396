"""What a worker counts: plain numbers in memory, cheap enough for the token path."""

from bisect import bisect_left

from msgspec import Struct, field

# Upper bounds in seconds; the last bucket has none.
BOUNDS = (
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
)  # fmt: skip


class Durations(Struct, gc=False):
    """How long answers took. buckets: one count for each of BOUNDS, and one more."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0

    def add(self, seconds: float) -> None:
        """Count one answer."""
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds


class Tally(Struct):
    """Counts since this worker's start.

    outcomes: issuer name → outcome → token requests. durations: issuer name → Durations.
    refusals: HTTP status → requests that no application saw. faults: exceptions of ours.
    """

    outcomes: dict[str, dict[str, int]] = {}
    durations: dict[str, Durations] = {}
    refusals: dict[int, int] = {}
    faults: int = 0

    def count_outcome(self, issuer: str, outcome: str) -> None:
        """Count an answered token request."""
        outcomes = self.outcomes.setdefault(issuer, {})
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    def count_refusal(self, status: int) -> None:
        """Count a request that was refused before any application saw it."""
        self.refusals[status] = self.refusals.get(status, 0) + 1

    def durations_of(self, issuer: str) -> Durations:
        """The durations of an issuer's token endpoint."""
        return self.durations.setdefault(issuer, Durations())

    def add(self, other: "Tally") -> None:
        """Add what another worker has counted."""
        for issuer, outcomes in other.outcomes.items():
            mine = self.outcomes.setdefault(issuer, {})
            for outcome, count in outcomes.items():
                mine[outcome] = mine.get(outcome, 0) + count
        for issuer, durations in other.durations.items():
            own = self.durations_of(issuer)
            own.buckets = [a + b for a, b in zip(own.buckets, durations.buckets, strict=True)]
            own.total += durations.total
        for status, count in other.refusals.items():
            self.refusals[status] = self.refusals.get(status, 0) + count
        self.faults += other.faults
