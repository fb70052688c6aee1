"""The lesson as the place where study happens: notes, frames, imported texts, talk with rounds, ways of reading."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")
ONE_OWNER = (
    "(CASE WHEN course_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN group_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN enrolment_id IS NULL THEN 0 ELSE 1 END) = 1"
)


def upgrade() -> None:
    """Bring the schema forward. What is there goes on as it was."""
    _tables()
    _columns()


def _tables() -> None:
    op.create_table(
        "seed",
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column("by_id", WIDE, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_seed_not_empty")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_seed_activity_id_activity")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_seed_by_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seed")),
    )
    with op.batch_alter_table("seed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seed_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_seed_by_id"), ["by_id"], unique=False)
    op.create_table(
        "follow",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("discussion_id", WIDE, nullable=False),
        sa.Column("follows", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["discussion_id"], ["discussion.id"], name=op.f("fk_follow_discussion_id_discussion"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_follow_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow")),
        sa.UniqueConstraint("enrolment_id", "discussion_id", name=op.f("uq_follow_enrolment_id_discussion_id")),
    )
    with op.batch_alter_table("follow", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_follow_discussion_id"), ["discussion_id"], unique=False)
    op.create_table(
        "frame",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("text_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_frame_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_frame_text_id_text"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frame")),
        sa.UniqueConstraint("enrolment_id", "text_id", "number", name=op.f("uq_frame_enrolment_id_text_id_number")),
    )
    with op.batch_alter_table("frame", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_frame_text_id"), ["text_id"], unique=False)
    op.create_table(
        "note",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("text_id", WIDE, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_why", sa.String(), nullable=True),
        sa.Column("hidden_by_id", WIDE, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("(hidden_at IS NULL) = (hidden_why IS NULL)", name=op.f("ck_note_hidden_for_a_reason")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_note_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["hidden_by_id"], ["user.id"], name=op.f("fk_note_hidden_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_note_text_id_text"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("enrolment_id", "once", name=op.f("uq_note_enrolment_id_once")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_hidden_by_id"), ["hidden_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_text_id"), ["text_id"], unique=False)
    op.create_table(
        "text_import",
        sa.Column("enrolment_id", WIDE, nullable=True),
        sa.Column("file_id", WIDE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text_id", WIDE, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_text_import_enrolment_id_enrolment"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_text_import_file_id_file")),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_text_import_text_id_text"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_import")),
        sa.UniqueConstraint("text_id", name=op.f("uq_text_import_text_id")),
    )
    with op.batch_alter_table("text_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_text_import_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_text_import_file_id"), ["file_id"], unique=False)
    op.create_table(
        "note_reply",
        sa.Column("note_id", WIDE, nullable=False),
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hidden_why", sa.String(), nullable=True),
        sa.Column("hidden_by_id", WIDE, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_note_reply_not_empty")),
        sa.CheckConstraint(
            "(hidden_at IS NULL) = (hidden_why IS NULL)", name=op.f("ck_note_reply_hidden_for_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_note_reply_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["hidden_by_id"], ["user.id"], name=op.f("fk_note_reply_hidden_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_reply_note_id_note"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_reply")),
        sa.UniqueConstraint("enrolment_id", "once", name=op.f("uq_note_reply_enrolment_id_once")),
    )
    with op.batch_alter_table("note_reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_reply_hidden_by_id"), ["hidden_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_note_reply_note_id"), ["note_id"], unique=False)
    op.create_table(
        "note_tag",
        sa.Column("note_id", WIDE, nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("tag <> ''", name=op.f("ck_note_tag_not_empty")),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_tag_note_id_note"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_tag")),
        sa.UniqueConstraint("note_id", "tag", name=op.f("uq_note_tag_note_id_tag")),
    )
    with op.batch_alter_table("note_tag", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_tag_tag"), ["tag"], unique=False)
    op.create_table(
        "complaint",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("post_id", WIDE, nullable=True),
        sa.Column("note_id", WIDE, nullable=True),
        sa.Column("note_reply_id", WIDE, nullable=True),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", WIDE, nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("outcome IN ('hidden', 'left')", name=op.f("ck_complaint_known_outcome")),
        sa.CheckConstraint("why <> ''", name=op.f("ck_complaint_says_why")),
        sa.CheckConstraint(
            "(CASE WHEN post_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN note_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN note_reply_id IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_complaint_about_one_thing"),
        ),
        sa.CheckConstraint(
            "(settled_at IS NULL) = (outcome IS NULL)", name=op.f("ck_complaint_settled_with_an_outcome")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_complaint_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_complaint_note_id_note"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["note_reply_id"], ["note_reply.id"], name=op.f("fk_complaint_note_reply_id_note_reply"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["post_id"], ["post.id"], name=op.f("fk_complaint_post_id_post"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["settled_by_id"], ["user.id"], name=op.f("fk_complaint_settled_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint")),
    )
    with op.batch_alter_table("complaint", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaint_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_note_id"), ["note_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_note_reply_id"), ["note_reply_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_post_id"), ["post_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_complaint_settled_by_id"), ["settled_by_id"], unique=False)
        batch_op.create_index(
            "one_open_of_note",
            ["enrolment_id", "note_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(
            "one_open_of_post",
            ["enrolment_id", "post_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
        batch_op.create_index(
            "one_open_of_reply",
            ["enrolment_id", "note_reply_id"],
            unique=True,
            sqlite_where=sa.text("settled_at IS NULL"),
            postgresql_where=sa.text("settled_at IS NULL"),
        )
    op.create_table(
        "note_place",
        sa.Column("note_id", WIDE, nullable=False),
        sa.Column("anchor_id", WIDE, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["anchor_id"], ["anchor.id"], name=op.f("fk_note_place_anchor_id_anchor")),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_place_note_id_note"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_place")),
        sa.UniqueConstraint("anchor_id", name=op.f("uq_note_place_anchor_id")),
    )
    with op.batch_alter_table("note_place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_place_note_id"), ["note_id"], unique=False)
    op.create_table(
        "post_quotation",
        sa.Column("version_id", WIDE, nullable=False),
        sa.Column("anchor_id", WIDE, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["anchor_id"], ["anchor.id"], name=op.f("fk_post_quotation_anchor_id_anchor")),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["post_version.id"],
            name=op.f("fk_post_quotation_version_id_post_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_quotation")),
        sa.UniqueConstraint("anchor_id", name=op.f("uq_post_quotation_anchor_id")),
    )
    with op.batch_alter_table("post_quotation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_quotation_version_id"), ["version_id"], unique=False)


def _columns() -> None:
    with op.batch_alter_table("discussion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("locked_by_id", WIDE, nullable=True))
        batch_op.create_index(batch_op.f("ix_discussion_locked_by_id"), ["locked_by_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_discussion_locked_by_id_user"), "user", ["locked_by_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shared_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hidden_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("hidden_why", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("hidden_by_id", WIDE, nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_post_hidden_for_a_reason"), "(hidden_at IS NULL) = (hidden_why IS NULL)"
        )
        batch_op.create_index(batch_op.f("ix_post_hidden_by_id"), ["hidden_by_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_post_hidden_by_id_user"), "user", ["hidden_by_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("text", schema=None) as batch_op:
        batch_op.add_column(sa.Column("enrolment_id", WIDE, nullable=True))
        batch_op.drop_constraint(op.f("ck_text_one_owner"), type_="check")
        batch_op.create_check_constraint(op.f("ck_text_one_owner"), ONE_OWNER)
        batch_op.create_unique_constraint(batch_op.f("uq_text_enrolment_id_ident"), ["enrolment_id", "ident"])
        batch_op.create_foreign_key(
            batch_op.f("fk_text_enrolment_id_enrolment"), "enrolment", ["enrolment_id"], ["id"], ondelete="CASCADE"
        )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pace", WIDE, nullable=True))
        batch_op.add_column(sa.Column("reading", JSON, nullable=True))
        batch_op.create_check_constraint(op.f("ck_user_pace_of_a_reader"), "pace BETWEEN 50 AND 1000")
