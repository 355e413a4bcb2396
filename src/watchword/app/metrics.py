"""Metrics of all workers in Prometheus' text format, at `/metrics` of the administration listener.

Whichever worker is asked answers for all: each one leaves its tally once a second in a directory
that they share, and a worker that died leaves its last one there, so that no counter goes back.
They count outcomes, never HTTP statuses, because a dialect may refuse with a 200.
"""

import contextlib
import itertools
import os
import resource
from collections.abc import Iterator
from pathlib import Path

import msgspec

import watchword
from watchword.app.asgi import Receive, Scope, Send, send_answer
from watchword.app.tally import BOUNDS, Tally

CONTENT_TYPE = b"text/plain; version=0.0.4; charset=utf-8"


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
        self._board = board

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with all metrics as they stand."""
        headers = [(b"content-type", CONTENT_TYPE), (b"cache-control", b"no-store")]
        await send_answer(send, 200, headers, page_of(self._board.total()))


class _Page:
    """The text of a page in Prometheus' exposition format, version 0.0.4."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def family(self, name: str, kind: str, help_: str) -> None:
        """Begin a family of samples."""
        self._lines += [f"# HELP {name} {help_}", f"# TYPE {name} {kind}"]

    def sample(self, name: str, value: float, **labels: object) -> None:
        """Add a sample."""
        written = ",".join(f'{label}="{_escaped(str(text))}"' for label, text in labels.items())
        self._lines.append(f"{name}{{{written}}} {value}" if written else f"{name} {value}")

    def encode(self) -> bytes:
        """The page."""
        return "\n".join([*self._lines, ""]).encode()


def page_of(total: Tally) -> bytes:
    """The metrics page that says `total`."""
    page = _Page()
    name = "watchword_token_requests_total"
    page.family(name, "counter", "Answered token requests; outcome: issued or the refusal's cause.")
    for issuer, outcomes in total.outcomes.items():
        for outcome, count in outcomes.items():
            page.sample(name, count, issuer=issuer, outcome=outcome)
    _write_durations(page, total)
    name = "watchword_http_refusals_total"
    page.family(name, "counter", "Requests that broke HTTP's rules, were too large or too slow.")
    for status, count in total.refusals.items():
        page.sample(name, count, status=status)
    page.family("watchword_faults_total", "counter", "Exceptions that nobody foresaw.")
    page.sample("watchword_faults_total", total.faults)
    _write_process(page)
    return page.encode()


def _write_durations(page: _Page, total: Tally) -> None:
    name = "watchword_token_request_duration_seconds"
    page.family(name, "histogram", "From a token request's last byte to its answer.")
    for issuer, durations in total.durations.items():
        counts = list(itertools.accumulate(durations.buckets))
        for bound, count in zip([*BOUNDS, "+Inf"], counts, strict=True):
            page.sample(f"{name}_bucket", count, issuer=issuer, le=bound)
        page.sample(f"{name}_count", counts[-1], issuer=issuer)
        page.sample(f"{name}_sum", durations.total, issuer=issuer)


def _write_process(page: _Page) -> None:
    page.family("watchword_build_info", "gauge", "The version that runs.")
    page.sample("watchword_build_info", 1, version=watchword.__version__)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    name = "watchword_worker_cpu_seconds_total"
    page.family(name, "counter", "Processor time of the worker that answered.")
    page.sample(name, usage.ru_utime + usage.ru_stime, pid=os.getpid())


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
