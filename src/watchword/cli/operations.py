"""The operations of the administration API by name, for the desks that do them."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from watchword.app.administration.operation import Operation
from watchword.app.administration.resource import OPERATIONS

_PARAMETER = re.compile(r"\{(\w+)\}")
BY_NAME: Mapping[str, Operation] = {operation.name: operation for operation in OPERATIONS}


def path_of(operation: Operation, *targets: str) -> dict[str, str]:
    """The parameters in the operation's path with their values."""
    return dict(zip(_PARAMETER.findall(operation.path), targets, strict=True))


def said(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values that say something: UNSET stays unsaid, and so does what a query leaves open."""
    return {name: value for name, value in (values or {}).items() if value is not msgspec.UNSET}
