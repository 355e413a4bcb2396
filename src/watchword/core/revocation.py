"""Revoked tokens: how a token dies everywhere although guards verify it offline.

Rules. Nothing is said about a token by itself unless it was revoked by itself (RFC 7009); else an
entry names a client or a secret by its handle (the first parts of `jti`), or a signing key by its
RFC 7638 thumbprint, and stops what was issued at or before an instant. A client that is enabled
again gets new tokens that work, and its old ones stay dead. An entry is kept until the last token
that it can stop has expired.
"""

from typing import Literal

from msgspec import Struct, field

from watchword.core.access_token import handles_of

Kind = Literal["client", "secret", "token", "key"]

# The list is a JWS whose header says so, so that no token can be taken for it, nor it for one.
LIST_TYP = "revocations+jwt"
LIST_LIFETIME = 300  # seconds for which a guard may go on with a list it has


class Revocation(Struct, frozen=True, kw_only=True):
    """One entry: tokens of `subject` issued at or before `before` are refused.

    kind, subject: a client's or a secret's handle, a `jti`, or a key's thumbprint.
    until: when no such token can be alive any more.
    """

    issuer_id: str
    kind: Kind
    subject: str
    before: int
    until: int


class RevocationList(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an issuer publishes, as the claims of a JWS with typ LIST_TYP.

    version rises with every change: a guard that has seen one takes no older one. exp: after it a
    guard has lost touch. The four maps are subject → "issued at or before", epoch seconds.
    """

    iss: str
    iat: int
    exp: int
    version: int
    clients: dict[str, int] = field(default_factory=dict)
    secrets: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)

    def stops(self, jti: str, issued_at: float, thumbprint: str | None = None) -> bool:
        """Whether a token of this `jti`, issued then and signed by that key, is revoked."""
        client, secret = handles_of(jti)
        return (
            issued_at <= self.clients.get(client, -1)
            or issued_at <= self.secrets.get(secret, -1)
            or issued_at <= self.tokens.get(jti, -1)
            or (thumbprint is not None and issued_at <= self.keys.get(thumbprint, -1))
        )
