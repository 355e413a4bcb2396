"""The whole life of a credential: requests, messages, ledger, refusals, the trail's anchors."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def words(name: str, *, key: bool = False, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, _WORDS, primary_key=key, nullable=nullable)


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def number_key(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), primary_key=True, autoincrement=False)


def octets(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary(), nullable=False)


def upgrade() -> None:
    create_trail()
    create_answers()
    create_requests()
    create_notifications()


def create_trail() -> None:
    op.create_index("event_of_request", "event", ["request_id"])
    op.create_table(
        "trail_anchor",
        number_key("seq"),
        number("day"),
        number("events"),
        octets("chain"),
        octets("mac"),
    )
    op.create_table("ledger_day", number_key("day"))
    op.create_table(
        "refusal",
        words("request_id", key=True),
        number("at"),
        words("issuer_id"),
        words("client_ref", nullable=True),
        words("secret_id", nullable=True),
        words("cause"),
        words("reason"),
        words("address"),
        words("user_agent"),
    )
    op.create_index("refusal_of_client", "refusal", ["client_ref", "at"])
    op.create_index("refusal_at", "refusal", ["at"])


def create_answers() -> None:
    op.create_table(
        "idempotent_answer",
        words("actor", key=True),
        words("key", key=True),
        octets("fingerprint"),
        number("status"),
        octets("body"),
        number("created_at"),
    )
    op.create_index("idempotent_answer_at", "idempotent_answer", ["created_at"])


def create_requests() -> None:
    op.create_table(
        "credential_request",
        words("id", key=True),
        sa.Column("issuer_id", _WORDS, sa.ForeignKey("issuer.id"), nullable=False),
        words("state"),
        words("name"),
        words("email"),
        words("company"),
        words("use_case"),
        words("volume"),
        words("requirements"),
        words("address"),
        number("created_at"),
        number("decided_at", nullable=True),
        words("decided_by"),
        words("reason"),
        sa.Column("client_ref", _WORDS, sa.ForeignKey("client.id"), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True, unique=True),
        number("code_expires_at", nullable=True),
        number("claimed_at", nullable=True),
        number("version"),
    )
    listed = ["created_at", "id"]
    op.create_index("credential_request_listed", "credential_request", listed)
    op.create_index("credential_request_of_state", "credential_request", ["state", *listed])


def create_notifications() -> None:
    op.create_table(
        "notification",
        words("id", key=True),
        words("channel"),
        words("recipient"),
        words("kind"),
        words("target"),
        words("issuer_id", nullable=True),
        sa.Column("payload", sa.Text(), nullable=False),
        number("created_at"),
        number("attempts"),
        number("next_try_at", nullable=True),
        number("sent_at", nullable=True),
        words("fault"),
    )
    op.create_index("notification_due", "notification", ["next_try_at"])
    op.create_index("notification_of_target", "notification", ["target", "created_at"])
