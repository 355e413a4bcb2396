"""The guard in Django REST framework: an authentication class, and `requires` for permissions.

    class Payments(APIView):
        authentication_classes = [GuardAuthentication]
        permission_classes = [requires("payments:read")]

`request.auth` holds the claims and `request.user` a `ClientPrincipal`. The guard is the project's,
`settings.WATCHWORD_GUARD`.
"""

from collections.abc import Mapping

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from watchword.guard.claims import Claims
from watchword.guard.django import guard
from watchword.guard.errors import CredentialsMissing, GuardError
from watchword.guard.requirement import NOTHING, Expected, Requirement, requirement
from watchword.guard.wsgi import claims_of


class ClientPrincipal:
    """The client behind a token, as Django's machinery wants a user: authenticated, and nobody."""

    is_authenticated = True
    is_anonymous = False
    is_active = True
    pk = None

    def __init__(self, claims: Claims) -> None:
        self.claims = claims
        self.username = claims.client_id or claims.subject

    def __str__(self) -> str:
        return self.username


class Refused(APIException):
    """A refusal as the framework answers it, with its challenge and Retry-After."""

    def __init__(self, refusal: GuardError) -> None:
        super().__init__(refusal.body)
        self.status_code = refusal.status
        self.refusal = refusal
        # Names that the framework's exception handler looks for.
        self.auth_header = refusal.challenge
        self.wait = refusal.retry_after


class GuardAuthentication(BaseAuthentication):
    """Authenticates the client by its access token; without one, leaves it to the permissions."""

    def authenticate(self, request: Request) -> tuple[ClientPrincipal, Claims] | None:
        """(principal, claims), None without credentials or in report mode; raises `Refused`."""
        try:
            claims = claims_of(guard(), request.META)
        except CredentialsMissing:
            return None
        except GuardError as refusal:
            raise Refused(refusal) from None
        return None if claims is None else (ClientPrincipal(claims), claims)

    def authenticate_header(self, request: Request) -> str:
        """The bare challenge for requests without credentials."""
        return guard().refusal(CredentialsMissing()).challenge or ""


def requires(scope: str = "", claims: Mapping[str, Expected] | None = None) -> type[BasePermission]:
    """A permission class for routes that need scopes, or claims, of the token."""

    class Requires(_TokenPermission):
        required = requirement(scope, claims)

    return Requires


class _TokenPermission(BasePermission):
    required: Requirement = NOTHING

    def has_permission(self, request: Request, view: APIView) -> bool:
        """True, or raises `Refused`; False without credentials, which becomes the challenge."""
        try:
            # The token is remembered since its authentication: this only asks for more.
            claims_of(guard(), request.META, self.required)
        except CredentialsMissing:
            return False
        except GuardError as refusal:
            raise Refused(refusal) from None
        return True
