"""Client authentication (RFC 6749, 2.3): one module a kind of proof, listed here.

To add a kind, write a module with an `authenticate` of the same shape, and give it a line in
AUTHENTICATORS under the type that the dialect reads its credentials into.
"""

from collections.abc import Awaitable, Callable, Mapping

from watchword.dialect.token_request import PresentedSecret, TokenRequest
from watchword.oauth.authorization_server import AuthorizationServer
from watchword.oauth.client_auth import secret
from watchword.oauth.client_auth.authenticated import AuthenticatedClient
from watchword.oauth.parts import Parts

__all__ = ["AUTHENTICATORS", "AuthenticatedClient", "authenticate"]

Authenticator = Callable[
    [TokenRequest, AuthorizationServer, Parts, int], Awaitable[AuthenticatedClient]
]

AUTHENTICATORS: Mapping[type, Authenticator] = {
    PresentedSecret: secret.authenticate,
}


def authenticate(
    request: TokenRequest, server: AuthorizationServer, parts: Parts, now: int
) -> Awaitable[AuthenticatedClient]:
    """Find out who asks, by the kind of credentials presented.

    Raises a subclass of InvalidClient, TooManyRequests or TemporarilyUnavailable; all that are
    raised for a guesser's reasons cost about the same time.
    """
    return AUTHENTICATORS[type(request.credentials)](request, server, parts, now)
