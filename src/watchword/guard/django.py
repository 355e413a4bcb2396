"""The guard in Django: a middleware for all views, `guarded` for one; claims in `request.claims`.

    # settings.py
    WATCHWORD_GUARD = Guard(issuer="https://auth.example.com", audience="https://api.example.com")
    WATCHWORD_PUBLIC = ["/healthz"]
    MIDDLEWARE = [..., "watchword.guard.django.GuardMiddleware"]

    # views.py
    @guarded(scope="payments:read")
    def payments(request): ...

Both take `async` views as well, and then never block the event loop. `guarded` stands before the
methods of a class-based view, too, or before all of them by Django's `method_decorator`.
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from watchword.guard.answer import Answer, metadata_answer, refusal_answer
from watchword.guard.errors import GuardError
from watchword.guard.guard import Guard
from watchword.guard.handler import request_among, require_function
from watchword.guard.middleware import public_paths
from watchword.guard.requirement import NOTHING, Expected, Requirement, requirement
from watchword.guard.wsgi import claims_of, presented, query_of

View = Callable[..., Any]


class GuardMiddleware:
    """Lets through what has a good token, whatever the view; `WATCHWORD_PUBLIC` lists the rest."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self._get_response = get_response
        self._public = public_paths(getattr(settings, "WATCHWORD_PUBLIC", ()))
        self._is_async = iscoroutinefunction(get_response)
        if self._is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """The response, or a coroutine that brings it."""
        if self._is_async:
            return self._answer_async(request)
        answer = self._unguarded(request)
        if answer is None and request.path not in self._public:
            answer = _refusal(request, NOTHING)
        return self._get_response(request) if answer is None else answer

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        answer = self._unguarded(request)
        if answer is None and request.path not in self._public:
            answer = await _refusal_async(request, NOTHING)
        return await self._get_response(request) if answer is None else answer

    def _unguarded(self, request: HttpRequest) -> HttpResponseBase | None:
        answer = metadata_answer(guard(), str(request.method), request.path)
        return None if answer is None else _response(answer)


def guarded(
    *, scope: str = "", claims: Mapping[str, Expected] | None = None
) -> Callable[[View], View]:
    """Lets a view be called only with a token that has what it requires.

    The view is a function or a method, `async` or not. Raises `TypeError` for a class.
    """
    required = requirement(scope, claims)

    def decorate(view: View) -> View:
        require_function(view, 'method_decorator(guarded(…), name="dispatch")')
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarded_async_view(*args: Any, **kwargs: Any) -> Any:
                request = request_among((*args, *kwargs.values()), _request_of)
                refused = await _refusal_async(request, required)
                return await view(*args, **kwargs) if refused is None else refused

            return guarded_async_view

        @wraps(view)
        def guarded_view(*args: Any, **kwargs: Any) -> Any:
            request = request_among((*args, *kwargs.values()), _request_of)
            refused = _refusal(request, required)
            return view(*args, **kwargs) if refused is None else refused

        return guarded_view

    return decorate


def guard() -> Guard[Any]:
    """The project's guard, from `settings.WATCHWORD_GUARD`."""
    configured: Guard[Any] = settings.WATCHWORD_GUARD
    return configured


def _request_of(argument: object) -> Any:
    # REST framework hands its views a request of its own, which is like Django's.
    return argument if hasattr(argument, "META") else None


def _refusal(request: HttpRequest, required: Requirement) -> HttpResponseBase | None:
    """None where the request may pass; its claims are in `request.claims` then."""
    try:
        request.claims = claims_of(guard(), request.META, required)
    except GuardError as refusal:
        return _response(refusal_answer(refusal))
    return None


async def _refusal_async(request: HttpRequest, required: Requirement) -> HttpResponseBase | None:
    try:
        request.claims = await guard().verify_async(
            presented(guard(), request.META), require=required, query=query_of(request.META)
        )
    except GuardError as refusal:
        return _response(refusal_answer(refusal))
    return None


def _response(answer: Answer) -> HttpResponseBase:
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))
