"""Clients that ask for tokens without a pause, in threads, until the server or the test ends."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.support.wire import Answer


class Load:
    """What came back so far. lost: requests that got no whole answer."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.lost = 0
        self.stopping = threading.Event()

    def ask_on(self, ask: Callable[[], Answer]) -> None:
        """Ask until told to stop; a server that was killed answers no more."""
        while not self.stopping.is_set():
            try:
                self.answers.append(ask())
            except OSError:
                self.lost += 1
                self.stopping.wait(0.02)


@contextmanager
def under_load(ask: Callable[[], Answer], threads: int = 4) -> Iterator[Load]:
    """Let `threads` of them ask for the length of the block."""
    load = Load()
    workers = [threading.Thread(target=load.ask_on, args=(ask,)) for _ in range(threads)]
    for worker in workers:
        worker.start()
    try:
        yield load
    finally:
        load.stopping.set()
        for worker in workers:
            worker.join()
