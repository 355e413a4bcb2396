"""How long things are kept; `watchword.admin.retention` forgets what is older."""

from msgspec import Struct

from watchword.core.duration import SECONDS

_DAY = SECONDS["d"]


class Retention(Struct, frozen=True, kw_only=True):
    """How long things are kept, in seconds; None for ever."""

    events: int | None = None
    ledger: int | None = 90 * _DAY
    usage_by_the_minute: int = 30 * _DAY
    usage_by_the_hour: int = 400 * _DAY
    refusals: int = 7 * _DAY
    answers: int = _DAY
    notifications: int = 400 * _DAY
