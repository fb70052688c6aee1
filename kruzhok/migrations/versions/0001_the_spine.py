"""The spine: users, courses, texts, groups, quizzes, completion."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "course",
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("licence", sa.String(), nullable=False),
        sa.Column("authors", JSON, nullable=False),
        sa.Column("about_html", sa.String(), nullable=False),
        sa.Column("pacing", JSON, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded", sa.Boolean(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course")),
        sa.UniqueConstraint("ident", name=op.f("uq_course_ident")),
    )
    op.create_table(
        "file",
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size", WIDE, nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("size >= 0", name=op.f("ck_file_size_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_file")),
        sa.UniqueConstraint("sha256", name=op.f("uq_file_sha256")),
    )
    op.create_table(
        "job",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("key", sa.String(), nullable=True),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", WIDE, nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_job_tries_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(
            "ix_job_waiting",
            ["run_at"],
            unique=False,
            sqlite_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
        )
        batch_op.create_index(
            "one_waiting_of_that_key",
            ["key"],
            unique=True,
            sqlite_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=sa.text("done_at IS NULL AND failed_at IS NULL"),
        )

    op.create_table(
        "try_count",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("begins_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", WIDE, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_try_count")),
        sa.UniqueConstraint("key", "begins_at", name=op.f("uq_try_count_key_begins_at")),
    )
    with op.batch_alter_table("try_count", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_try_count_begins_at"), ["begins_at"], unique=False)

    op.create_table(
        "user",
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("administrator", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("active_on", sa.Date(), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_user_email_folded")),
        sa.CheckConstraint("email IS NOT NULL OR NOT administrator", name=op.f("ck_user_guest_is_no_administrator")),
        sa.CheckConstraint("email IS NOT NULL OR password_hash IS NULL", name=op.f("ck_user_guest_has_no_password")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user")),
        sa.UniqueConstraint("email", name=op.f("uq_user_email")),
    )
    op.create_table(
        "curriculum_file",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("file_id", WIDE, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_curriculum_file_course_id_course"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_curriculum_file_file_id_file")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_curriculum_file")),
        sa.UniqueConstraint("course_id", "path", name=op.f("uq_curriculum_file_course_id_path")),
    )
    with op.batch_alter_table("curriculum_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_curriculum_file_file_id"), ["file_id"], unique=False)

    op.create_table(
        "event",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("title_html", sa.String(), nullable=False),
        sa.Column("earliest", sa.Date(), nullable=False),
        sa.Column("latest", sa.Date(), nullable=False),
        sa.Column("in_words", sa.String(), nullable=False),
        sa.Column("old_style_in_words", sa.String(), nullable=True),
        sa.Column("note_html", sa.String(), nullable=False),
        sa.Column("turning_point", sa.Boolean(), nullable=False),
        sa.Column("disputed_html", sa.String(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("earliest <= latest", name=op.f("ck_event_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_event_course_id_course"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("course_id", "ident", name=op.f("uq_event_course_id_ident")),
    )
    op.create_table(
        "notice",
        sa.Column("user_id", WIDE, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("mailed_in", sa.String(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_notice_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("user_id", "kind", "ref", name=op.f("uq_notice_user_id_kind_ref")),
    )
    op.create_table(
        "one_time_link",
        sa.Column(
            "kind",
            sa.Enum("reset", "setup", name="linkkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("user_id", WIDE, nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("kind = 'setup' OR user_id IS NOT NULL", name=op.f("ck_one_time_link_belongs_to_user")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_one_time_link_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
    )
    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_one_time_link_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "one_open_set_up_link",
            ["kind"],
            unique=True,
            sqlite_where=sa.text("kind = 'setup' AND used_at IS NULL"),
            postgresql_where=sa.text("kind = 'setup' AND used_at IS NULL"),
        )

    op.create_table(
        "person",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("native", sa.String(), nullable=True),
        sa.Column("aliases", JSON, nullable=False),
        sa.Column("lived", sa.String(), nullable=False),
        sa.Column("note_html", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_person_course_id_course"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("course_id", "ident", name=op.f("uq_person_course_id_ident")),
    )
    op.create_table(
        "sign_in",
        sa.Column("user_id", WIDE, nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("device", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_sign_in_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_token_hash")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sign_in_user_id"), ["user_id"], unique=False)

    op.create_table(
        "source",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("container", sa.String(), nullable=True),
        sa.Column("year", sa.String(), nullable=True),
        sa.Column("publisher", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("note_html", sa.String(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_source_course_id_course"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("course_id", "ident", name=op.f("uq_source_course_id_ident")),
    )
    op.create_table(
        "study_group",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_study_group_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_group")),
        sa.UniqueConstraint("id", "course_id", name=op.f("uq_study_group_id_course_id")),
        sa.UniqueConstraint("slug", name=op.f("uq_study_group_slug")),
    )
    with op.batch_alter_table("study_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_study_group_course_id"), ["course_id"], unique=False)

    op.create_table(
        "term",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("term", sa.String(), nullable=False),
        sa.Column("native", sa.String(), nullable=True),
        sa.Column("transliteration", sa.String(), nullable=True),
        sa.Column("aliases", JSON, nullable=False),
        sa.Column("meaning_html", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_term_course_id_course"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
        sa.UniqueConstraint("course_id", "ident", name=op.f("uq_term_course_id_ident")),
    )
    op.create_table(
        "unit",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("position", WIDE, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_unit_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("course_id", "ident", name=op.f("uq_unit_course_id_ident")),
        sa.UniqueConstraint("id", "course_id", name=op.f("uq_unit_id_course_id")),
    )
    op.create_table(
        "activity",
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("group_id", WIDE, nullable=True),
        sa.Column("unit_id", WIDE, nullable=True),
        sa.Column("parent_id", WIDE, nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "lesson",
                "reading",
                "prompt",
                "quiz",
                name="activitykind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("position", WIDE, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("minutes", WIDE, nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("kind <> 'lesson' OR parent_id IS NULL", name=op.f("ck_activity_lesson_stands_alone")),
        sa.CheckConstraint(
            "kind = 'lesson' OR parent_id IS NOT NULL OR group_id IS NOT NULL", name=op.f("ck_activity_part_has_lesson")
        ),
        sa.CheckConstraint("unit_id IS NULL OR kind = 'lesson'", name=op.f("ck_activity_only_lessons_in_units")),
        sa.CheckConstraint("minutes >= 0", name=op.f("ck_activity_minutes_not_negative")),
        sa.CheckConstraint("parent_id <> id", name=op.f("ck_activity_not_its_own_part")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_activity_course_id_course")),
        sa.ForeignKeyConstraint(
            ["group_id", "course_id"],
            ["study_group.id", "study_group.course_id"],
            name=op.f("fk_activity_group_id_course_id_study_group"),
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["parent_id", "course_id"],
            ["activity.id", "activity.course_id"],
            name=op.f("fk_activity_parent_id_course_id_activity"),
        ),
        sa.ForeignKeyConstraint(
            ["unit_id", "course_id"], ["unit.id", "unit.course_id"], name=op.f("fk_activity_unit_id_course_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
        sa.UniqueConstraint("id", "course_id", name=op.f("uq_activity_id_course_id")),
        sa.UniqueConstraint("parent_id", "kind", "ident", name=op.f("uq_activity_parent_id_kind_ident")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activity_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_activity_unit_id"), ["unit_id"], unique=False)
        batch_op.create_index(
            "one_ident_in_course",
            ["course_id", "kind", "ident"],
            unique=True,
            sqlite_where=sa.text("group_id IS NULL AND parent_id IS NULL"),
            postgresql_where=sa.text("group_id IS NULL AND parent_id IS NULL"),
        )
        batch_op.create_index(
            "one_ident_in_group",
            ["group_id", "kind", "ident"],
            unique=True,
            sqlite_where=sa.text("parent_id IS NULL"),
            postgresql_where=sa.text("parent_id IS NULL"),
        )
        batch_op.create_index(
            "one_quiz_of_that_name",
            ["course_id", "ident"],
            unique=True,
            sqlite_where=sa.text("group_id IS NULL AND kind = 'quiz'"),
            postgresql_where=sa.text("group_id IS NULL AND kind = 'quiz'"),
        )

    op.create_table(
        "enrolment",
        sa.Column("user_id", WIDE, nullable=False),
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("group_id", WIDE, nullable=True),
        sa.Column(
            "role",
            sa.Enum("student", "tutor", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("organiser", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("group_id IS NOT NULL OR role = 'student'", name=op.f("ck_enrolment_alone_is_student")),
        sa.CheckConstraint("group_id IS NOT NULL OR NOT organiser", name=op.f("ck_enrolment_alone_has_no_keys")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_enrolment_course_id_course")),
        sa.ForeignKeyConstraint(
            ["group_id", "course_id"],
            ["study_group.id", "study_group.course_id"],
            name=op.f("fk_enrolment_group_id_course_id_study_group"),
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_enrolment_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("id", "group_id", name=op.f("uq_enrolment_id_group_id")),
        sa.UniqueConstraint("id", "user_id", name=op.f("uq_enrolment_id_user_id")),
    )
    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrolment_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrolment_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_enrolment_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "one_live_in_group",
            ["user_id", "group_id"],
            unique=True,
            sqlite_where=sa.text("left_at IS NULL"),
            postgresql_where=sa.text("left_at IS NULL"),
        )
        batch_op.create_index(
            "one_live_solo",
            ["user_id", "course_id"],
            unique=True,
            sqlite_where=sa.text("group_id IS NULL AND left_at IS NULL"),
            postgresql_where=sa.text("group_id IS NULL AND left_at IS NULL"),
        )

    op.create_table(
        "invitation",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column(
            "role",
            sa.Enum("student", "tutor", name="role", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("made_by_id", WIDE, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("uses_allowed", WIDE, nullable=True),
        sa.Column("uses", WIDE, nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "uses >= 0 AND (uses_allowed IS NULL OR uses <= uses_allowed)", name=op.f("ck_invitation_uses_within_limit")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_invitation_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user.id"], name=op.f("fk_invitation_made_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_made_by_id"), ["made_by_id"], unique=False)

    op.create_table(
        "item",
        sa.Column("course_id", WIDE, nullable=True),
        sa.Column("group_id", WIDE, nullable=True),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("current_version_id", WIDE, nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("(course_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_item_one_owner")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_item_course_id_course")),
        sa.ForeignKeyConstraint(
            ["current_version_id", "id"],
            ["item_version.id", "item_version.item_id"],
            name="fk_item_current",
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(["group_id"], ["study_group.id"], name=op.f("fk_item_group_id_study_group")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        sa.UniqueConstraint("course_id", "ident", name=op.f("uq_item_course_id_ident")),
        sa.UniqueConstraint("group_id", "ident", name=op.f("uq_item_group_id_ident")),
    )
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_current_version_id"), ["current_version_id"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_meeting_numbers_from_one")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_meeting_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
        sa.UniqueConstraint("group_id", "number", name=op.f("uq_meeting_group_id_number")),
        sa.UniqueConstraint("id", "group_id", name=op.f("uq_meeting_id_group_id")),
    )
    op.create_table(
        "planned_lesson",
        sa.Column("unit_id", WIDE, nullable=False),
        sa.Column("position", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("given", sa.Date(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_planned_lesson_unit_id_unit"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_planned_lesson")),
        sa.UniqueConstraint("unit_id", "position", name=op.f("uq_planned_lesson_unit_id_position")),
    )
    op.create_table(
        "subgroup",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_subgroup_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subgroup")),
        sa.UniqueConstraint("group_id", "name", name=op.f("uq_subgroup_group_id_name")),
        sa.UniqueConstraint("id", "group_id", name=op.f("uq_subgroup_id_group_id")),
    )
    with op.batch_alter_table("subgroup", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subgroup_group_id"), ["group_id"], unique=False)

    op.create_table(
        "text",
        sa.Column("course_id", WIDE, nullable=True),
        sa.Column("group_id", WIDE, nullable=True),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("imported_by_id", WIDE, nullable=True),
        sa.Column("current_version_id", WIDE, nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("(course_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_text_one_owner")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_text_course_id_course")),
        sa.ForeignKeyConstraint(
            ["current_version_id", "id"],
            ["text_version.id", "text_version.text_id"],
            name="fk_text_current",
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(["group_id"], ["study_group.id"], name=op.f("fk_text_group_id_study_group")),
        sa.ForeignKeyConstraint(
            ["imported_by_id"], ["user.id"], name=op.f("fk_text_imported_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text")),
        sa.UniqueConstraint("course_id", "ident", name=op.f("uq_text_course_id_ident")),
        sa.UniqueConstraint("group_id", "ident", name=op.f("uq_text_group_id_ident")),
    )
    with op.batch_alter_table("text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_text_current_version_id"), ["current_version_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_text_imported_by_id"), ["imported_by_id"], unique=False)

    op.create_table(
        "accommodation",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("factor", sa.Numeric(precision=4, scale=2), nullable=False),
        sa.Column("days", WIDE, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", WIDE, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("days >= 0", name=op.f("ck_accommodation_never_earlier")),
        sa.CheckConstraint("factor >= 1", name=op.f("ck_accommodation_never_less_time")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_accommodation_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_accommodation_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accommodation")),
    )
    with op.batch_alter_table("accommodation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accommodation_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_accommodation_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(
            "one_live_accommodation",
            ["enrolment_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "assignment",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("course_id", WIDE, nullable=False),
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column("meeting_id", WIDE, nullable=True),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by_id", WIDE, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "due_at IS NULL OR reply_due_at IS NULL OR due_at <= reply_due_at",
            name=op.f("ck_assignment_replies_after_posts"),
        ),
        sa.CheckConstraint(
            "opens_at IS NULL OR closes_at IS NULL OR opens_at < closes_at",
            name=op.f("ck_assignment_closes_after_opening"),
        ),
        sa.ForeignKeyConstraint(
            ["activity_id", "course_id"],
            ["activity.id", "activity.course_id"],
            name=op.f("fk_assignment_activity_id_course_id_activity"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id", "course_id"],
            ["study_group.id", "study_group.course_id"],
            name=op.f("fk_assignment_group_id_course_id_study_group"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user.id"], name=op.f("fk_assignment_made_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id", "group_id"],
            ["meeting.id", "meeting.group_id"],
            name=op.f("fk_assignment_meeting_id_group_id_meeting"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
        sa.UniqueConstraint("id", "group_id", name=op.f("uq_assignment_id_group_id")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_meeting_id"), ["meeting_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("user_id", WIDE, nullable=False),
        sa.Column("enrolment_id", WIDE, nullable=True),
        sa.Column("activity_id", WIDE, nullable=True),
        sa.Column(
            "purpose",
            sa.Enum("quiz", "check", "review", name="purpose", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("policy", JSON, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("max_points", sa.Double(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "purpose <> 'quiz' OR (enrolment_id IS NOT NULL AND activity_id IS NOT NULL)",
            name=op.f("ck_attempt_quiz_belongs_to_enrolment"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_attempt_numbers_from_one")),
        sa.CheckConstraint(
            "submitted_at IS NOT NULL OR points IS NULL", name=op.f("ck_attempt_no_points_before_submission")
        ),
        sa.CheckConstraint(
            "submitted_at IS NULL OR submitted_at >= started_at", name=op.f("ck_attempt_submitted_after_start")
        ),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_attempt_activity_id_activity")),
        sa.ForeignKeyConstraint(
            ["enrolment_id", "user_id"],
            ["enrolment.id", "enrolment.user_id"],
            name=op.f("fk_attempt_enrolment_id_user_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_attempt_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attempt_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_attempt_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "one_number_per_quiz",
            ["enrolment_id", "activity_id", "number"],
            unique=True,
            sqlite_where=sa.text("purpose = 'quiz'"),
            postgresql_where=sa.text("purpose = 'quiz'"),
        )
        batch_op.create_index(
            "one_open_per_quiz",
            ["enrolment_id", "activity_id"],
            unique=True,
            sqlite_where=sa.text("purpose = 'quiz' AND submitted_at IS NULL"),
            postgresql_where=sa.text("purpose = 'quiz' AND submitted_at IS NULL"),
        )

    op.create_table(
        "completion",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column(
            "state",
            sa.Enum("none", "begun", "done", name="state", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name=op.f("ck_completion_done_has_a_time")),
        sa.CheckConstraint("state <> 'none'", name=op.f("ck_completion_not_begun_has_no_row")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_completion_activity_id_activity")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_completion_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion")),
        sa.UniqueConstraint("enrolment_id", "activity_id", name=op.f("uq_completion_enrolment_id_activity_id")),
    )
    with op.batch_alter_table("completion", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_completion_activity_id"), ["activity_id"], unique=False)

    op.create_table(
        "completion_fact",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "reached",
                "tick",
                "untick",
                "override",
                name="factkind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("by_id", WIDE, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "kind <> 'override' OR reason IS NOT NULL", name=op.f("ck_completion_fact_override_says_why")
        ),
        sa.CheckConstraint(
            "kind = 'override' OR done = (kind <> 'untick')", name=op.f("ck_completion_fact_means_what_it_says")
        ),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_completion_fact_activity_id_activity")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["user.id"], name=op.f("fk_completion_fact_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"],
            ["enrolment.id"],
            name=op.f("fk_completion_fact_enrolment_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_completion_fact")),
    )
    with op.batch_alter_table("completion_fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_completion_fact_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_completion_fact_by_id"), ["by_id"], unique=False)
        batch_op.create_index("ix_completion_fact_latest", ["enrolment_id", "activity_id", "id"], unique=False)

    op.create_table(
        "document",
        sa.Column("text_id", WIDE, nullable=False),
        sa.Column("about", JSON, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_document_text_id_text"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
        sa.UniqueConstraint("text_id", name=op.f("uq_document_text_id")),
    )
    op.create_table(
        "draft",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("copy", WIDE, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_draft_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.UniqueConstraint("enrolment_id", "place", "copy", name=op.f("uq_draft_enrolment_id_place_copy")),
    )
    op.create_table(
        "exception",
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column("enrolment_id", WIDE, nullable=True),
        sa.Column("subgroup_id", WIDE, nullable=True),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("value", JSON, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("by_id", WIDE, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "field IN ('open', 'due', 'reply_due', 'close', 'time_limit', 'attempts')",
            name=op.f("ck_exception_known_field"),
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_exception_has_reason")),
        sa.CheckConstraint("(subgroup_id IS NULL) <> (enrolment_id IS NULL)", name=op.f("ck_exception_one_audience")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_exception_activity_id_activity")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_exception_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_exception_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subgroup_id"], ["subgroup.id"], name=op.f("fk_exception_subgroup_id_subgroup"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exception")),
    )
    with op.batch_alter_table("exception", schema=None) as batch_op:
        batch_op.create_index("ix_exception_activity", ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exception_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exception_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exception_subgroup_id"), ["subgroup_id"], unique=False)
        batch_op.create_index(
            "one_live_of_enrolment",
            ["activity_id", "enrolment_id", "field"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )
        batch_op.create_index(
            "one_live_of_subgroup",
            ["activity_id", "subgroup_id", "field"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "lesson",
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column("text_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("summary", sa.String(), nullable=False),
        sa.Column("objectives", JSON, nullable=False),
        sa.Column("lecture", JSON, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_lesson_activity_id_activity")),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_lesson_text_id_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_lesson_activity_id")),
        sa.UniqueConstraint("text_id", name=op.f("uq_lesson_text_id")),
    )
    op.create_table(
        "moved_ident",
        sa.Column("text_id", WIDE, nullable=False),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("now_ident", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_moved_ident_text_id_text"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_moved_ident")),
        sa.UniqueConstraint("text_id", "ident", name=op.f("uq_moved_ident_text_id_ident")),
    )
    op.create_table(
        "prompt",
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column("current_version_id", WIDE, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_prompt_activity_id_activity")),
        sa.ForeignKeyConstraint(
            ["current_version_id", "id"],
            ["prompt_version.id", "prompt_version.prompt_id"],
            name="fk_prompt_current",
            use_alter=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_prompt_activity_id")),
    )
    with op.batch_alter_table("prompt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prompt_current_version_id"), ["current_version_id"], unique=False)

    op.create_table(
        "quiz",
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column("introduction_html", sa.String(), nullable=False),
        sa.Column("attempts_allowed", WIDE, nullable=True),
        sa.Column("pass_mark", sa.Double(), nullable=True),
        sa.Column(
            "counts",
            sa.Enum(
                "best", "last", "first", "average", name="counts", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("time_limit", WIDE, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "attempts_allowed IS NULL OR attempts_allowed >= 1", name=op.f("ck_quiz_one_attempt_at_least")
        ),
        sa.CheckConstraint(
            "pass_mark IS NULL OR (pass_mark > 0 AND pass_mark <= 1)", name=op.f("ck_quiz_pass_mark_is_a_share")
        ),
        sa.CheckConstraint("time_limit IS NULL OR time_limit >= 60", name=op.f("ck_quiz_a_minute_at_least")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_quiz_activity_id_activity")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_quiz_activity_id")),
    )
    op.create_table(
        "reading",
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column("text_id", WIDE, nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("by", sa.String(), nullable=True),
        sa.Column("part", sa.String(), nullable=True),
        sa.Column("look_for_html", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("(text_id IS NULL) <> (address IS NULL)", name=op.f("ck_reading_inside_or_outside")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_reading_activity_id_activity")),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_reading_text_id_text")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reading")),
        sa.UniqueConstraint("activity_id", name=op.f("uq_reading_activity_id")),
    )
    with op.batch_alter_table("reading", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reading_text_id"), ["text_id"], unique=False)

    op.create_table(
        "self_check",
        sa.Column("text_id", WIDE, nullable=False),
        sa.Column("passage_ident", sa.String(), nullable=False),
        sa.Column("item_id", WIDE, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_self_check_item_id_item")),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_self_check_text_id_text"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_check")),
        sa.UniqueConstraint(
            "text_id", "passage_ident", "item_id", name=op.f("uq_self_check_text_id_passage_ident_item_id")
        ),
    )
    with op.batch_alter_table("self_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_self_check_item_id"), ["item_id"], unique=False)

    op.create_table(
        "subgroup_member",
        sa.Column("subgroup_id", WIDE, nullable=False),
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id", "group_id"],
            ["enrolment.id", "enrolment.group_id"],
            name=op.f("fk_subgroup_member_enrolment_id_group_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subgroup_id", "group_id"],
            ["subgroup.id", "subgroup.group_id"],
            name=op.f("fk_subgroup_member_subgroup_id_group_id_subgroup"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subgroup_member")),
        sa.UniqueConstraint("subgroup_id", "enrolment_id", name=op.f("uq_subgroup_member_subgroup_id_enrolment_id")),
    )
    with op.batch_alter_table("subgroup_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subgroup_member_enrolment_id"), ["enrolment_id"], unique=False)

    op.create_table(
        "text_version",
        sa.Column("text_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["text_id"], ["text.id"], name=op.f("fk_text_version_text_id_text"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_version")),
        sa.UniqueConstraint("id", "text_id", name=op.f("uq_text_version_id_text_id")),
        sa.UniqueConstraint("text_id", "hash", name=op.f("uq_text_version_text_id_hash")),
        sa.UniqueConstraint("text_id", "number", name=op.f("uq_text_version_text_id_number")),
    )
    op.create_table(
        "assignment_target",
        sa.Column("assignment_id", WIDE, nullable=False),
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("subgroup_id", WIDE, nullable=True),
        sa.Column("enrolment_id", WIDE, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(subgroup_id IS NULL) <> (enrolment_id IS NULL)", name=op.f("ck_assignment_target_one_audience")
        ),
        sa.ForeignKeyConstraint(
            ["assignment_id", "group_id"],
            ["assignment.id", "assignment.group_id"],
            name=op.f("fk_assignment_target_assignment_id_group_id_assignment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id", "group_id"],
            ["enrolment.id", "enrolment.group_id"],
            name=op.f("fk_assignment_target_enrolment_id_group_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["subgroup_id", "group_id"],
            ["subgroup.id", "subgroup.group_id"],
            name=op.f("fk_assignment_target_subgroup_id_group_id_subgroup"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment_target")),
        sa.UniqueConstraint(
            "assignment_id", "enrolment_id", name=op.f("uq_assignment_target_assignment_id_enrolment_id")
        ),
        sa.UniqueConstraint(
            "assignment_id", "subgroup_id", name=op.f("uq_assignment_target_assignment_id_subgroup_id")
        ),
    )
    with op.batch_alter_table("assignment_target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_target_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_target_subgroup_id"), ["subgroup_id"], unique=False)

    op.create_table(
        "lesson_event",
        sa.Column("lesson_id", WIDE, nullable=False),
        sa.Column("event_id", WIDE, nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_lesson_event_event_id_event"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.id"], name=op.f("fk_lesson_event_lesson_id_lesson"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "event_id", name=op.f("pk_lesson_event")),
    )
    with op.batch_alter_table("lesson_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_event_event_id"), ["event_id"], unique=False)

    op.create_table(
        "lesson_person",
        sa.Column("lesson_id", WIDE, nullable=False),
        sa.Column("person_id", WIDE, nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.id"], name=op.f("fk_lesson_person_lesson_id_lesson"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_lesson_person_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "person_id", name=op.f("pk_lesson_person")),
    )
    with op.batch_alter_table("lesson_person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_person_person_id"), ["person_id"], unique=False)

    op.create_table(
        "lesson_source",
        sa.Column("lesson_id", WIDE, nullable=False),
        sa.Column("source_id", WIDE, nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.id"], name=op.f("fk_lesson_source_lesson_id_lesson"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_lesson_source_source_id_source"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("lesson_id", "source_id", name=op.f("pk_lesson_source")),
    )
    with op.batch_alter_table("lesson_source", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_source_source_id"), ["source_id"], unique=False)

    op.create_table(
        "lesson_term",
        sa.Column("lesson_id", WIDE, nullable=False),
        sa.Column("term_id", WIDE, nullable=False),
        sa.ForeignKeyConstraint(
            ["lesson_id"], ["lesson.id"], name=op.f("fk_lesson_term_lesson_id_lesson"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_lesson_term_term_id_term"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("lesson_id", "term_id", name=op.f("pk_lesson_term")),
    )
    with op.batch_alter_table("lesson_term", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lesson_term_term_id"), ["term_id"], unique=False)

    op.create_table(
        "passage",
        sa.Column("version_id", WIDE, nullable=False),
        sa.Column("ident", sa.String(), nullable=False),
        sa.Column("position", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("plain", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("kind <> 'heading' OR number IS NULL", name=op.f("ck_passage_headings_have_no_number")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["text_version.id"], name=op.f("fk_passage_version_id_text_version"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passage")),
        sa.UniqueConstraint("version_id", "ident", name=op.f("uq_passage_version_id_ident")),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_passage_version_id_position")),
    )
    op.create_table(
        "prompt_version",
        sa.Column("prompt_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("question_html", sa.String(), nullable=False),
        sa.Column("hint_html", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["prompt_id"], ["prompt.id"], name=op.f("fk_prompt_version_prompt_id_prompt"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt_version")),
        sa.UniqueConstraint("id", "prompt_id", name=op.f("uq_prompt_version_id_prompt_id")),
        sa.UniqueConstraint("prompt_id", "hash", name=op.f("uq_prompt_version_prompt_id_hash")),
        sa.UniqueConstraint("prompt_id", "number", name=op.f("uq_prompt_version_prompt_id_number")),
    )
    op.create_table(
        "quiz_slot",
        sa.Column("quiz_id", WIDE, nullable=False),
        sa.Column("position", WIDE, nullable=False),
        sa.Column("item_id", WIDE, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_quiz_slot_item_id_item")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_slot_quiz_id_quiz"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_slot")),
        sa.UniqueConstraint("quiz_id", "item_id", name=op.f("uq_quiz_slot_quiz_id_item_id")),
        sa.UniqueConstraint("quiz_id", "position", name=op.f("uq_quiz_slot_quiz_id_position")),
    )
    with op.batch_alter_table("quiz_slot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quiz_slot_item_id"), ["item_id"], unique=False)

    op.create_table(
        "anchor",
        sa.Column("text_id", WIDE, nullable=False),
        sa.Column("made_on_passage_id", WIDE, nullable=False),
        sa.Column("exact", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("suffix", sa.String(), nullable=False),
        sa.Column("start", WIDE, nullable=False),
        sa.Column("end", WIDE, nullable=False),
        sa.Column("now_passage_id", WIDE, nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "kept", "moved", "orphaned", name="anchorstate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(state = 'orphaned') = (now_passage_id IS NULL)", name=op.f("ck_anchor_orphans_have_no_place")
        ),
        sa.CheckConstraint('0 <= start AND start <= "end"', name=op.f("ck_anchor_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["made_on_passage_id"], ["passage.id"], name=op.f("fk_anchor_made_on_passage_id_passage")
        ),
        sa.ForeignKeyConstraint(["now_passage_id"], ["passage.id"], name=op.f("fk_anchor_now_passage_id_passage")),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_anchor_text_id_text"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_anchor")),
    )
    with op.batch_alter_table("anchor", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_anchor_made_on_passage_id"), ["made_on_passage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_anchor_now_passage_id"), ["now_passage_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_anchor_text_id"), ["text_id"], unique=False)

    op.create_table(
        "journal_entry",
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("activity_id", WIDE, nullable=False),
        sa.Column("prompt_version_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("text <> ''", name=op.f("ck_journal_entry_not_empty")),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_journal_entry_activity_id_activity")),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_journal_entry_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["prompt_version_id"], ["prompt_version.id"], name=op.f("fk_journal_entry_prompt_version_id_prompt_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint(
            "enrolment_id", "activity_id", "number", name=op.f("uq_journal_entry_enrolment_id_activity_id_number")
        ),
    )
    with op.batch_alter_table("journal_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_entry_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_entry_prompt_version_id"), ["prompt_version_id"], unique=False)

    op.create_table(
        "item_version",
        sa.Column("item_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.Column("anchor_id", WIDE, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["anchor_id"], ["anchor.id"], name=op.f("fk_item_version_anchor_id_anchor")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_version_item_id_item"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_version")),
        sa.UniqueConstraint("id", "item_id", name=op.f("uq_item_version_id_item_id")),
        sa.UniqueConstraint("item_id", "hash", name=op.f("uq_item_version_item_id_hash")),
        sa.UniqueConstraint("item_id", "number", name=op.f("uq_item_version_item_id_number")),
    )
    with op.batch_alter_table("item_version", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_item_version_anchor_id"), ["anchor_id"], unique=False)

    op.create_table(
        "attempt_item",
        sa.Column("attempt_id", WIDE, nullable=False),
        sa.Column("slot", WIDE, nullable=False),
        sa.Column("item_version_id", WIDE, nullable=False),
        sa.Column("shown", JSON, nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_attempt_item_attempt_id_attempt"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["item_version_id"], ["item_version.id"], name=op.f("fk_attempt_item_item_version_id_item_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt_item")),
        sa.UniqueConstraint("attempt_id", "item_version_id", name=op.f("uq_attempt_item_attempt_id_item_version_id")),
        sa.UniqueConstraint("attempt_id", "slot", name=op.f("uq_attempt_item_attempt_id_slot")),
    )
    with op.batch_alter_table("attempt_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_item_item_version_id"), ["item_version_id"], unique=False)

    op.create_table(
        "step",
        sa.Column("attempt_item_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column(
            "kind",
            sa.Enum("save", "score", name="stepkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("response", JSON, nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("by_id", WIDE, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base_step", WIDE, nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("(kind = 'score') = (score IS NOT NULL)", name=op.f("ck_step_scores_have_a_score")),
        sa.CheckConstraint(
            "number >= 1 AND base_step >= 0 AND base_step < number", name=op.f("ck_step_numbers_in_order")
        ),
        sa.CheckConstraint("score IS NULL OR (score >= 0 AND score <= 1)", name=op.f("ck_step_score_from_0_to_1")),
        sa.ForeignKeyConstraint(
            ["attempt_item_id"],
            ["attempt_item.id"],
            name=op.f("fk_step_attempt_item_id_attempt_item"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_step_by_id_user"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("attempt_item_id", "number", name=op.f("uq_step_attempt_item_id_number")),
        sa.UniqueConstraint("attempt_item_id", "once", name=op.f("uq_step_attempt_item_id_once")),
    )
    with op.batch_alter_table("step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_step_by_id"), ["by_id"], unique=False)
    # These close circles. SQLite took them with the tables; PostgreSQL wants both tables first.
    if op.get_bind().dialect.name == "postgresql":
        op.create_foreign_key(
            "fk_activity_group_id_course_id_study_group",
            "activity",
            "study_group",
            ["group_id", "course_id"],
            ["id", "course_id"],
        )
        op.create_foreign_key(
            "fk_item_current", "item", "item_version", ["current_version_id", "id"], ["id", "item_id"]
        )
        op.create_foreign_key(
            "fk_text_current", "text", "text_version", ["current_version_id", "id"], ["id", "text_id"]
        )
        op.create_foreign_key(
            "fk_prompt_current", "prompt", "prompt_version", ["current_version_id", "id"], ["id", "prompt_id"]
        )
