"""What stands below PREFIX on the administration listener: the API, and its token endpoint.

The API is a web application like others, and a worker that only mints tokens starts without it.
"""

from watchword.admin.administrator import TOKEN_PATH
from watchword.admin.estate import Estate
from watchword.app.administration.operation import PREFIX
from watchword.app.asgi import Application, Receive, Scope, Send
from watchword.app.endpoints import Workshop, token_endpoint
from watchword.app.issuers import Issuers
from watchword.app.late import Late
from watchword.app.problem import send_problem

__all__ = ["PREFIX", "Mount"]


class Mount:
    """Hands a request to the token endpoint of the built-in issuer, or to the API."""

    def __init__(self, estate: Estate, issuers: Issuers, workshop: Workshop) -> None:
        self._estate = estate
        self._issuers = issuers
        self._workshop = workshop
        self._api = Late(self._make_api)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] != PREFIX + TOKEN_PATH:
            await self._api(scope, receive, send)
            return
        server = self._issuers.built_in
        if server is None:
            await send_problem(send, 503, "There is no administrator yet: start `watchword serve`.")
        else:
            await token_endpoint(server, self._workshop, 0)(scope, receive, send)

    def _make_api(self) -> Application:
        from watchword.app.administration.application import administration

        return administration(self._estate, lambda: self._issuers.built_in)
