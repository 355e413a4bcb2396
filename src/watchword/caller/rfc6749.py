"""RFC 6749, 4.4.2: the token request of a server that keeps to the standard."""

import base64
from typing import Literal, TypeGuard
from urllib.parse import quote_plus, urlencode

from msgspec import Struct

from watchword.caller.errors import UnreadableAnswer, showable
from watchword.caller.exchange import Answer, Credentials, Incoming, Outgoing, Presentation, Wanted
from watchword.caller.failure import failure
from watchword.jose import strict_json
from watchword.jose.errors import InvalidJson

AuthMethod = Literal["client_secret_basic", "client_secret_post"]


class Rfc6749(Struct, frozen=True, kw_only=True):
    """The exchange as RFC 6749 writes it."""

    auth_method: AuthMethod = "client_secret_basic"
    presentation: Presentation = Presentation()
    key_prefix: str | None = None

    def request(self, credentials: Credentials, wanted: Wanted) -> Outgoing:
        form = [("grant_type", "client_credentials")]
        headers = [
            ("Content-Type", "application/x-www-form-urlencoded"),
            ("Accept", "application/json"),
        ]
        if self.auth_method == "client_secret_basic":
            headers.append(("Authorization", _basic(credentials)))
        else:
            form += [("client_id", credentials.client_id), ("client_secret", credentials.secret)]
        if wanted.scope:
            form.append(("scope", wanted.scope))
        form += [("resource", resource) for resource in wanted.resource]
        return Outgoing(method="POST", headers=tuple(headers), body=urlencode(form).encode())

    def answer(self, incoming: Incoming) -> Answer:
        members = _members(incoming)
        if not 200 <= incoming.status < 300:
            description = members.get("error_description")
            raise failure(
                incoming.status,
                incoming.headers,
                _text(members.get("error")),
                showable(description) if isinstance(description, str) else "",
            )
        token = members.get("access_token")
        if not _sendable(token):
            raise UnreadableAnswer("the token endpoint's answer has no access_token")
        _require_bearer(members.get("token_type"))
        return Answer(access_token=token, expires_in=_seconds(members.get("expires_in")))


def _basic(credentials: Credentials) -> str:
    # "The client identifier is encoded using the 'application/x-www-form-urlencoded' encoding
    # algorithm ..., and the encoded value is used as the username" (RFC 6749, 2.3.1)
    pair = f"{quote_plus(credentials.client_id)}:{quote_plus(credentials.secret)}"
    return "Basic " + base64.b64encode(pair.encode("ascii")).decode("ascii")


def _members(incoming: Incoming) -> dict[str, object]:
    try:
        document = strict_json.loads(incoming.body)
    except InvalidJson:
        document = None
    if isinstance(document, dict):
        return document
    if 200 <= incoming.status < 300:
        raise UnreadableAnswer("the token endpoint's answer is not a JSON object")
    return {}


def _require_bearer(token_type: object) -> None:
    # "The client MUST NOT use an access token if it does not understand the token type."
    # (RFC 6749, 7.1). A missing one is forgiven: it is REQUIRED, and some leave it out.
    if token_type is not None and str(token_type).lower() != "bearer":
        raise UnreadableAnswer("the token endpoint gave a token that is not a bearer token")


def _sendable(token: object) -> TypeGuard[str]:
    return isinstance(token, str) and token != "" and token.isascii() and token.isprintable()


def _seconds(value: object) -> float | None:
    # A number; some servers write it as a string.
    try:
        return None if value is None or isinstance(value, bool) else float(str(value))
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return showable(value) if isinstance(value, str) and value else None
