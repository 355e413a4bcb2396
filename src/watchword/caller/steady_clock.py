"""A clock for lifetimes: it never jumps, and it goes on while the machine sleeps.

The calendar's clock jumps when it is set right; a token would then seem to live an hour longer,
or a back-off to last one.
"""

import time

_BOOT_TIME: int | None = getattr(time, "CLOCK_BOOTTIME", None)


def now() -> float:
    """Seconds since some moment in the past; only differences mean something."""
    # Python's monotonic clock stands still while a Linux machine is suspended.
    return time.monotonic() if _BOOT_TIME is None else time.clock_gettime(_BOOT_TIME)
