"""The guard in Flask: `guarded` before a view, claims in `flask.g.claims`.

    @app.get("/payments")
    @guarded(guard, scope="payments:read")
    def payments():
        return {"for": g.claims.client_id}

It stands before the methods of a `MethodView` just so, or in its `decorators`. A whole application
is guarded with `watchword.guard.wsgi.GuardMiddleware`.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec

from flask import Response, current_app, g, request

from watchword.guard.answer import refusal_answer
from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard
from watchword.guard.handler import require_function
from watchword.guard.requirement import Expected, requirement
from watchword.guard.wsgi import claims_of

P = ParamSpec("P")


def guarded(
    guard: Guard[Any], *, scope: str = "", claims: Mapping[str, Expected] | None = None
) -> Callable[[Callable[P, Any]], Callable[P, Any]]:
    """Lets a view be called only with a token that has what it requires.

    The view is a function or a method, `async` or not. Raises `TypeError` for a class.
    """
    required = requirement(scope, claims)

    def decorate(view: Callable[P, Any]) -> Callable[P, Any]:
        require_function(view, "decorators = [guarded(…)] in it, or before its methods")

        @wraps(view)
        def guarded_view(*args: P.args, **kwargs: P.kwargs) -> Any:
            try:
                g.claims = claims_of(guard, request.environ, required)
            except GuardError as refusal:
                return refusal_response(refusal)
            return current_app.ensure_sync(view)(*args, **kwargs)

        return guarded_view

    return decorate


def refusal_response(refusal: GuardError) -> Response:
    """The answer to a request that is not let through."""
    answer = refusal_answer(refusal)
    return Response(answer.body, answer.status, list(answer.headers))
