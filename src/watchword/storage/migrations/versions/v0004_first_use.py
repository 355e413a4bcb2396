"""When a secret was used first, so that a move from another system is a list."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("last_use", sa.Column("first_at", sa.BigInteger(), nullable=True))
    # The best that is known of uses before.
    op.execute("UPDATE last_use SET first_at = at")
