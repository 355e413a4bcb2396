"""A small real Django project: settings, views and URLs."""

import django
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.views import View

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


class Invoices(View):
    @guarded_view(scope="payments:read")
    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        return JsonResponse({"client": request.claims.client_id, "name": name})  # type: ignore[attr-defined]


class AsyncInvoices(View):
    @guarded_view(scope="payments:read")
    async def get(self, request: HttpRequest, name: str) -> HttpResponse:
        return JsonResponse({"client": request.claims.client_id, "name": name})  # type: ignore[attr-defined]


@method_decorator(guarded_view(scope="payments:read"), name="dispatch")
class WholeInvoices(View):
    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        return JsonResponse({"client": request.claims.client_id, "name": name})  # type: ignore[attr-defined]


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


class RestInvoices(APIView):  # type: ignore[misc]
    authentication_classes = ()
    permission_classes = ()

    @guarded_view(scope="payments:read")
    def get(self, request: Request, name: str) -> Response:
        return Response({"client": request.claims.client_id, "name": name})


urlpatterns = [
    path("method/<name>", Invoices.as_view()),
    path("async/<name>", AsyncInvoices.as_view()),
    path("whole/<name>", WholeInvoices.as_view()),
    path("rest/<name>/method", RestInvoices.as_view()),
    path("payments/<name>", payments),
    path("admin", admin),
    path("plain", plain),
    path("healthz", plain),
    path("rest/payments", RestPayments.as_view()),
    path("rest/anybody", RestAnybody.as_view()),
]
