"""Study groups meet: requests to join, the talk on prompts, looks of tutors, reports."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "discussion",
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("subgroup_id", WIDE, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["activity_id", "course_id"],
            ["activity.id", "activity.course_id"],
            name=op.f("fk_discussion_activity_id_course_id_activity"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id", "course_id"],
            ["study_group.id", "study_group.course_id"],
            name=op.f("fk_discussion_group_id_course_id_study_group"),
        ),
        sa.ForeignKeyConstraint(
            ["subgroup_id", "group_id"],
            ["subgroup.id", "subgroup.group_id"],
            name=op.f("fk_discussion_subgroup_id_group_id_subgroup"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discussion")),
        sa.UniqueConstraint("activity_id", "subgroup_id", name=op.f("uq_discussion_activity_id_subgroup_id")),
        sa.UniqueConstraint("id", "group_id", name=op.f("uq_discussion_id_group_id")),
    )
    with op.batch_alter_table("discussion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_discussion_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_discussion_subgroup_id"), ["subgroup_id"], unique=False)
        batch_op.create_index(
            "one_talk_of_group",
            ["activity_id", "group_id"],
            unique=True,
            sqlite_where=sa.text("subgroup_id IS NULL"),
            postgresql_where=sa.text("subgroup_id IS NULL"),
        )

    op.create_table(
        "join_request",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("user_id", WIDE, nullable=False),
        sa.Column("invitation_id", WIDE, nullable=False),
        sa.Column("bring", sa.Boolean(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("decided_by_id", WIDE, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (accepted IS NULL)", name=op.f("ck_join_request_decided_with_an_answer")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by_id"], ["user.id"], name=op.f("fk_join_request_decided_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_join_request_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["invitation_id"],
            ["invitation.id"],
            name=op.f("fk_join_request_invitation_id_invitation"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_join_request_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_join_request")),
    )
    with op.batch_alter_table("join_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_join_request_decided_by_id"), ["decided_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_join_request_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_join_request_invitation_id"), ["invitation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_join_request_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "one_open_request",
            ["user_id", "group_id"],
            unique=True,
            sqlite_where=sa.text("decided_at IS NULL"),
            postgresql_where=sa.text("decided_at IS NULL"),
        )

    op.create_table(
        "look",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("by_id", WIDE, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_look_by_id_user"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_look_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_look")),
    )
    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_look_by_id"), ["by_id"], unique=False)
        batch_op.create_index("ix_look_latest", ["enrolment_id", "by_id", "at"], unique=False)

    op.create_table(
        "post",
        sa.Column("discussion_id", WIDE, nullable=False),
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("prompt_version_id", WIDE, nullable=False),
        sa.Column("reply_to_id", WIDE, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("reply_to_id <> id", name=op.f("ck_post_no_reply_to_itself")),
        sa.ForeignKeyConstraint(
            ["discussion_id", "group_id"],
            ["discussion.id", "discussion.group_id"],
            name=op.f("fk_post_discussion_id_group_id_discussion"),
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id", "group_id"],
            ["enrolment.id", "enrolment.group_id"],
            name=op.f("fk_post_enrolment_id_group_id_enrolment"),
        ),
        sa.ForeignKeyConstraint(
            ["prompt_version_id"], ["prompt_version.id"], name=op.f("fk_post_prompt_version_id_prompt_version")
        ),
        sa.ForeignKeyConstraint(
            ["reply_to_id", "discussion_id"],
            ["post.id", "post.discussion_id"],
            name=op.f("fk_post_reply_to_id_discussion_id_post"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint("enrolment_id", "once", name=op.f("uq_post_enrolment_id_once")),
        sa.UniqueConstraint("id", "discussion_id", name=op.f("uq_post_id_discussion_id")),
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_discussion_id"), ["discussion_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_prompt_version_id"), ["prompt_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_reply_to_id"), ["reply_to_id"], unique=False)

    op.create_table(
        "post_version",
        sa.Column("post_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_post_version_not_empty")),
        sa.ForeignKeyConstraint(
            ["post_id"], ["post.id"], name=op.f("fk_post_version_post_id_post"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_version")),
        sa.UniqueConstraint("post_id", "number", name=op.f("uq_post_version_post_id_number")),
    )
    op.create_table(
        "read_mark",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("discussion_id", WIDE, nullable=False),
        sa.Column("post_id", WIDE, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_read_mark_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["post_id", "discussion_id"],
            ["post.id", "post.discussion_id"],
            name=op.f("fk_read_mark_post_id_discussion_id_post"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_read_mark")),
        sa.UniqueConstraint("enrolment_id", "discussion_id", name=op.f("uq_read_mark_enrolment_id_discussion_id")),
    )
    with op.batch_alter_table("read_mark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_read_mark_discussion_id"), ["discussion_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_read_mark_post_id"), ["post_id"], unique=False)

    op.create_table(
        "report",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("group_id", WIDE, nullable=True),
        sa.Column("user_id", WIDE, nullable=True),
        sa.Column("item_version_id", WIDE, nullable=True),
        sa.Column("passage_id", WIDE, nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by_id", WIDE, nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("mended", "planned", "right", name="outcome", native_enum=False, create_constraint=True, length=32),
            nullable=True,
        ),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_report_says_what")),
        sa.CheckConstraint("(closed_at IS NULL) = (outcome IS NULL)", name=op.f("ck_report_closed_with_an_outcome")),
        sa.CheckConstraint("(item_version_id IS NULL) <> (passage_id IS NULL)", name=op.f("ck_report_one_thing_meant")),
        sa.ForeignKeyConstraint(
            ["closed_by_id"], ["user.id"], name=op.f("fk_report_closed_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_report_course_id_course")),
        sa.ForeignKeyConstraint(
            ["group_id", "course_id"],
            ["study_group.id", "study_group.course_id"],
            name=op.f("fk_report_group_id_course_id_study_group"),
        ),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_report_item_version_id_item_version")
        ),
        sa.ForeignKeyConstraint(["passage_id"], ["passage.id"], name=op.f("fk_report_passage_id_passage")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_report_user_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
    )
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_closed_by_id"), ["closed_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_item_version_id"), ["item_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_passage_id"), ["passage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_user_id"), ["user_id"], unique=False)

    # With a default in the database, for the rows that are there.
    op.add_column("invitation", sa.Column("by_approval", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("study_group", sa.Column("about", sa.String(), nullable=False, server_default=""))
