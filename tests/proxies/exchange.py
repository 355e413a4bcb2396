"""One request to a proxy, byte for byte as it is written."""

import http.client
import json
from typing import Any, NamedTuple

from tests.support.patience import PATIENCE

# What no client may say of itself, in both spellings that reach an API as one.
FORGED = {
    "X-Client-Id": "root",
    "X_Client_Id": "root",
    "X-Subject": "root",
    "X-SCOPE": "payments:write",
    "X_scope": "payments:write",
    "X-Token-Id": "root",
    "X_Token_Issuer": "root",
    "X-Token-Expires": "root",
}
IDENTITY = (
    "x-client-id",
    "x-subject",
    "x-scope",
    "x-token-id",
    "x-token-issuer",
    "x-token-expires",
)


class Exchange(NamedTuple):
    """An answer. headers: by lower-case name. body: as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def received(self) -> dict[str, str]:
        """The headers that reached the API; names as WSGI has them."""
        echoed: dict[str, Any] = json.loads(self.body)
        return dict(echoed["headers"])

    @property
    def identity(self) -> dict[str, str]:
        """Those of them that say who the client is, without the empty ones."""
        return {name: self.received[name] for name in IDENTITY if self.received.get(name)}


def ask(
    public: str,
    token: str | None = None,
    path: str = "/payments/7",
    method: str = "GET",
    headers: dict[str, str] | None = None,
    body: str | None = None,
    also: str | None = None,
) -> Exchange:
    """The answer to one request. also: another token, in an Authorization header of its own."""
    shown = [("Authorization", f"Bearer {each}") for each in (token, also) if each is not None]
    connection = http.client.HTTPConnection(public, timeout=PATIENCE)
    try:
        # http.client refuses some hostile paths; a hostile client would not.
        connection._validate_path = lambda path: None  # type: ignore[attr-defined]
        connection.putrequest(method, path)
        for name, value in [*shown, *(headers or {}).items()]:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(None if body is None else body.encode())
        answer = connection.getresponse()
        named = {name.lower(): value for name, value in answer.getheaders()}
        return Exchange(answer.status, named, answer.read())
    finally:
        connection.close()
