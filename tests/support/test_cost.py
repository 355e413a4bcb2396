"""The measure that tests of cost rest on sees what it is there to see."""

import gc
import threading
import time

from tests.support.cost import cost_of, growth_of


def squared(size: int) -> int:
    return sum(1 for _ in range(size) for _ in range(size))


def work(size: int) -> int:
    return sum(1 for _ in range(size))


def test_other_threads_and_waiting_cost_nothing() -> None:
    stop = threading.Event()
    busy = threading.Thread(target=lambda: [work(1000) for _ in iter(stop.is_set, True)])
    busy.start()
    try:
        assert cost_of(lambda: time.sleep(0.02)) < 0.01
    finally:
        stop.set()
        busy.join()


def test_the_cheapest_attempt_counts_and_enough_is_enough() -> None:
    sizes = iter([200_000, 20, 200_000])

    assert cost_of(lambda: work(next(sizes)), enough=0.001) <= 0.001
    assert next(sizes) == 200_000


def test_a_square_is_told_from_a_line() -> None:
    assert growth_of(lambda: work(5_000), lambda: work(20_000), enough=8) <= 8
    assert growth_of(lambda: squared(50), lambda: squared(200), enough=8) > 8


def test_nothing_is_collected_meanwhile_and_all_is_as_before() -> None:
    was_on, seen = gc.isenabled(), list[bool]()

    cost_of(lambda: seen.append(gc.isenabled()), enough=1)

    assert seen == [False]
    assert gc.isenabled() is was_on
