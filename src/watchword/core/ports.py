"""What the token path wants from the world: kept by a storage, put together by the application."""

from collections.abc import Sequence
from enum import Enum
from typing import Final, Protocol

from watchword.core.access_token import LedgerEntry
from watchword.core.client import Client
from watchword.core.record import ClientRecord
from watchword.core.revocation import Revocation
from watchword.core.secret import Secret


class Unavailable(Exception):
    """The store cannot be reached; nothing was read and nothing was written."""


class Memory(Enum):
    """What a memory answers when it has not read something yet."""

    NOT_IN_MEMORY = "not in memory"


NOT_IN_MEMORY: Final = Memory.NOT_IN_MEMORY


class ClientDirectory(Protocol):
    """Clients by what they present. None stands for a client that is known not to exist."""

    def recall(self, issuer_id: str, client_id: str) -> ClientRecord | Memory | None:
        """What is in memory, at once; NOT_IN_MEMORY where only `read` can tell."""

    async def read(self, issuer_id: str, client_id: str) -> ClientRecord | None:
        """The client as the store has it. Raises Unavailable."""

    async def read_by_verifiers(
        self, issuer_id: str, verifiers: Sequence[tuple[int, bytes]]
    ) -> ClientRecord | None:
        """The client one of whose "hmac" secrets has one of (pepper id, verifier).

        For dialects whose secrets come without a client_id. Raises Unavailable.
        """


class Ledger(Protocol):
    """Keeps a line of every token, for issuers that want it."""

    async def commit(self, entry: LedgerEntry) -> None:
        """Return once `entry` is on disk. Raises Unavailable."""


class Revocations(Protocol):
    """Where a client's revocation of its own token is kept."""

    async def revoke(self, entry: Revocation, client: Client, request_id: str) -> None:
        """Return once `entry` is stored, with its event. Raises Unavailable."""


class SecretUpgrade(Protocol):
    """Told of each first success of a secret that was stored under a slow hash."""

    def first_success(self, secret: Secret, value: str) -> None:
        """Store `secret` anew by today's rule, some time soon; never raises, never waits."""
