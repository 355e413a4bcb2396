"""What `guarded` stands before: a function or a method, which gets the request."""

from collections.abc import Callable, Iterable
from inspect import isclass
from typing import TypeVar

T = TypeVar("T")


def require_function(handler: object, instead: str) -> None:
    """Raises `TypeError` for a whole class, which would be called with something else.

    instead: how a class is guarded.
    """
    if isclass(handler):
        raise TypeError(f"guarded stands before a function or a method, not a class: {instead}")


def request_among(arguments: Iterable[object], request_of: Callable[[object], T | None]) -> T:
    """The request: before it stands `self`, where a method is called.

    request_of: the request that an argument is or holds. Raises `TypeError` without one.
    """
    for argument in arguments:
        request = request_of(argument)
        if request is not None:
            return request
    raise TypeError("what guarded stands before is called without an HTTP request")
