"""Groups and their tutors: a plan that moves, subgroups that mix, agendas and minutes, reading lists, rosters, letters."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    """Bring the schema forward. What is there goes on as it was; letters come weekly until somebody says otherwise."""
    _tables()
    _columns()
    _dates()


def _dates() -> None:
    """Say of what a group gave itself for a meeting that it is due then, as it was until now without being said."""
    op.execute(
        "INSERT INTO relative_date (assignment_id, group_id, field, meeting_id, days)"
        " SELECT assignment.id, assignment.group_id, 'due', assignment.meeting_id, 0 FROM assignment"
        " JOIN activity ON activity.id = assignment.activity_id"
        " WHERE assignment.meeting_id IS NOT NULL AND activity.group_id IS NOT NULL AND activity.kind = 'reading'"
    )


def _tables() -> None:
    op.create_table(
        "digest",
        sa.Column("user_id", WIDE, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_digest_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest")),
        sa.UniqueConstraint("message_id", name=op.f("uq_digest_message_id")),
        sa.UniqueConstraint("user_id", "day", name=op.f("uq_digest_user_id_day")),
    )
    op.create_table(
        "article",
        sa.Column("course_id", WIDE, nullable=True),
        sa.Column("group_id", WIDE, nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("of", sa.String(), nullable=False),
        sa.Column("published", sa.Date(), nullable=True),
        sa.Column("added_by_id", WIDE, nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("title <> ''", name=op.f("ck_article_has_a_title")),
        sa.CheckConstraint("(course_id IS NULL) <> (group_id IS NULL)", name=op.f("ck_article_one_owner")),
        sa.ForeignKeyConstraint(
            ["added_by_id"], ["user.id"], name=op.f("fk_article_added_by_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_article_course_id_course"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_article_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article")),
        sa.UniqueConstraint("course_id", "address", name=op.f("uq_article_course_id_address")),
        sa.UniqueConstraint("group_id", "address", name=op.f("uq_article_group_id_address")),
    )
    with op.batch_alter_table("article", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_article_added_by_id"), ["added_by_id"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("user_id", WIDE, nullable=False),
        sa.Column("group_id", WIDE, nullable=True),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_calendar_feed_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_calendar_feed_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_group_id"), ["group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_feed_user_id"), ["user_id"], unique=False)
        batch_op.create_index(
            "one_live_feed",
            ["user_id"],
            unique=True,
            sqlite_where=sa.text("group_id IS NULL AND revoked_at IS NULL"),
            postgresql_where=sa.text("group_id IS NULL AND revoked_at IS NULL"),
        )
        batch_op.create_index(
            "one_live_feed_of_group",
            ["user_id", "group_id"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL"),
            postgresql_where=sa.text("revoked_at IS NULL"),
        )

    op.create_table(
        "division",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("size", WIDE, nullable=False),
        sa.Column("made_by_id", WIDE, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_division_numbers_from_one")),
        sa.CheckConstraint("size >= 2", name=op.f("ck_division_nobody_alone")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_division_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["made_by_id"], ["user.id"], name=op.f("fk_division_made_by_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_division")),
        sa.UniqueConstraint("group_id", "number", name=op.f("uq_division_group_id_number")),
        sa.UniqueConstraint("id", "group_id", name=op.f("uq_division_id_group_id")),
    )
    with op.batch_alter_table("division", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_division_made_by_id"), ["made_by_id"], unique=False)

    op.create_table(
        "help_rules",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("quiet_days", WIDE, nullable=True),
        sa.Column("late_parts", WIDE, nullable=True),
        sa.Column("score_below", WIDE, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("late_parts >= 1", name=op.f("ck_help_rules_one_part_late")),
        sa.CheckConstraint("quiet_days >= 1", name=op.f("ck_help_rules_quiet_for_a_day")),
        sa.CheckConstraint("score_below BETWEEN 1 AND 100", name=op.f("ck_help_rules_score_in_percent")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_help_rules_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_help_rules")),
        sa.UniqueConstraint("group_id", name=op.f("uq_help_rules_group_id")),
    )
    op.create_table(
        "holiday",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("first <= last", name=op.f("ck_holiday_ends_after_start")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_holiday_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holiday")),
    )
    with op.batch_alter_table("holiday", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holiday_group_id"), ["group_id"], unique=False)

    op.create_table(
        "message",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("by_id", WIDE, nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_message_not_empty")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_message_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_message_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("by_id", "once", name=op.f("uq_message_by_id_once")),
        sa.UniqueConstraint("id", "group_id", name=op.f("uq_message_id_group_id")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_group_id"), ["group_id"], unique=False)

    op.create_table(
        "pacing",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("weekdays", JSON, nullable=False),
        sa.Column("lessons", WIDE, nullable=False),
        sa.Column("meetings", WIDE, nullable=False),
        sa.Column("ends", sa.Date(), nullable=True),
        sa.Column("begins", sa.Time(), nullable=True),
        sa.Column("lasts", WIDE, nullable=True),
        sa.Column("where", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("ends IS NULL OR start <= ends", name=op.f("ck_pacing_ends_after_start")),
        sa.CheckConstraint(
            "lessons >= 1 AND meetings >= 1 AND (lessons = 1 OR meetings = 1)",
            name=op.f("ck_pacing_one_way_or_the_other"),
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_pacing_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pacing")),
        sa.UniqueConstraint("group_id", name=op.f("uq_pacing_group_id")),
    )
    op.create_table(
        "roster",
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("by_id", WIDE, nullable=False),
        sa.Column("file_id", WIDE, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_roster_by_id_user"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"], name=op.f("fk_roster_file_id_file")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["study_group.id"], name=op.f("fk_roster_group_id_study_group"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
    )
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_file_id"), ["file_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_roster_group_id"), ["group_id"], unique=False)

    op.create_table(
        "message_to",
        sa.Column("message_id", WIDE, nullable=False),
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["enrolment_id", "group_id"],
            ["enrolment.id", "enrolment.group_id"],
            name=op.f("fk_message_to_enrolment_id_group_id_enrolment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id", "group_id"],
            ["message.id", "message.group_id"],
            name=op.f("fk_message_to_message_id_group_id_message"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_to")),
        sa.UniqueConstraint("message_id", "enrolment_id", name=op.f("uq_message_to_message_id_enrolment_id")),
    )
    with op.batch_alter_table("message_to", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_to_enrolment_id"), ["enrolment_id"], unique=False)

    op.create_table(
        "agenda_item",
        sa.Column("meeting_id", WIDE, nullable=False),
        sa.Column("enrolment_id", WIDE, nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("text_id", WIDE, nullable=True),
        sa.Column("passage_ident", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("talked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("words <> '' OR text_id IS NOT NULL", name=op.f("ck_agenda_item_not_empty")),
        sa.CheckConstraint(
            "(text_id IS NULL) = (passage_ident IS NULL)", name=op.f("ck_agenda_item_passage_of_a_text")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["enrolment.id"], name=op.f("fk_agenda_item_enrolment_id_enrolment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["text_id"], ["text.id"], name=op.f("fk_agenda_item_text_id_text"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint(
            "meeting_id",
            "enrolment_id",
            "text_id",
            "passage_ident",
            name=op.f("uq_agenda_item_meeting_id_enrolment_id_text_id_passage_ident"),
        ),
    )
    with op.batch_alter_table("agenda_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agenda_item_enrolment_id"), ["enrolment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_agenda_item_text_id"), ["text_id"], unique=False)

    op.create_table(
        "minutes",
        sa.Column("meeting_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("by_id", WIDE, nullable=True),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("html", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("words <> ''", name=op.f("ck_minutes_not_empty")),
        sa.ForeignKeyConstraint(["by_id"], ["user.id"], name=op.f("fk_minutes_by_id_user"), ondelete="SET NULL"),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_minutes_meeting_id_meeting"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_minutes")),
        sa.UniqueConstraint("meeting_id", "number", name=op.f("uq_minutes_meeting_id_number")),
    )
    with op.batch_alter_table("minutes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_minutes_by_id"), ["by_id"], unique=False)

    op.create_table(
        "relative_date",
        sa.Column("assignment_id", WIDE, nullable=False),
        sa.Column("group_id", WIDE, nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("meeting_id", WIDE, nullable=False),
        sa.Column("days", WIDE, nullable=False),
        sa.Column("hour", sa.Time(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("field IN ('open', 'due', 'reply_due', 'close')", name=op.f("ck_relative_date_known_field")),
        sa.ForeignKeyConstraint(
            ["assignment_id", "group_id"],
            ["assignment.id", "assignment.group_id"],
            name=op.f("fk_relative_date_assignment_id_group_id_assignment"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id", "group_id"],
            ["meeting.id", "meeting.group_id"],
            name=op.f("fk_relative_date_meeting_id_group_id_meeting"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relative_date")),
        sa.UniqueConstraint("assignment_id", "field", name=op.f("uq_relative_date_assignment_id_field")),
    )
    with op.batch_alter_table("relative_date", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_relative_date_meeting_id"), ["meeting_id"], unique=False)


def _columns() -> None:
    for table in ("activity", "assignment"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("frame", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subgroup_id", WIDE, nullable=True))
        batch_op.create_index(batch_op.f("ix_frame_subgroup_id"), ["subgroup_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_frame_subgroup_id_subgroup"), "subgroup", ["subgroup_id"], ["id"])

    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("subgroup_id", WIDE, nullable=True))
        batch_op.create_check_constraint(op.f("ck_invitation_email_folded"), "email = lower(email)")
        batch_op.create_index(batch_op.f("ix_invitation_subgroup_id"), ["subgroup_id"], unique=False)
        batch_op.create_index(
            "one_open_invitation_by_mail",
            ["group_id", "email"],
            unique=True,
            sqlite_where=sa.text("revoked_at IS NULL AND uses = '0'"),
            postgresql_where=sa.text("revoked_at IS NULL AND uses = '0'"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_invitation_subgroup_id_subgroup"), "subgroup", ["subgroup_id"], ["id"], ondelete="SET NULL"
        )

    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("fixed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("begins", sa.Time(), nullable=True))
        batch_op.add_column(sa.Column("lasts", WIDE, nullable=True))
        batch_op.add_column(sa.Column("where", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("chair_id", WIDE, nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f("ck_meeting_lasts_a_day_at_most"), "lasts BETWEEN 1 AND 1440")
        batch_op.create_index(batch_op.f("ix_meeting_chair_id"), ["chair_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_meeting_chair_id_group_id_enrolment"),
            "enrolment",
            ["chair_id", "group_id"],
            ["id", "group_id"],
        )

    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.add_column(sa.Column("subgroup_id", WIDE, nullable=True))
        batch_op.create_index(batch_op.f("ix_note_subgroup_id"), ["subgroup_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_note_subgroup_id_subgroup"), "subgroup", ["subgroup_id"], ["id"])

    with op.batch_alter_table("study_group", schema=None) as batch_op:
        batch_op.add_column(sa.Column("previous_id", WIDE, nullable=True))
        batch_op.add_column(sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint(batch_op.f("uq_study_group_previous_id"), ["previous_id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_study_group_previous_id_study_group"),
            "study_group",
            ["previous_id"],
            ["id"],
            ondelete="SET NULL",
        )

    with op.batch_alter_table("subgroup", schema=None) as batch_op:
        batch_op.add_column(sa.Column("division_id", WIDE, nullable=True))
        batch_op.create_index(batch_op.f("ix_subgroup_division_id"), ["division_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_subgroup_division_id_group_id_division"),
            "division",
            ["division_id", "group_id"],
            ["id", "group_id"],
        )

    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "digest",
                sa.Enum(
                    "daily", "weekly", "none", name="digestkind", native_enum=False, create_constraint=True, length=32
                ),
                nullable=False,
                server_default="weekly",
            )
        )
