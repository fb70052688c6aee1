"""Write before you see: a study group may have it so that one writes before one sees what others wrote."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema forward. Groups that are there go on as they were."""
    op.add_column("study_group", sa.Column("write_first", sa.Boolean(), nullable=False, server_default=sa.false()))
