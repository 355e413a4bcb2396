"""Waiting, on a machine that may be busy with other things.

Where the product promises no time, `eventually` and `wait_until` wait for as long as it may ever
take; that costs nothing where all is well. Where it promises a time, `within` counts looks: it
looks as often as a machine with nothing else to do would in that time. What takes the machine from
the product takes it from who looks, too.
"""

import asyncio
import math
import time
from collections.abc import Callable

PATIENCE = 60.0
_PAUSE = 0.02
_BETWEEN_LOOKS = 0.05

Condition = Callable[[], object]


def eventually(condition: Condition) -> bool:
    """Whether it comes true at all."""
    deadline = time.monotonic() + PATIENCE
    while not (so := bool(condition())) and time.monotonic() < deadline:
        time.sleep(_PAUSE)
    return so


def wait_until(condition: Condition) -> None:
    """Go on once it is true."""
    assert eventually(condition), "it did not happen"


async def until(condition: Condition) -> None:
    """The same for a task."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        await asyncio.sleep(_PAUSE / 4)


def within(seconds: float, condition: Condition) -> bool:
    """Whether it comes true within the looks of `seconds`."""
    for _ in range(_looks(seconds)):
        if condition():
            return True
        time.sleep(_BETWEEN_LOOKS)
    return bool(condition())


async def within_async(seconds: float, condition: Condition) -> bool:
    """The same for a task."""
    for _ in range(_looks(seconds)):
        if condition():
            return True
        await asyncio.sleep(_BETWEEN_LOOKS)
    return bool(condition())


def _looks(seconds: float) -> int:
    return math.ceil(seconds / _BETWEEN_LOOKS)
