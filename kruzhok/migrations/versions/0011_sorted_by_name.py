"""People are sorted by their names in the database: what by is a column. What waits to be marked has an index."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

#: So many users are written at once.
MANY = 1000


def upgrade() -> None:
    """Bring the schema forward, and say of everybody what they are sorted by."""
    plainly = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.add_column("user", sa.Column("sort_name", plainly, nullable=False, server_default=""))
    user = sa.table(
        "user", sa.column("id", sa.BigInteger), sa.column("name", sa.String), sa.column("sort_name", sa.String)
    )
    write = sa.update(user).where(user.c.id == sa.bindparam("key")).values(sort_name=sa.bindparam("said"))
    named = [
        {"key": key, "said": name.casefold()}
        for key, name in op.get_bind().execute(sa.select(user.c.id, user.c.name).where(user.c.name != ""))
    ]
    for at in range(0, len(named), MANY):
        op.get_bind().execute(write, named[at : at + MANY])
    where = sa.text("purpose = 'quiz' AND points IS NULL")
    op.create_index(
        "ix_attempt_without_points", "attempt", ["enrolment_id"], sqlite_where=where, postgresql_where=where
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_attempt_without_points", "attempt")
    op.drop_column("user", "sort_name")
