"""Acts of two people, second factors, the demonstration's date."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "two_person_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("prepared_at", UtcDateTime(), nullable=False),
        sa.Column("words_digest", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["prepared_by"], ["person.id"], name=op.f("fk_two_person_act_prepared_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_two_person_act")),
    )
    op.create_index("ix_two_person_act_prepared_at", "two_person_act", ["prepared_at", "id"], unique=False)
    op.create_index(op.f("ix_two_person_act_prepared_by"), "two_person_act", ["prepared_by"], unique=False)
    op.create_table(
        "act_approval",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["two_person_act.id"], name=op.f("fk_act_approval_act_id")),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_act_approval_approved_by")),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_act_approval")),
    )
    op.create_table(
        "act_withdrawal",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["two_person_act.id"], name=op.f("fk_act_withdrawal_act_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["person.id"], name=op.f("fk_act_withdrawal_withdrawn_by")),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_act_withdrawal")),
    )
    op.create_table(
        "act_words",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["two_person_act.id"], name=op.f("fk_act_words_act_id")),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_act_words")),
    )
    op.create_table(
        "act_withdrawal_reason",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["act_withdrawal.act_id"], name=op.f("fk_act_withdrawal_reason_act_id")),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_act_withdrawal_reason")),
    )
    op.add_column("cooperative", sa.Column("ahead_seconds", sa.Integer(), nullable=True))
    op.add_column("person", sa.Column("tf_primary_method", sa.String(length=40), nullable=True))
    op.add_column("person", sa.Column("tf_totp_secret", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("tf_last_step", sa.BigInteger(), nullable=True))
    op.add_column("person", sa.Column("mf_recovery_codes", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("sign_in_session", sa.Column("factor_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column("sign_in_session", "factor_at")
    op.drop_column("person", "mf_recovery_codes")
    op.drop_column("person", "tf_last_step")
    op.drop_column("person", "tf_totp_secret")
    op.drop_column("person", "tf_primary_method")
    op.drop_column("cooperative", "ahead_seconds")
    op.drop_table("act_withdrawal_reason")
    op.drop_table("act_words")
    op.drop_table("act_withdrawal")
    op.drop_table("act_approval")
    op.drop_index(op.f("ix_two_person_act_prepared_by"), table_name="two_person_act")
    op.drop_index("ix_two_person_act_prepared_at", table_name="two_person_act")
    op.drop_table("two_person_act")
