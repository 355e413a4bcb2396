"""24 hours on business days."""

import calendar

import pytest

from watchword.core.business_clock import due_at

DAY = 86_400


def at(day: int, hour: int) -> int:
    """An instant of November 2026, whose first day was a Sunday."""
    return calendar.timegm((2026, 11, day, hour, 0, 0))


@pytest.mark.parametrize(
    ("since", "due"),
    [
        (at(16, 9), at(17, 9)),  # Monday to Tuesday
        (at(20, 9), at(23, 9)),  # Friday to Monday
        (at(21, 15), at(24, 0)),  # Saturday: the clock starts on Monday
        (at(22, 0), at(24, 0)),  # Sunday
        (at(20, 0), at(21, 0)),  # the whole of Friday
    ],
)
def test_the_clock_stands_still_at_weekends(since: int, due: int) -> None:
    assert due_at(since, DAY) == due


def test_two_weeks_of_business_are_fourteen_days_and_two_weekends_more() -> None:
    assert due_at(at(2, 0), 10 * DAY) == at(14, 0)
