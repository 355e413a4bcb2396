"""Secrets whose end was set ahead of time are found without looking through all of them."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("secret_ending", "secret", ["revoked_at"])
