"""What a store keeps besides the things of core, as plain data. Instants: epoch seconds."""

from msgspec import Struct

from watchword.core.secret import Secret


class Change(Struct, frozen=True):
    """One line of the change list, by which workers learn what to forget.

    version: rises by one. kind, id: what changed: ("client", its id), ("issuer", its id), ...;
    a secret is noted as its client, ("clients", issuer id) stands for many clients at once.
    mark: random, so that a list that went back and grew again is noticed.
    """

    version: int
    kind: str
    id: str
    mark: bytes = b""


class Pepper(Struct, frozen=True, kw_only=True):
    """A numbered pepper, encrypted under the master key."""

    id: int
    sealed: bytes
    created_at: int


class LastUse(Struct, frozen=True, kw_only=True):
    """When, from where and by what a secret last got a token; a minute's precision.

    first_at: when it got its first one; exact but for secrets older than this record.
    """

    at: int
    first_at: int | None = None
    address: str = ""
    user_agent: str = ""


class TakenOver(Struct, frozen=True, kw_only=True):
    """A secret that a customer brought along, and its use here, None while there was none."""

    client_id: str
    secret: Secret
    last_use: LastUse | None


class TakeoverCount(Struct, frozen=True, kw_only=True):
    """How many clients brought a secret along, and how many have used one of them here."""

    clients: int
    moved: int


class UsageCount(Struct, frozen=True, kw_only=True):
    """How often `outcome` happened in the minute or hour that begins at `at`.

    client_ref and secret_id are None in an issuer's counters by the minute; secret_id is None
    for refusals of a known client that no secret of its answers for.
    """

    at: int
    issuer_id: str
    client_ref: str | None = None
    secret_id: str | None = None
    outcome: str
    count: int


class TrailHead(Struct, frozen=True, kw_only=True):
    """The newest event's number and chain value: worth keeping outside the database."""

    seq: int
    chain: bytes


class StoredRefusal(Struct, frozen=True, kw_only=True):
    """One refused token request, among the latest.

    cause: as usage counts it. reason: what the log was told. client_ref, secret_id: None where
    unknown.
    """

    request_id: str
    at: int
    issuer_id: str
    client_ref: str | None = None
    secret_id: str | None = None
    cause: str
    reason: str = ""
    address: str = ""
    user_agent: str = ""
