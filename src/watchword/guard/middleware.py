"""What `GuardMiddleware` is told, in ASGI and in WSGI alike."""

from collections.abc import Collection, Mapping
from typing import Any, Generic, TypeVar

from watchword.guard.answer import Answer, metadata_answer
from watchword.guard.guard import Guard
from watchword.guard.requirement import Expected, requirement

Application = TypeVar("Application")


class Middleware(Generic[Application]):
    """Lets through what has a good token; answers the rest, and requests for the API's metadata.

    scope, claims: what every request needs. public: exact paths that need no token.
    """

    def __init__(
        self,
        app: Application,
        guard: Guard[Any],
        *,
        scope: str = "",
        claims: Mapping[str, Expected] | None = None,
        public: Collection[str] = (),
    ) -> None:
        self._app = app
        self._guard = guard
        self._requirement = requirement(scope, claims)
        self._public = public_paths(public)

    def _metadata(self, method: str, path: str) -> Answer | None:
        return metadata_answer(self._guard, method, path)


def public_paths(public: Collection[str]) -> frozenset[str]:
    """Exact paths that need no token. Raises `ValueError` for what is no list of paths.

    A single text would be a list of its letters, "/" among them.
    """
    if isinstance(public, str) or not all(path.startswith("/") for path in public):
        raise ValueError('public is a list of paths that begin with a slash, as in ["/healthz"]')
    return frozenset(public)
