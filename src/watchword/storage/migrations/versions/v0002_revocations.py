"""Revoked tokens, for issuers that publish them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "revocation",
        sa.Column("issuer_id", _WORDS, sa.ForeignKey("issuer.id"), primary_key=True),
        sa.Column("kind", _WORDS, primary_key=True),
        sa.Column("subject", _WORDS, primary_key=True),
        sa.Column("before", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
    )
