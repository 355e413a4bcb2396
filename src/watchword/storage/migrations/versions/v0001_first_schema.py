"""The first schema."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def words(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, _WORDS, **{"nullable": False, **options})


def text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def number(name: str, **options: Any) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), **{"nullable": False, **options})


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def upgrade() -> None:
    create_issuers()
    create_clients()
    create_secrets()
    create_keys()
    create_trail()
    create_usage()


def create_issuers() -> None:
    op.create_table(
        "issuer",
        words("id", primary_key=True),
        words("name", unique=True),
        words("url"),
        words("dialect"),
        words("dialect_text", nullable=True),
        words("alg"),
        words("key_prefix"),
        words("revocation"),
        text("aliases"),
        text("scopes"),
        text("audiences"),
        text("cors_origins"),
        text("endpoints"),
        number("lifetime"),
        number("secret_lifetime"),
        number("max_live_secrets"),
        number("jwks_max_age"),
        flag("ledger"),
        flag("self_service"),
        flag("enabled"),
        number("created_at"),
        number("version"),
    )
    op.create_table(
        "issuer_url",
        words("url", primary_key=True),
        sa.Column("issuer_id", _WORDS, sa.ForeignKey("issuer.id"), nullable=False),
    )


def create_clients() -> None:
    op.create_table(
        "customer",
        words("id", primary_key=True),
        words("name", unique=True),
        text("contacts"),
        flag("enabled"),
        number("created_at"),
        number("version"),
    )
    op.create_table(
        "client",
        words("id", primary_key=True),
        sa.Column("issuer_id", _WORDS, sa.ForeignKey("issuer.id"), nullable=False),
        sa.Column("customer_id", _WORDS, sa.ForeignKey("customer.id"), nullable=True),
        words("client_id"),
        words("client_id_lower"),
        words("name"),
        text("scopes"),
        text("audiences"),
        text("claims"),
        text("attributes"),
        text("introspects"),
        number("lifetime", nullable=True),
        flag("enabled"),
        number("created_at"),
        number("deleted_at", nullable=True),
        number("version"),
        sa.UniqueConstraint("issuer_id", "client_id", name="client_named"),
    )
    op.create_index("client_similar", "client", ["issuer_id", "client_id_lower"])
    op.create_index("client_listed", "client", ["client_id", "id"])
    op.create_index("client_of_customer", "client", ["customer_id", "client_id", "id"])


def create_secrets() -> None:
    op.create_table(
        "pepper",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
        octets("sealed"),
        number("created_at"),
    )
    op.create_table(
        "secret",
        words("id", primary_key=True),
        sa.Column("issuer_id", _WORDS, sa.ForeignKey("issuer.id"), nullable=False),
        sa.Column("client_ref", _WORDS, sa.ForeignKey("client.id"), nullable=False),
        words("key_id", unique=True),
        words("kind"),
        words("label"),
        octets("verifier"),
        sa.Column("pepper_id", sa.Integer(), sa.ForeignKey("pepper.id"), nullable=True),
        flag("generated"),
        number("created_at"),
        number("expires_at", nullable=True),
        number("revoked_at", nullable=True),
    )
    op.create_index("secret_of_client", "secret", ["client_ref"])
    op.create_index("secret_by_verifier", "secret", ["pepper_id", "verifier"])
    op.create_index("secret_expiring", "secret", ["expires_at"])
    op.create_table(
        "secret_kind",
        sa.Column("issuer_id", _WORDS, sa.ForeignKey("issuer.id"), primary_key=True),
        words("kind", primary_key=True),
        number("count"),
    )


def create_keys() -> None:
    op.create_table(
        "signing_key",
        words("id", primary_key=True),
        sa.Column("issuer_id", _WORDS, sa.ForeignKey("issuer.id"), nullable=False),
        words("kid"),
        words("alg"),
        octets("sealed"),
        text("public_jwk"),
        number("created_at"),
        number("activates_at"),
        number("retires_at", nullable=True),
        number("removed_at", nullable=True),
        sa.UniqueConstraint("issuer_id", "kid", name="signing_key_named"),
    )


def create_trail() -> None:
    op.create_table(
        "change",
        number("version", primary_key=True, autoincrement=False),
        words("kind"),
        words("id"),
        octets("mark"),
    )
    op.create_table(
        "event",
        number("seq", primary_key=True, autoincrement=False),
        number("at"),
        words("action"),
        words("outcome"),
        words("actor"),
        words("source"),
        words("address"),
        words("request_id"),
        words("issuer_id", nullable=True),
        words("kind"),
        words("target"),
        words("name"),
        text("before", nullable=True),
        text("after", nullable=True),
        text("detail"),
        octets("chain"),
    )
    op.create_index("event_of_issuer", "event", ["issuer_id", "seq"])
    op.create_index("event_of_target", "event", ["target", "seq"])
    op.create_index("event_at", "event", ["at"])
    op.create_table(
        "meta",
        words("name", primary_key=True),
        number("number"),
        octets("octets"),
    )


def create_usage() -> None:
    op.create_table(
        "usage_minute",
        words("issuer_id", primary_key=True),
        number("at", primary_key=True, autoincrement=False),
        words("outcome", primary_key=True),
        number("count"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "usage_hour",
        words("client_ref", primary_key=True),
        number("at", primary_key=True, autoincrement=False),
        words("secret_id", primary_key=True),
        words("outcome", primary_key=True),
        words("issuer_id"),
        number("count"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "last_use",
        words("secret_id", primary_key=True),
        number("at"),
        words("address"),
        words("user_agent"),
        sqlite_with_rowid=False,
    )
