"""What the token path needs of one issuer or one client, read from a store in one go."""

from msgspec import Struct

from watchword.core.client import Client
from watchword.core.issuer import Issuer
from watchword.core.revocation import Revocation
from watchword.core.secret import Secret
from watchword.core.signing_key import SigningKey


class IssuerRecord(Struct, frozen=True, kw_only=True):
    """An issuer with its signing keys, their private parts still sealed.

    secret_kinds: how many of its secrets are of each kind, so that an unknown client can be
    answered in the time that a known one would have taken.
    revocations: those that can still stop a token. version: of the change list as it was read.
    """

    issuer: Issuer
    keys: tuple[SigningKey, ...] = ()
    secret_kinds: dict[str, int] = {}
    revocations: tuple[Revocation, ...] = ()
    version: int = 0


class ClientRecord(Struct, frozen=True, kw_only=True):
    """A client with all its secrets, dead ones too, and whether its customer is enabled."""

    client: Client
    customer_enabled: bool = True
    secrets: tuple[Secret, ...] = ()

    @property
    def enabled(self) -> bool:
        """Whether it may get tokens at all."""
        return self.client.enabled and self.customer_enabled and self.client.deleted_at is None
