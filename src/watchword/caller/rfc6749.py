"""RFC 6749, 4.4.2: the token request of a server that keeps to the standard."""

from base64 import b64encode
from typing import Literal, TypeGuard
from urllib.parse import quote, urlencode

from msgspec import Struct

from watchword.caller.errors import UnreadableAnswer, showable
from watchword.caller.exchange import Answer, Credentials, Incoming, Outgoing, Presentation, Wanted
from watchword.caller.failure import failure
from watchword.jose import strict_json
from watchword.jose.errors import InvalidJson

_FORM = "application/x-www-form-urlencoded"

AuthMethod = Literal["client_secret_basic", "client_secret_post"]


class Rfc6749(Struct, frozen=True, kw_only=True):
    """The exchange as RFC 6749 writes it.

    Basic credentials are form-encoded, as the standard has it. Where that changes them, they are
    sent raw if the server did not know them: about half of the servers in the field never decode.
    """

    auth_method: AuthMethod = "client_secret_basic"
    presentation: Presentation = Presentation()
    key_prefix: str | None = None

    def requests(self, credentials: Credentials, wanted: Wanted) -> tuple[Outgoing, ...]:
        form = [("grant_type", "client_credentials")]
        if wanted.scope:
            form.append(("scope", wanted.scope))
        form += [("resource", resource) for resource in wanted.resource]
        form += wanted.fields.items()
        if self.auth_method == "client_secret_basic":
            return tuple(_post(form, basic) for basic in _spellings(credentials))
        form += [("client_id", credentials.client_id), ("client_secret", credentials.secret)]
        return (_post(form),)

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


def _post(form: list[tuple[str, str]], authorization: str | None = None) -> Outgoing:
    headers = [("Content-Type", _FORM), ("Accept", "application/json")]
    if authorization is not None:
        headers.append(("Authorization", authorization))
    return Outgoing(method="POST", headers=tuple(headers), body=urlencode(form).encode())


def _spellings(credentials: Credentials) -> list[str]:
    # "The client identifier is encoded using the 'application/x-www-form-urlencoded' encoding
    # algorithm ..., and the encoded value is used as the username" (RFC 6749, 2.3.1)
    raw = (credentials.client_id, credentials.secret)
    # A blank as %20, which all who decode understand; "+" is one only to some of them.
    encoded = (quote(credentials.client_id, safe=""), quote(credentials.secret, safe=""))
    # Raw, a colon in the client_id would end it.
    pairs = [encoded] if raw == encoded or ":" in credentials.client_id else [encoded, raw]
    return ["Basic " + b64encode(":".join(pair).encode()).decode("ascii") for pair in pairs]


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
