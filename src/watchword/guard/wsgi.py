"""PEP 3333: the guard before any WSGI application: `GuardMiddleware`.

    application = GuardMiddleware(application, guard, scope="payments:read")

The claims stand in `environ["watchword.claims"]`.
"""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any

from watchword.guard.answer import Answer, refusal_answer
from watchword.guard.claims import Claims
from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard
from watchword.guard.middleware import Middleware
from watchword.guard.requirement import NOTHING, Requirement

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]


class GuardMiddleware(Middleware[Application]):
    """The guard before `app`; its options are those of `Middleware`."""

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application."""
        path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
        if path in self._public:
            return self._app(environ, start_response)
        answer = self._metadata(method, path) or self._refusal(environ)
        if answer is None:
            return self._app(environ, start_response)
        phrase = HTTPStatus(answer.status).phrase
        start_response(f"{answer.status} {phrase}", list(answer.headers))
        return [] if method == "HEAD" else [answer.body]

    def _refusal(self, environ: Environ) -> Answer | None:
        """None where the request may pass; its claims are in the environ then."""
        try:
            environ["watchword.claims"] = claims_of(self._guard, environ, self._requirement)
        except GuardError as refusal:
            return refusal_answer(refusal)
        return None


def claims_of(
    guard: Guard[Any], environ: Mapping[str, Any], require: Requirement = NOTHING
) -> Claims | None:
    """The claims of the request's token; raises `GuardError`. None only in report mode."""
    verdict: Claims | None = guard.verify(
        presented(guard, environ), require=require, query=query_of(environ)
    )
    return verdict


def presented(guard: Guard[Any], environ: Mapping[str, Any]) -> str | None:
    """The value of the header in which this guard looks for the token.

    A server joins a header that stands there twice with a comma, which the guard notices.
    """
    name = guard.presentation.header.upper().replace("-", "_")
    value: str | None = environ.get(f"HTTP_{name}")
    return value


def query_of(environ: Mapping[str, Any]) -> bytes:
    """The raw query string."""
    text: str = environ.get("QUERY_STRING", "")
    return text.encode("utf-8", "surrogateescape")
