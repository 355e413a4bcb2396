"""Whether a customer has clients at an issuer is one look-up, however many it has."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("client_of_customer_at", "client", ["customer_id", "issuer_id", "deleted_at"])
