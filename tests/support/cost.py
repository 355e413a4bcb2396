"""What a call costs, measured so that a busy machine does not change the answer.

Not by the clock, which other programs move, and not by the process's CPU time, which counts other
threads: by the CPU time of the calling thread alone. Without garbage collection, which goes through
the heap of all tests before. And as the least of several attempts, because nothing makes a call
cheaper than it is.
"""

import gc
import math
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Call = Callable[[], Any]

_ATTEMPTS = 20
# A growth is believed after so many rounds: one slow small call alone must not hide it.
_ROUNDS = 3


def cost_of(call: Call, *, enough: float = 0.0) -> float:
    """The CPU seconds that a call needs. The first attempt at or under `enough` is the last."""
    least = math.inf
    with _no_collection():
        for _ in range(_ATTEMPTS):
            least = min(least, _spent(call))
            if least <= enough:
                break
    return least


def growth_of(small: Call, large: Call, *, enough: float = 0.0) -> float:
    """How many times as much a large call costs as a small one, by turns in the same moments.

    No further attempt is made once it is at or under `enough`.
    """
    least_small = least_large = math.inf
    with _no_collection():
        for attempt in range(1, _ATTEMPTS + 1):
            least_small = min(least_small, _spent(small))
            least_large = min(least_large, _spent(large))
            if attempt >= _ROUNDS and least_large <= enough * least_small:
                break
    return least_large / least_small


def median_wait(call: Call, *, times: int, enough: float) -> float:
    """The seconds on the clock that one call of `times` takes, in the best of some rounds.

    For what waits for others, so that CPU time would say nothing. No further round is made once
    the median is at or under `enough`.
    """
    medians: list[float] = []
    while len(medians) < _ATTEMPTS and (not medians or medians[-1] > enough):
        medians.append(statistics.median(_waited(call) for _ in range(times)))
    return min(medians)


def _waited(call: Call) -> float:
    before = time.perf_counter()
    call()
    return time.perf_counter() - before


def _spent(call: Call) -> float:
    before = time.thread_time()
    call()
    return time.thread_time() - before


@contextmanager
def _no_collection() -> Iterator[None]:
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
