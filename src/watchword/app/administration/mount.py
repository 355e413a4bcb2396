"""What stands below PREFIX on the administration listener: the API, and its token endpoint.

The API is a web application like others, and a worker that only mints tokens starts without it.
"""

import http
import json

from watchword.admin.administrator import TOKEN_PATH
from watchword.admin.estate import Estate
from watchword.app.administration.operation import PREFIX
from watchword.app.asgi import Application, Receive, Scope, Send
from watchword.app.endpoints import Workshop, token_endpoint
from watchword.app.head import Refused
from watchword.app.issuers import Issuers
from watchword.app.late import Late
from watchword.app.problem import problem_headers, send_problem
from watchword.dialect.wire import WireRequest, WireResponse

__all__ = ["PREFIX", "Mount", "refused"]

# What the API calls a request that broke the rules of HTTP, and was refused before it came here.
_CODES = {408: "too_slow", 431: "too_large"}


def refused(request: WireRequest, refused: Refused) -> WireResponse | None:
    """The API's words for such a request, None for one that was not for the API."""
    if not request.path.startswith(PREFIX.encode()):
        return None
    code = _CODES.get(refused.status, "malformed_request")
    problem = {
        "type": f"urn:watchword:problem:{code}",
        "title": http.HTTPStatus(refused.status).phrase,
        "status": refused.status,
        "code": code,
        "detail": refused.detail,
        "request_id": request.request_id,
    }
    headers = tuple(problem_headers(request.request_id))
    return WireResponse(refused.status, headers, json.dumps(problem).encode())


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
