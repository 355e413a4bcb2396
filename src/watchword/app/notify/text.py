"""What an e-mail says: a subject and a text for each kind of message."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class Text(NamedTuple):
    """Templates over the message's payload."""

    subject: str
    body: str


TEXTS: Mapping[str, Text] = {
    "secret.expires": Text(
        "Your API key {secret_id} for {issuer} expires on {expires_at}",
        "The API key {secret_id} of your client {client_id} at {issuer} expires on\n"
        "{expires_at}.\n\n"
        "After that it gets no tokens. Ask for a new key in time, put it into your\n"
        "application, and check that it works; the old one may go on until it expires.\n\n"
        "Last used: {last_used_at}. A key that lives longer: {successor}.\n",
    ),
    "secret.issued": Text(
        "A new API key {secret_id} for {issuer}",
        "A new API key {secret_id} was made for your client {client_id} at {issuer},\n"
        "by {by} from {address}. It ends: {ends_at}.\n\n"
        "If that was not you, tell your account manager at once: the key can be cancelled.\n",
    ),
    "secret.retired": Text(
        "Your API key {secret_id} for {issuer} ends on {ends_at}",
        "The API key {secret_id} of your client {client_id} at {issuer} was retired,\n"
        "by {by} from {address}. It works until {ends_at}.\n\n"
        "If that was not you, tell your account manager at once: it can be taken back.\n",
    ),
    "request.rejected": Text(
        "Your request for credentials for {issuer}",
        "Your request for credentials at {issuer} was not approved:\n\n  {reason}\n",
    ),
}


def written(kind: str, payload: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and text of a message. Raises KeyError for a kind that nobody wrote a text for."""
    text = TEXTS[kind]
    shown = {name: "none" if value is None else value for name, value in payload.items()}
    return text.subject.format_map(shown), text.body.format_map(shown)
