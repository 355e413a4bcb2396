"""Data that holds a secret or a token, and shows neither."""

from collections.abc import Iterator
from typing import Any, ClassVar

from msgspec import Struct


class Private(Struct, frozen=True, kw_only=True):
    """A struct of whose members only those in `shown` appear in `repr` and in rich's tracebacks."""

    shown: ClassVar[tuple[str, ...]] = ()

    def __repr__(self) -> str:
        members = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.shown)
        return f"{type(self).__name__}({members})"

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        for name in self.shown:
            yield name, getattr(self, name)
