"""The tables. Columns are named as the fields of core's types; lists and dicts are JSON text.

A change here needs a migration beside it: a new file in `migrations/versions/` and its number at
the end of REVISIONS. A test compares the tables with what the migrations make.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from watchword.storage.columns import Instant, JsonText, Words

# Every schema there ever was, oldest first. What a database says that is not here is too new.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008")
HEAD = REVISIONS[-1]

Names = tuple[str, ...]
metadata = MetaData()


def _id() -> Column[str]:
    return Column("id", Words, primary_key=True)


def _to(name: str, target: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, ForeignKey(target), nullable=nullable)


def _words(*names: str) -> list[Column[str]]:
    return [Column(name, Words, nullable=False) for name in names]


def _instants(*names: str) -> list[Column[int]]:
    return [Column(name, Instant, nullable=True) for name in names]


def _json(name: str, of: Any) -> Column[Any]:
    return Column(name, JsonText(of), nullable=False)


issuer = Table(
    "issuer",
    metadata,
    _id(),
    Column("name", Words, nullable=False, unique=True),
    *_words("url", "dialect"),
    Column("dialect_text", Words),
    *_words("alg", "key_prefix", "revocation"),
    _json("aliases", Names),
    _json("scopes", Names),
    _json("audiences", Names),
    _json("cors_origins", Names),
    _json("endpoints", dict[str, str | None]),
    Column("lifetime", BigInteger, nullable=False),
    Column("secret_lifetime", BigInteger, nullable=False),
    Column("max_live_secrets", BigInteger, nullable=False),
    Column("jwks_max_age", BigInteger, nullable=False),
    Column("ledger", Boolean, nullable=False),
    Column("self_service", Boolean, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("version", BigInteger, nullable=False),
)

# Its URL and aliases once more, because no two issuers may share one.
issuer_url = Table(
    "issuer_url",
    metadata,
    Column("url", Words, primary_key=True),
    _to("issuer_id", "issuer.id"),
)

customer = Table(
    "customer",
    metadata,
    _id(),
    Column("name", Words, nullable=False, unique=True),
    _json("contacts", Names),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("version", BigInteger, nullable=False),
)

client = Table(
    "client",
    metadata,
    _id(),
    _to("issuer_id", "issuer.id"),
    _to("customer_id", "customer.id", nullable=True),
    *_words("client_id", "client_id_lower", "name"),
    _json("scopes", Names),
    _json("audiences", Names),
    _json("claims", dict[str, Any]),
    _json("attributes", dict[str, str]),
    _json("introspects", Names),
    Column("lifetime", BigInteger),
    Column("enabled", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    *_instants("deleted_at"),
    Column("version", BigInteger, nullable=False),
    # Deleted clients stay, so that their client_id is never given out again.
    UniqueConstraint("issuer_id", "client_id", name="client_named"),
    Index("client_similar", "issuer_id", "client_id_lower"),
    Index("client_listed", "client_id", "id"),
    Index("client_of_customer", "customer_id", "client_id", "id"),
    # Whether a customer has a living client at an issuer is one look-up.
    Index("client_of_customer_at", "customer_id", "issuer_id", "deleted_at"),
)

pepper = Table(
    "pepper",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
)

secret = Table(
    "secret",
    metadata,
    _id(),
    _to("issuer_id", "issuer.id"),
    _to("client_ref", "client.id"),
    Column("key_id", Words, nullable=False, unique=True),
    *_words("kind", "label"),
    Column("verifier", LargeBinary, nullable=False),
    _to("pepper_id", "pepper.id", nullable=True),
    Column("generated", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    *_instants("expires_at", "revoked_at"),
    Index("secret_of_client", "client_ref"),
    Index("secret_by_verifier", "pepper_id", "verifier"),
    Index("secret_expiring", "expires_at"),
    Index("secret_ending", "revoked_at"),
)

# How many secrets of each kind an issuer has: counting a million rows for it would take too long.
secret_kind = Table(
    "secret_kind",
    metadata,
    Column("issuer_id", ForeignKey("issuer.id"), primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("count", BigInteger, nullable=False),
)

signing_key = Table(
    "signing_key",
    metadata,
    _id(),
    _to("issuer_id", "issuer.id"),
    *_words("kid", "alg"),
    Column("sealed", LargeBinary, nullable=False),
    _json("public_jwk", dict[str, str]),
    Column("created_at", Instant, nullable=False),
    Column("activates_at", Instant, nullable=False),
    *_instants("retires_at", "removed_at"),
    UniqueConstraint("issuer_id", "kid", name="signing_key_named"),
)

revocation = Table(
    "revocation",
    metadata,
    Column("issuer_id", ForeignKey("issuer.id"), primary_key=True),
    Column("kind", Words, primary_key=True),
    Column("subject", Words, primary_key=True),
    Column("before", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)

change = Table(
    "change",
    metadata,
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    *_words("kind", "id"),
    Column("mark", LargeBinary, nullable=False),
)

# JSON stays text here: the chain is computed over what is stored, byte for byte.
event = Table(
    "event",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    *_words("action", "outcome", "actor", "source", "address", "request_id"),
    Column("issuer_id", Words),
    *_words("kind", "target", "name"),
    Column("before", Text),
    Column("after", Text),
    Column("detail", Text, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Index("event_of_issuer", "issuer_id", "seq"),
    Index("event_of_target", "target", "seq"),
    Index("event_at", "at"),
    Index("event_of_request", "request_id"),
)

usage_minute = Table(
    "usage_minute",
    metadata,
    Column("issuer_id", Words, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("outcome", Words, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Index("usage_minute_at", "at"),
    sqlite_with_rowid=False,
)

# secret_id is "" where no secret answers for the outcome.
usage_hour = Table(
    "usage_hour",
    metadata,
    Column("client_ref", Words, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("secret_id", Words, primary_key=True),
    Column("outcome", Words, primary_key=True),
    Column("issuer_id", Words, nullable=False),
    Column("count", BigInteger, nullable=False),
    Index("usage_hour_at", "at"),
    sqlite_with_rowid=False,
)

last_use = Table(
    "last_use",
    metadata,
    Column("secret_id", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    *_words("address", "user_agent"),
    *_instants("first_at"),
    sqlite_with_rowid=False,
)

# One row each: the change list's version, the trail's head and its sealed key.
meta = Table(
    "meta",
    metadata,
    Column("name", Words, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("octets", LargeBinary, nullable=False),
)

# The events of a day that retention has dropped: where the chain goes on from.
trail_anchor = Table(
    "trail_anchor",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("day", Instant, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("chain", LargeBinary, nullable=False),
    Column("mac", LargeBinary, nullable=False),
)

# The ledger has a table for each day, `ledger_<yyyymmdd>`, so that a day can be dropped whole.
ledger_day = Table(
    "ledger_day",
    metadata,
    Column("day", Instant, primary_key=True, autoincrement=False),
)

# The latest refusals one by one, for `client diagnose` and `trace`; the counters know them all.
refusal = Table(
    "refusal",
    metadata,
    Column("request_id", Words, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("issuer_id", Words, nullable=False),
    Column("client_ref", Words),
    Column("secret_id", Words),
    *_words("cause", "reason", "address", "user_agent"),
    Index("refusal_of_client", "client_ref", "at"),
    Index("refusal_at", "at"),
)

# Answers to administrative requests that carried an Idempotency-Key.
idempotent_answer = Table(
    "idempotent_answer",
    metadata,
    Column("actor", Words, primary_key=True),
    Column("key", Words, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index("idempotent_answer_at", "created_at"),
)

credential_request = Table(
    "credential_request",
    metadata,
    _id(),
    _to("issuer_id", "issuer.id"),
    *_words("state", "name", "email", "company", "use_case", "volume", "requirements", "address"),
    Column("created_at", Instant, nullable=False),
    *_instants("decided_at"),
    *_words("decided_by", "reason"),
    _to("client_ref", "client.id", nullable=True),
    Column("code_hash", LargeBinary, unique=True),
    *_instants("code_expires_at", "claimed_at"),
    Column("version", BigInteger, nullable=False),
    Index("credential_request_listed", "created_at", "id"),
    Index("credential_request_of_state", "state", "created_at", "id"),
)

# Messages on their way out, and those that have gone.
notification = Table(
    "notification",
    metadata,
    _id(),
    *_words("channel", "recipient", "kind", "target"),
    Column("issuer_id", Words),
    _json("payload", dict[str, Any]),
    Column("created_at", Instant, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    *_instants("next_try_at", "sent_at"),
    *_words("fault"),
    Index("notification_due", "next_try_at"),
    Index("notification_of_target", "target", "created_at"),
)
