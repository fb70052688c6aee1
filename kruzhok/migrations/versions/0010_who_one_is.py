"""Who one is: sign-ins that end by themselves, a second step, recovery codes, links that show an e-mail, the book of acts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

ACTS = (
    "account_made", "account_exported", "account_erased", "administrator_made", "administrator_unmade",
    "course_uploaded", "course_loaded", "complaint_settled", "job_retried", "member_removed", "role_changed",
    "keys_changed", "password_changed", "password_reset", "email_changed", "second_step_on", "second_step_off",
    "recovery_codes_made", "recovery_code_used",
)  # fmt: skip


def upgrade() -> None:
    """Bring the schema forward. A sign-in that is there was last used, for all that is known, on the day it was made."""
    op.create_table(
        "second_step",
        sa.Column("user_id", WIDE, nullable=False),
        sa.Column("salt", sa.String(), nullable=False),
        sa.Column("key_mark", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", WIDE, nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint(
            "(confirmed_at IS NULL) = (last_step IS NULL)", name=op.f("ck_second_step_confirmed_with_a_code")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_second_step_user_id_user"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_step")),
        sa.UniqueConstraint("user_id", name=op.f("uq_second_step_user_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", WIDE, nullable=False),
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_recovery_code_user_id_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_recovery_code_code_hash")),
    )
    op.create_index(op.f("ix_recovery_code_user_id"), "recovery_code", ["user_id"], unique=False)
    op.create_table(
        "audit_entry",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", WIDE, nullable=True),
        sa.Column("in_shell", sa.Boolean(), nullable=False),
        sa.Column("act", sa.Enum(*ACTS, name="act", native_enum=False, create_constraint=True, length=32), nullable=False),
        sa.Column("about_id", WIDE, nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.CheckConstraint("actor_id IS NULL OR NOT in_shell", name=op.f("ck_audit_entry_the_shell_has_no_name")),
        sa.ForeignKeyConstraint(
            ["about_id"], ["user.id"], name=op.f("fk_audit_entry_about_id_user"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["user.id"], name=op.f("fk_audit_entry_actor_id_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    for column in ("at", "actor_id", "about_id"):
        op.create_index(op.f(f"ix_audit_entry_{column}"), "audit_entry", [column], unique=False)

    with op.batch_alter_table("try_count", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("last_on", sa.Date(), nullable=True))
    op.execute("UPDATE sign_in SET last_on = date(created_at)")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.alter_column("last_on", existing_type=sa.Date(), nullable=False)

    with op.batch_alter_table("one_time_link", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email", sa.String(), nullable=True))
        batch_op.drop_constraint(op.f("ck_one_time_link_linkkind"), type_="check")
        batch_op.drop_constraint(op.f("ck_one_time_link_belongs_to_user"), type_="check")
        kinds = ["reset", "setup", "sign_up", "email"]
        batch_op.create_check_constraint(op.f("ck_one_time_link_linkkind"), sa.column("kind").in_(kinds))
        batch_op.create_check_constraint(
            op.f("ck_one_time_link_belongs_to_user"), "kind IN ('setup', 'sign_up') OR user_id IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f("ck_one_time_link_shows_whose_email"), "(email IS NOT NULL) = (kind IN ('sign_up', 'email'))"
        )
        batch_op.create_check_constraint(op.f("ck_one_time_link_email_folded"), "email = lower(email)")
