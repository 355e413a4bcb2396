"""A small real Django project: settings, views and URLs."""

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path

from tests.guard.issuing import SmallIssuer, guarded

ISSUED = SmallIssuer()

if not settings.configured:
    settings.configure(
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="for this test only",
        INSTALLED_APPS=["rest_framework"],
        REST_FRAMEWORK={"UNAUTHENTICATED_USER": None},
        WATCHWORD_GUARD=guarded(ISSUED, resource="https://api.example.com"),
        WATCHWORD_PUBLIC=["/healthz"],
        MIDDLEWARE=[],
    )
    django.setup()

from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from watchword.guard.django import guarded as guarded_view  # noqa: E402
from watchword.guard.rest_framework import GuardAuthentication, requires  # noqa: E402


@guarded_view(scope="payments:read")
def payments(request: HttpRequest, name: str) -> HttpResponse:
    return JsonResponse({"client": request.claims.client_id, "name": name})  # type: ignore[attr-defined]


@guarded_view(claims={"admin": True})
async def admin(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"client": request.claims.client_id})  # type: ignore[attr-defined]


def plain(request: HttpRequest) -> HttpResponse:
    claims = getattr(request, "claims", None)
    return HttpResponse("nobody" if claims is None else claims.client_id)


class RestPayments(APIView):  # type: ignore[misc]
    authentication_classes = (GuardAuthentication,)
    permission_classes = (requires("payments:read"),)

    def get(self, request: Request) -> Response:
        return Response({"user": str(request.user), "client": request.auth.client_id})


class RestAnybody(APIView):  # type: ignore[misc]
    authentication_classes = (GuardAuthentication,)
    permission_classes = ()

    def get(self, request: Request) -> Response:
        return Response({"known": request.auth is not None})


urlpatterns = [
    path("payments/<name>", payments),
    path("admin", admin),
    path("plain", plain),
    path("healthz", plain),
    path("rest/payments", RestPayments.as_view()),
    path("rest/anybody", RestAnybody.as_view()),
]
