"""The clock of "within 24 hours during business days": it stands still on Saturday and Sunday.

Days are those of UTC. Public holidays are not known here.
"""

from watchword.core.duration import SECONDS

_DAY = SECONDS["d"]
# 1970-01-01 was a Thursday: day number 0 is the fourth day of its week, counted from Monday as 0.
_EPOCH_WEEKDAY = 3
_SATURDAY = 5


def due_at(since: int, seconds: int) -> int:
    """When `seconds` of business days have passed since `since`; both in epoch seconds."""
    now, left = _next_business_moment(since), seconds
    while left > 0:
        end_of_day = (now // _DAY + 1) * _DAY
        spent = min(left, end_of_day - now)
        left -= spent
        now += spent
        if left > 0:
            now = _next_business_moment(now)
    return now


def _next_business_moment(at: int) -> int:
    weekday = (at // _DAY + _EPOCH_WEEKDAY) % 7
    return at if weekday < _SATURDAY else (at // _DAY + 7 - weekday) * _DAY
