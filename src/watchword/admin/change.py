"""Settings as they come in: all of a new thing's, or only those that change.

A `…Changes` struct has UNSET for what stays. Both kinds are checked by one table of rules.
"""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import asdict

Rules = Mapping[str, Callable[[Any], Any]]


def given(settings: Struct) -> dict[str, Any]:
    """The settings that were given, by name."""
    return {name: value for name, value in asdict(settings).items() if value is not UNSET}


def checked(settings: Struct, rules: Rules) -> dict[str, Any]:
    """The settings that were given, each one through its rule; `Invalid` from the first bad one."""
    return {
        name: rules[name](value) if name in rules else value
        for name, value in given(settings).items()
    }
