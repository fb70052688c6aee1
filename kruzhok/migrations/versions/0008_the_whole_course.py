"""The whole course: opening pages of units, ways through it, places of events, figures, and where things are named."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Bring the schema forward; courses are loaded anew, since more is made of the same files."""
    op.create_table(
        "figure",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("position", WIDE, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("svg", sa.String(), nullable=False),
        sa.Column("caption_html", sa.String(), nullable=False),
        sa.Column("says_html", sa.String(), nullable=False),
        sa.Column("sources", JSON, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_figure_course_id_course"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure")),
        sa.UniqueConstraint("course_id", "ident", name=op.f("uq_figure_course_id_ident")),
    )
    op.create_table(
        "mention",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("position", WIDE, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("place_ident", sa.String(), nullable=False),
        sa.Column("passage", sa.String(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "kind IN ('person', 'term', 'event', 'source', 'figure')", name=op.f("ck_mention_of_reference")
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_mention_course_id_course"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mention")),
        sa.UniqueConstraint(
            "course_id", "kind", "ident", "position", name=op.f("uq_mention_course_id_kind_ident_position")
        ),
    )
    op.add_column("course", sa.Column("paths", JSON, server_default="[]", nullable=False))
    op.add_column("unit", sa.Column("summary", sa.String(), nullable=True))
    op.add_column("unit", sa.Column("opening_html", sa.String(), nullable=True))
    op.add_column("event", sa.Column("place", sa.String(), nullable=True))
    op.add_column("enrolment", sa.Column("path", sa.String(), nullable=True))
