"""Quizzes that teach: when an answer is scored, sections, what may be seen when, previews, marks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
THIRD = str(1 / 3)


def upgrade() -> None:
    """Bring the schema forward."""
    _tables()
    _quizzes()
    _attempts()


def _tables() -> None:
    op.create_table(
        "name_list",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_name_list_course_id_course"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_name_list")),
        sa.UniqueConstraint("course_id", "hash", name=op.f("uq_name_list_course_id_hash")),
    )
    op.create_table(
        "quiz_section",
        sa.Column("quiz_id", WIDE, nullable=False),
        sa.Column("position", WIDE, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("introduction_html", sa.String(), nullable=False),
        sa.Column("text_id", WIDE, nullable=True),
        sa.Column("first", sa.String(), nullable=True),
        sa.Column("last", sa.String(), nullable=True),
        sa.Column("draws", JSON, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "text_id IS NOT NULL OR (first IS NULL AND last IS NULL)", name=op.f("ck_quiz_section_ends_of_a_text")
        ),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_section_quiz_id_quiz"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_quiz_section_text_id_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_section")),
        sa.UniqueConstraint("id", "quiz_id", name=op.f("uq_quiz_section_id_quiz_id")),
        sa.UniqueConstraint("quiz_id", "position", name=op.f("uq_quiz_section_quiz_id_position")),
    )
    with op.batch_alter_table("quiz_section", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_section_text_id"), ["text_id"], unique=False)
    op.create_table(
        "mark_draft",
        sa.Column("attempt_item_id", WIDE, nullable=False),
        sa.Column("levels", JSON, nullable=False),
        sa.Column("comment", sa.String(), nullable=False),
        sa.Column("by_id", WIDE, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edition", WIDE, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_item_id"],
            ["attempt_item.id"],
            name=op.f("fk_mark_draft_attempt_item_id_attempt_item"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_mark_draft_by_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_draft")),
        sa.UniqueConstraint("attempt_item_id", name=op.f("uq_mark_draft_attempt_item_id")),
    )
    with op.batch_alter_table("mark_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mark_draft_by_id"), ["by_id"], unique=False)


def _quizzes() -> None:
    behaviour = sa.Enum("end", "see", "tries", name="behaviour", native_enum=False, create_constraint=True, length=32)
    with op.batch_alter_table("quiz", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("behaviour", behaviour, nullable=False, server_default="end"))
        batch_op.add_column(sa.Column("penalty", sa.Double(), nullable=False, server_default=sa.text(THIRD)))
        batch_op.add_column(sa.Column("shuffled", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("one_at_a_time", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("shows", JSON, nullable=False, server_default="{}"))
        batch_op.create_check_constraint(op.f("ck_quiz_penalty_is_a_share"), "penalty >= 0 AND penalty <= 1")
        batch_op.create_check_constraint(
            op.f("ck_quiz_closes_after_opening"), "opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at"
        )
    with op.batch_alter_table("quiz_slot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("section_id", WIDE, nullable=True))
        batch_op.add_column(sa.Column("before_html", sa.String(), nullable=False, server_default=""))
        batch_op.create_foreign_key(
            op.f("fk_quiz_slot_section_id_quiz_id_quiz_section"),
            "quiz_section",
            ["section_id", "quiz_id"],
            ["id", "quiz_id"],
        )
        batch_op.create_index(batch_op.f("ix_quiz_slot_section_id"), ["section_id"], unique=False)


def _attempts() -> None:
    purposes = ["quiz", "preview", "check", "review"]
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_attempt_purpose"), type_="check")
        batch_op.drop_constraint(op.f("ck_attempt_quiz_belongs_to_enrolment"), type_="check")
        batch_op.create_check_constraint(op.f("ck_attempt_purpose"), sa.column("purpose").in_(purposes))
        batch_op.create_check_constraint(
            op.f("ck_attempt_quiz_belongs_to_enrolment"),
            "purpose NOT IN ('quiz', 'preview') OR (enrolment_id IS NOT NULL AND activity_id IS NOT NULL)",
        )
        batch_op.add_column(sa.Column("names_id", WIDE, nullable=True))
        batch_op.create_foreign_key(op.f("fk_attempt_names_id_name_list"), "name_list", ["names_id"], ["id"])
        batch_op.create_index(batch_op.f("ix_attempt_names_id"), ["names_id"], unique=False)
        batch_op.create_index(
            "ix_attempt_open_deadline",
            ["deadline_at"],
            unique=False,
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        )
    with op.batch_alter_table("attempt_item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("section", WIDE, nullable=True))
        batch_op.add_column(sa.Column("before_html", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("text_version_id", WIDE, nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_attempt_item_text_version_id_text_version"), "text_version", ["text_version_id"], ["id"]
        )
        batch_op.create_index(batch_op.f("ix_attempt_item_text_version_id"), ["text_version_id"], unique=False)
    kinds = ["save", "check", "again", "score", "mark", "override", "accept", "rate"]
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.add_column(sa.Column("data", JSON, nullable=True))
        batch_op.drop_constraint(op.f("ck_step_stepkind"), type_="check")
        batch_op.drop_constraint(op.f("ck_step_scores_have_a_score"), type_="check")
        batch_op.create_check_constraint(op.f("ck_step_stepkind"), sa.column("kind").in_(kinds))
        batch_op.create_check_constraint(
            op.f("ck_step_scores_have_a_score"),
            "(kind IN ('check', 'score', 'mark', 'override')) = (score IS NOT NULL)",
        )
