"""Metrics of all workers in Prometheus' text format, at `/metrics` of the administration listener.

Whichever worker is asked answers for all: each one leaves its tally once a second in a directory
that they share, and a worker that died leaves its last one there, so that no counter goes back.
They count outcomes, never HTTP statuses, because a dialect may refuse with a 200.
"""

import contextlib
import os
import resource
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

import watchword
from watchword.app.asgi import Receive, Scope, Send, send_answer
from watchword.app.tally import BOUNDS, Tally


class Board:
    """Where workers leave their tallies for each other. directory: None for a lone worker."""

    def __init__(self, tally: Tally, directory: Path | None = None) -> None:
        self._tally = tally
        self._directory = directory
        self._own = f"{os.getpid()}.json"

    def leave(self) -> None:
        """Leave this worker's tally for the others."""
        if self._directory is None:
            return
        draft = self._directory / f"{self._own}.new"
        with contextlib.suppress(OSError):
            draft.write_bytes(msgspec.json.encode(self._tally))
            draft.replace(self._directory / self._own)

    def total(self) -> Tally:
        """All workers' tallies in one."""
        total = Tally()
        total.add(self._tally)
        for other in self._others():
            total.add(other)
        return total

    def _others(self) -> Iterator[Tally]:
        if self._directory is None:
            return
        for path in self._directory.glob("*.json"):
            if path.name != self._own:
                with contextlib.suppress(OSError, msgspec.MsgspecError):
                    yield msgspec.json.decode(path.read_bytes(), type=Tally)


class Metrics:
    """The `/metrics` page."""

    def __init__(self, board: Board) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Collector(board))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with all metrics as they stand."""
        headers = [
            (b"content-type", CONTENT_TYPE_LATEST.encode()),
            (b"cache-control", b"no-store"),
        ]
        await send_answer(send, 200, headers, generate_latest(self._registry))


class _Collector(Collector):
    def __init__(self, board: Board) -> None:
        self._board = board

    def collect(self) -> Iterable[Metric]:
        total = self._board.total()
        yield _outcomes(total)
        yield _durations(total)
        yield _refusals(total)
        yield CounterMetricFamily(
            "watchword_faults", "Exceptions that nobody foresaw.", value=total.faults
        )
        yield _build()
        yield _cpu()


def _outcomes(total: Tally) -> Metric:
    family = CounterMetricFamily(
        "watchword_token_requests",
        "Answered token requests; outcome is 'issued' or the refusal's cause.",
        labels=["issuer", "outcome"],
    )
    for issuer, outcomes in total.outcomes.items():
        for outcome, count in outcomes.items():
            family.add_metric([issuer, outcome], count)
    return family


def _durations(total: Tally) -> Metric:
    family = HistogramMetricFamily(
        "watchword_token_request_duration_seconds",
        "From a token request's last byte to its answer.",
        labels=["issuer"],
    )
    for issuer, durations in total.durations.items():
        counts = [sum(durations.buckets[: n + 1]) for n in range(len(durations.buckets))]
        names = [*map(str, BOUNDS), "+Inf"]
        family.add_metric([issuer], list(zip(names, counts, strict=True)), durations.total)
    return family


def _refusals(total: Tally) -> Metric:
    family = CounterMetricFamily(
        "watchword_http_refusals",
        "Requests that broke the rules of HTTP or were too large or too slow.",
        labels=["status"],
    )
    for status, count in total.refusals.items():
        family.add_metric([str(status)], count)
    return family


def _build() -> Metric:
    family = GaugeMetricFamily("watchword_build_info", "Version.", labels=["version"])
    family.add_metric([watchword.__version__], 1)
    return family


def _cpu() -> Metric:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return CounterMetricFamily(
        "watchword_worker_cpu_seconds",
        "Processor time of the worker that answered.",
        value=usage.ru_utime + usage.ru_stime,
    )
