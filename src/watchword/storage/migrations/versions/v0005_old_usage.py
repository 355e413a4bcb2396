"""Old usage is found by its time, to be forgotten."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("usage_minute_at", "usage_minute", ["at"])
    op.create_index("usage_hour_at", "usage_hour", ["at"])
