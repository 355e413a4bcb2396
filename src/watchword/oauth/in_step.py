"""Requests in flight take each step of the token path together, because that is cheaper.

A step that runs for thirty requests in a row finds its code, tables and data in the processor's
caches; one request run from end to end finds there what other steps have left. It is a sixth of a
token's cost, and more where a signature's tables are large. A request that is alone pays a few
microseconds for it.
"""

import types
from collections.abc import Generator


@types.coroutine
def in_step() -> Generator[None, None, None]:
    """Wait until the other requests in flight have come as far as this one: one turn of the loop.

    To be awaited in a task. The loop runs tasks in the order in which they began to wait, so nobody
    is overtaken.
    """
    yield
