"""For `httpx2`: `httpx2.Client(auth=TokenAuth(source))`, or an `AsyncClient` in the same way.

httpx2 leaves `Authorization` out when a redirect leads to another host. A vendor whose tokens stand
in a header of another name should be called without following redirects (the default).
"""

import httpx2

from watchword.caller.httpx_flow import TokenFlow


class TokenAuth(TokenFlow, httpx2.Auth):
    """Puts the source's token on each request; renews once and sends again after a 401."""

    replayable = httpx2.ByteStream
