"""The shapes of what the API answers: the views of `watchword.admin.view`, typed.

Instants are RFC 3339 in UTC with `Z`, durations whole seconds.
"""

from typing import Annotated, Any, Generic, Literal, TypeVar

from msgspec import Meta, Struct

from watchword.admin.customer_page.words import PageFormat
from watchword.core.credential_request import RequestState
from watchword.core.issuer import Revocation
from watchword.core.secret import State as SecretState
from watchword.core.signing_key import State as KeyState

Item = TypeVar("Item")
Instant = Annotated[
    str, Meta(description="RFC 3339, UTC", extra_json_schema={"format": "date-time"})
]


class Answer(Struct, frozen=True, kw_only=True):
    """What all answers have in common: they never hold a secret, except where they say so."""


class Page(Struct, Generic[Item], frozen=True, kw_only=True):
    """A page of a list. next: the cursor of the following page, null at the end."""

    items: list[Item]
    next: str | None = None


class IssuerAnswer(Answer, frozen=True, kw_only=True):
    """An issuer. own_dialect: whether its dialect is a file of its own.

    warnings: what is unsafe about it, in words; none of it is refused.
    """

    id: str
    name: str
    url: str
    aliases: tuple[str, ...]
    dialect: str
    own_dialect: bool
    alg: str
    lifetime: int
    scopes: tuple[str, ...]
    audiences: tuple[str, ...]
    key_prefix: str
    cors_origins: tuple[str, ...]
    revocation: Revocation
    secret_lifetime: int
    max_live_secrets: int
    jwks_max_age: int
    endpoints: dict[str, str | None]
    ledger: bool
    self_service: bool
    enabled: bool
    created_at: Instant
    version: int
    token_endpoint: str
    warnings: tuple[str, ...] = ()


class CustomerPageAnswer(Answer, frozen=True, kw_only=True):
    """A page for customers. text: all of it, in `format`."""

    issuer: str
    format: PageFormat
    text: str


class CustomerAnswer(Answer, frozen=True, kw_only=True):
    """A customer."""

    id: str
    name: str
    contacts: tuple[str, ...]
    enabled: bool
    created_at: Instant
    version: int


class ClientAnswer(Answer, frozen=True, kw_only=True):
    """A client. issuer, customer: names of whom it belongs to."""

    id: str
    issuer: str
    issuer_id: str
    customer: str | None
    customer_id: str | None
    client_id: str
    name: str
    scopes: tuple[str, ...]
    audiences: tuple[str, ...]
    claims: dict[str, Any]
    attributes: dict[str, str]
    lifetime: int | None
    introspects: tuple[str, ...]
    enabled: bool
    created_at: Instant
    deleted_at: Instant | None
    version: int


class SecretAnswer(Answer, frozen=True, kw_only=True):
    """A secret without its value. secret_id: its public name. client_ref: id of its client.

    ends_at: when it stops working, the earlier of expiry and revocation.
    """

    id: str
    client_ref: str
    secret_id: str
    label: str
    state: SecretState
    created_at: Instant
    expires_at: Instant | None
    revoked_at: Instant | None
    ends_at: Instant | None
    last_used_at: Instant | None
    last_used_from: str | None
    last_used_by: str | None
    generated: bool
    stored_as: str


class IssuedSecretAnswer(Answer, frozen=True, kw_only=True):
    """A new secret. client_secret: its value, this once; null in the answer to a repetition."""

    secret: SecretAnswer
    client_secret: str | None


class RollAnswer(Answer, frozen=True, kw_only=True):
    """A roll: the old secret with its end, the new one with its value, this once."""

    old: SecretAnswer
    new: SecretAnswer
    client_secret: str | None


class RollPlanAnswer(Answer, frozen=True, kw_only=True):
    """What a roll would do. live: how many secrets would work during the overlap."""

    old: SecretAnswer
    old_ends_at: Instant
    new_expires_at: Instant | None
    live: int


class CancelledAnswer(Answer, frozen=True, kw_only=True):
    """A roll taken back: the old secret lives on, the new one is revoked."""

    old: SecretAnswer
    new: SecretAnswer


class SecretUsageAnswer(Answer, frozen=True, kw_only=True):
    """A secret and its part in the client's tokens. share: 0 to 1."""

    secret: SecretAnswer
    issued: int
    share: float
    safe_to_revoke: bool


class ExpiringAnswer(Answer, frozen=True, kw_only=True):
    """A secret that ends soon. successor: one that lives longer, "" if there is none.

    contacts: whom to tell, e-mail addresses of the customer.
    """

    secret: SecretAnswer
    client_id: str
    issuer: str
    customer: str | None
    contacts: tuple[str, ...]
    successor: str


class EventAnswer(Answer, frozen=True, kw_only=True):
    """A row of the trail."""

    seq: int
    at: Instant
    action: str
    outcome: str
    actor: str
    source: str
    address: str
    request_id: str
    issuer_id: str | None
    kind: str
    target: str
    name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    detail: dict[str, Any]
    chain: str


class TrailReportAnswer(Answer, frozen=True, kw_only=True):
    """What verifying the trail found. ok: whether it is whole.

    events: how many are right, from the first one on. dropped: how many more retention has
    dropped before. seq, chain: the trail's end, worth keeping elsewhere. fault_seq, fault: number
    of the first event that was tampered with, and what was done to it.
    """

    ok: bool
    events: int
    dropped: int
    seq: int
    chain: str
    fault_seq: int | None
    fault: str | None


class TokenAnswer(Answer, frozen=True, kw_only=True):
    """A token in a ledger, never the token itself. issuer, client_id, secret_id: names."""

    jti: str
    issuer: str | None
    client_id: str | None
    secret_id: str | None
    address: str
    scope: str
    issued_at: Instant
    expires_at: Instant
    request_id: str


class TraceAnswer(Answer, frozen=True, kw_only=True):
    """One thing that is stored of a request: a row of the trail, a refusal, or a token."""

    at: Instant
    where: str
    what: str
    facts: dict[str, Any]


class FindingAnswer(Answer, frozen=True, kw_only=True):
    """One thing that explains something."""

    severity: Literal["fault", "warning", "fine"]
    text: str
    at: Instant | None
    advice: str


class RefusalsAnswer(Answer, frozen=True, kw_only=True):
    """How often one cause stood behind a refusal, with the first and last hour that had it."""

    cause: str
    count: int
    first_hour: Instant
    last_hour: Instant


class DiagnosisAnswer(Answer, frozen=True, kw_only=True):
    """Why a client gets no tokens, or that it does. events: what was changed lately."""

    client: ClientAnswer
    findings: list[FindingAnswer]
    refusals: list[RefusalsAnswer]
    issued: int
    last_issued_at: Instant | None
    events: list[EventAnswer]


class CreatedClientAnswer(Answer, frozen=True, kw_only=True):
    """A new client. client_secret: shown this once; null in the answer to a repetition."""

    client: ClientAnswer
    secret: SecretAnswer | None
    client_secret: str | None
    token_endpoint: str

    @property
    def version(self) -> int:
        """The client's."""
        return self.client.version


class KeyAnswer(Answer, frozen=True, kw_only=True):
    """A signing key without its private part. shared: whether verifying needs the key itself."""

    id: str
    kid: str
    alg: str
    state: KeyState
    created_at: Instant
    activates_at: Instant
    retires_at: Instant | None
    removed_at: Instant | None
    shared: bool


class ExportedKeyAnswer(KeyAnswer, frozen=True, kw_only=True):
    """A signing key with its public part, as JWK (RFC 7517) and PEM; null for a shared key."""

    issuer: str
    jwk: dict[str, str] | None
    pem: str | None


class SharedKeyAnswer(Answer, frozen=True, kw_only=True):
    """A shared key itself, as JWK: whoever has it can make tokens."""

    issuer: str
    kid: str
    alg: str
    jwk: dict[str, str]


class TakenOverAnswer(Answer, frozen=True, kw_only=True):
    """A secret that a customer brought along, and its first use here, null while there is none."""

    client_id: str
    secret: SecretAnswer
    first_used_at: Instant | None


class TakeoverAnswer(Answer, frozen=True, kw_only=True):
    """How many clients brought a secret along, and how many have used one of them here."""

    issuer: str
    clients: int
    moved: int


class RotationAnswer(Answer, frozen=True, kw_only=True):
    """A rotation: the key put in, and the one that it replaces."""

    new: KeyAnswer
    old: KeyAnswer | None


class UsageAnswer(Answer, frozen=True, kw_only=True):
    """How often `outcome` happened in the minute or hour that begins at `at`."""

    at: Instant
    outcome: str
    count: int
    secret_id: str | None


class RequestAnswer(Answer, frozen=True, kw_only=True):
    """A request for credentials. due_at: until when an answer is expected."""

    id: str
    issuer: str
    state: RequestState
    name: str
    email: str
    company: str
    use_case: str
    volume: str
    requirements: str
    address: str
    created_at: Instant
    due_at: Instant
    overdue: bool
    decided_at: Instant | None
    decided_by: str
    reason: str
    client_id: str | None
    version: int


class ApprovedAnswer(Answer, frozen=True, kw_only=True):
    """An approved request. link: works once, until code_expires_at; null when repeated."""

    request: RequestAnswer
    client_id: str
    link: str | None
    code_expires_at: Instant


class AdministratorAnswer(Answer, frozen=True, kw_only=True):
    """An administrator. issuers: ids of those that it is bound to, empty for all."""

    id: str
    client_id: str
    name: str
    role: str
    issuers: tuple[str, ...]
    enabled: bool
    created_at: Instant
    version: int
