"""What stays: a card for each item a user has met, the log it is replayed from, and how much one wants to review."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward; the worker makes the cards of what was answered before."""
    op.create_table(
        "card",
        sa.Column("user_id", WIDE, nullable=False),
        sa.Column("item_id", WIDE, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stability", sa.Double(), nullable=True),
        sa.Column("difficulty", sa.Double(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reviews", WIDE, nullable=False),
        sa.Column("lapses", WIDE, nullable=False),
        sa.Column("misses", WIDE, nullable=False),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(last_on IS NULL) = (stability IS NULL) AND (last_on IS NULL) = (difficulty IS NULL)"
            " AND (last_on IS NULL) = (due_on IS NULL)",
            name=op.f("ck_card_new_or_remembered"),
        ),
        sa.CheckConstraint(
            "difficulty IS NULL OR difficulty BETWEEN 1 AND 10", name=op.f("ck_card_difficulty_from_1_to_10")
        ),
        sa.CheckConstraint("due_on IS NULL OR due_on > last_on", name=op.f("ck_card_due_after_the_last")),
        sa.CheckConstraint(
            "reviews >= 0 AND lapses >= 0 AND misses >= 0 AND lapses <= reviews", name=op.f("ck_card_counts_add_up")
        ),
        sa.CheckConstraint("stability IS NULL OR stability > 0", name=op.f("ck_card_stability_above_0")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_card_item_id_item")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_card_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card")),
        sa.UniqueConstraint("user_id", "item_id", name=op.f("uq_card_user_id_item_id")),
    )
    op.create_index("ix_card_due", "card", ["user_id", "due_on"], unique=False)
    op.create_index("ix_card_last", "card", ["user_id", "last_on"], unique=False)
    op.create_index(op.f("ix_card_item_id"), "card", ["item_id"], unique=False)
    op.create_table(
        "review_log",
        sa.Column("card_id", WIDE, nullable=False),
        sa.Column("number", WIDE, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("rating", WIDE, nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "check", "quiz", "review", name="reviewsource", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("milliseconds", WIDE, nullable=True),
        sa.Column("attempt_item_id", WIDE, nullable=True),
        sa.Column("counts", sa.Boolean(), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "milliseconds IS NULL OR source = 'review'", name=op.f("ck_review_log_only_reviews_are_timed")
        ),
        sa.CheckConstraint(
            "milliseconds IS NULL OR milliseconds BETWEEN 0 AND 120000",
            name=op.f("ck_review_log_two_minutes_at_most"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_review_log_numbers_from_one")),
        sa.CheckConstraint("rating BETWEEN 1 AND 4", name=op.f("ck_review_log_a_rating")),
        sa.ForeignKeyConstraint(
            ["attempt_item_id"],
            ["attempt_item.id"],
            name=op.f("fk_review_log_attempt_item_id_attempt_item"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["card.id"], name=op.f("fk_review_log_card_id_card"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_log")),
        sa.UniqueConstraint("attempt_item_id", name=op.f("uq_review_log_attempt_item_id")),
        sa.UniqueConstraint("card_id", "number", name=op.f("uq_review_log_card_id_number")),
        sa.UniqueConstraint("card_id", "once", name=op.f("uq_review_log_card_id_once")),
    )
    with op.batch_alter_table("user", schema=None) as batch_op:
        batch_op.add_column(sa.Column("review_minutes", WIDE, nullable=False, server_default="15"))
        batch_op.add_column(sa.Column("retention", sa.Double(), nullable=False, server_default="0.9"))
        batch_op.create_check_constraint(op.f("ck_user_minutes_of_a_day"), "review_minutes BETWEEN 0 AND 240")
        batch_op.create_check_constraint(op.f("ck_user_retention_is_a_share"), "retention BETWEEN 0.7 AND 0.97")
    op.execute(
        "INSERT INTO job (kind, payload, key, run_at, tries)"
        " SELECT 'cards', '{}', 'cards', CURRENT_TIMESTAMP, 0"
        " WHERE EXISTS (SELECT 1 FROM attempt WHERE submitted_at IS NOT NULL)"
    )
