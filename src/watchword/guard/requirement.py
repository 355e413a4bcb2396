"""RFC 6750, 3.1: what a route asks of a token that has been verified."""

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

from watchword.guard.claims import Claims
from watchword.guard.errors import InsufficientScope, PermissionDenied

# A value that the claim must equal or, where the claim is a list, hold; or a question about it.
Expected = str | int | float | bool | Callable[[object], bool] | None


class Requirement(Struct, frozen=True, kw_only=True):
    """scopes: all of them are needed. claims: each must be there and be as expected."""

    scopes: frozenset[str] = frozenset()
    claims: tuple[tuple[str, Expected], ...] = ()

    def refuse(self, claims: Claims) -> None:
        """Raises `InsufficientScope` or `PermissionDenied`."""
        lacking = self.scopes - claims.scopes
        if lacking:
            reason = f"the token lacks the scope {' '.join(sorted(lacking))}"
            raise InsufficientScope(reason, scope=" ".join(sorted(self.scopes)))
        for name, expected in self.claims:
            if name not in claims.claims or not _as_expected(claims.claims[name], expected):
                raise PermissionDenied(f"the claim {name} is missing or not what is needed")


NOTHING = Requirement()


def requirement(
    scope: str | Iterable[str] = "", claims: Mapping[str, Expected] | None = None
) -> Requirement:
    """A requirement from what a route says: `scope` as RFC 6749, 3.3 writes it, or its words."""
    if isinstance(scope, str) and not claims:
        return _of_scope(scope)
    words = scope.split() if isinstance(scope, str) else scope
    return Requirement(scopes=frozenset(words), claims=tuple((claims or {}).items()))


@lru_cache(maxsize=256)
def _of_scope(scope: str) -> Requirement:
    return Requirement(scopes=frozenset(scope.split())) if scope else NOTHING


def _as_expected(value: object, expected: Expected) -> bool:
    if callable(expected):
        return bool(expected(value))
    if isinstance(value, tuple):
        return any(_same(item, expected) for item in value)
    return _same(value, expected)


def _same(value: object, expected: object) -> bool:
    # True equals 1 to Python; to JSON it does not.
    return value == expected and isinstance(value, bool) == isinstance(expected, bool)
