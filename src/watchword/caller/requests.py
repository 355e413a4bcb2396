"""For `requests`: `requests.get(url, auth=TokenAuth(source))`, or once for a session.

The session's redirects keep what requests keeps: `Authorization` is left out when the host changes.
A vendor whose tokens stand in a header of another name should be called with
`allow_redirects=False`.
"""

import contextlib
import functools
import io
from typing import Any

import requests
from requests.auth import AuthBase

from watchword.caller.access_token import AccessToken
from watchword.caller.challenge import blames_token
from watchword.caller.errors import CallerError
from watchword.caller.token_source import TokenSource


class TokenAuth(AuthBase):
    """Puts the source's token on each request; renews once and sends again after a 401.

    A request is sent again only if its body can be: bytes, text, or a file that can seek.
    Whatever `source.token()` raises comes out of the call, but never from a second attempt: there
    the API's own 401 stands.
    """

    def __init__(self, source: TokenSource) -> None:
        self._source = source

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        token = self._source.access_token()
        request.headers.update(token.headers)
        answered = functools.partial(self._answered, token, _position(request.body))
        request.hooks["response"].append(answered)
        return request

    def _answered(
        self, token: AccessToken, start: int | None, response: requests.Response, **options: Any
    ) -> requests.Response:
        request = response.request
        # After a redirect to another host the token was not sent, and the answer says nothing
        # of it.
        carried = token.headers.items() <= request.headers.items()
        challenges = [response.headers.get("WWW-Authenticate", "")]
        if not carried or not blames_token(response.status_code, challenges):
            return response
        if not self._source.rejected(token.value) or not _rewound(request.body, start):
            return response
        try:
            token = self._source.access_token()
        except CallerError:
            return response
        return _again(response, token, options)


def _again(
    response: requests.Response, token: AccessToken, options: dict[str, Any]
) -> requests.Response:
    # The connection is used again only when its answer has been read to the end.
    _ = response.content
    response.close()
    request = response.request.copy()
    request.headers.update(token.headers)
    answer: requests.Response = response.connection.send(request, **options)
    answer.history.append(response)
    answer.request = request
    return answer


def _position(body: Any) -> int | None:
    with contextlib.suppress(AttributeError, OSError, io.UnsupportedOperation):
        return int(body.tell())
    return None


def _rewound(body: Any, start: int | None) -> bool:
    if body is None or isinstance(body, bytes | str):
        return True
    if start is None:
        return False
    with contextlib.suppress(AttributeError, OSError, io.UnsupportedOperation):
        body.seek(start)
        return True
    return False
