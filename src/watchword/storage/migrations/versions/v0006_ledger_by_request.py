"""A token in the ledger is found by the id of its request too."""

import time

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WORDS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    for (day,) in op.get_bind().execute(sa.text("SELECT day FROM ledger_day")).fetchall():
        name = time.strftime("ledger_%Y%m%d", time.gmtime(day))
        op.add_column(name, sa.Column("request_id", _WORDS, nullable=False, server_default=""))
        op.create_index(f"{name}_of_request", name, ["request_id"])
