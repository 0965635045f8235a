"""Bills of suppliers and expense claims: what was entered, what was said, and when bills were paid.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables."""
    op.create_table(
        "bill_payment_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("form_token", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill_payment_run")),
        sa.UniqueConstraint("form_token", name=op.f("uq_bill_payment_run_form_token")),
    )
    op.create_table(
        "supplier",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("bank_account", sa.String(length=200), nullable=False),
        sa.Column("account_changed_at", UtcDateTime(), nullable=True),
        sa.Column("account_changed_by", sa.Uuid(), nullable=True),
        sa.Column("name_changed_at", UtcDateTime(), nullable=True),
        sa.Column("tax_number", sa.String(length=40), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("party_ref", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["account_changed_by"], ["person.id"], name=op.f("fk_supplier_account_changed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        sa.UniqueConstraint("name_key", name=op.f("uq_supplier_name_key")),
        sa.UniqueConstraint("party_ref", name=op.f("uq_supplier_party_ref")),
    )
    op.create_table(
        "expense_claim",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("claimed_by", sa.Uuid(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("form_token", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("total_minor > 0", name=op.f("ck_expense_claim_total")),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_expense_claim_attachment_id")),
        sa.ForeignKeyConstraint(["claimed_by"], ["person.id"], name=op.f("fk_expense_claim_claimed_by")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_expense_claim_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_expense_claim")),
        sa.UniqueConstraint("form_token", name=op.f("uq_expense_claim_form_token")),
    )
    with op.batch_alter_table("expense_claim", schema=None) as batch_op:
        batch_op.create_index("ix_expense_claim_participant_id", ["participant_id"], unique=False)

    op.create_table(
        "bill",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("supplier_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("number_key", sa.String(length=200), nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("billed_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("form_token", sa.Uuid(), nullable=False),
        sa.Column("bank_reference", sa.String(length=40), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("due_on >= billed_on", name=op.f("ck_bill_due")),
        sa.CheckConstraint("total_minor > 0", name=op.f("ck_bill_total")),
        sa.ForeignKeyConstraint(["act_id"], ["two_person_act.id"], name=op.f("fk_bill_act_id")),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_bill_attachment_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_bill_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bill")),
        sa.UniqueConstraint("act_id", name=op.f("uq_bill_act_id")),
        sa.UniqueConstraint("form_token", name=op.f("uq_bill_form_token")),
        sa.UniqueConstraint(
            "supplier_id", "number_key", "attempt", name=op.f("uq_bill_supplier_id_number_key_attempt")
        ),
    )
    with op.batch_alter_table("bill", schema=None) as batch_op:
        batch_op.create_index("ix_bill_billed_on", ["billed_on", "id"], unique=False)

    op.create_table(
        "claim_coding",
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["act_id"], ["two_person_act.id"], name=op.f("fk_claim_coding_act_id")),
        sa.ForeignKeyConstraint(["claim_id"], ["expense_claim.id"], name=op.f("fk_claim_coding_claim_id")),
        sa.PrimaryKeyConstraint("act_id", name=op.f("pk_claim_coding")),
    )
    with op.batch_alter_table("claim_coding", schema=None) as batch_op:
        batch_op.create_index("ix_claim_coding_claim_id", ["claim_id"], unique=False)

    op.create_table(
        "claim_ending",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("ended_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.Column("is_refused", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["expense_claim.id"], name=op.f("fk_claim_ending_claim_id")),
        sa.ForeignKeyConstraint(["ended_by"], ["person.id"], name=op.f("fk_claim_ending_ended_by")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_ending")),
    )
    op.create_table(
        "expense_claim_line",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("spent_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_expense_claim_line_amount")),
        sa.ForeignKeyConstraint(["claim_id"], ["expense_claim.id"], name=op.f("fk_expense_claim_line_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", "line", name=op.f("pk_expense_claim_line")),
    )
    op.create_table(
        "expense_claim_text",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["expense_claim.id"], name=op.f("fk_expense_claim_text_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", "line", name=op.f("pk_expense_claim_text")),
    )
    op.create_table(
        "bill_payment",
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name=op.f("fk_bill_payment_bill_id")),
        sa.ForeignKeyConstraint(["run_id"], ["bill_payment_run.id"], name=op.f("fk_bill_payment_run_id")),
        sa.PrimaryKeyConstraint("bill_id", name=op.f("pk_bill_payment")),
    )
    with op.batch_alter_table("bill_payment", schema=None) as batch_op:
        batch_op.create_index("ix_bill_payment_run_id", ["run_id"], unique=False)

    op.create_table(
        "bill_text",
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name=op.f("fk_bill_text_bill_id")),
        sa.PrimaryKeyConstraint("bill_id", "line", name=op.f("pk_bill_text")),
    )
    op.create_table(
        "claim_ending_reason",
        sa.Column("claim_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim_ending.claim_id"], name=op.f("fk_claim_ending_reason_claim_id")),
        sa.PrimaryKeyConstraint("claim_id", name=op.f("pk_claim_ending_reason")),
    )


def downgrade() -> None:
    """Remove them while they are empty: of a bill the books would keep an entry whose reasons are gone."""
    if op.get_bind().scalar(sa.text("SELECT (SELECT count(*) FROM bill) + (SELECT count(*) FROM expense_claim)")):
        raise RuntimeError("there are bills or claims, which the revisions before cannot keep")
    op.drop_table("claim_ending_reason")
    op.drop_table("bill_text")
    with op.batch_alter_table("bill_payment", schema=None) as batch_op:
        batch_op.drop_index("ix_bill_payment_run_id")

    op.drop_table("bill_payment")
    op.drop_table("expense_claim_text")
    op.drop_table("expense_claim_line")
    op.drop_table("claim_ending")
    with op.batch_alter_table("claim_coding", schema=None) as batch_op:
        batch_op.drop_index("ix_claim_coding_claim_id")

    op.drop_table("claim_coding")
    with op.batch_alter_table("bill", schema=None) as batch_op:
        batch_op.drop_index("ix_bill_billed_on")

    op.drop_table("bill")
    with op.batch_alter_table("expense_claim", schema=None) as batch_op:
        batch_op.drop_index("ix_expense_claim_participant_id")

    op.drop_table("expense_claim")
    op.drop_table("supplier")
    op.drop_table("bill_payment_run")
