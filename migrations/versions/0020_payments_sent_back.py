"""Payments that the bank sent back: of bills, which can then be paid anew, and of payments out.

A bill has had one payment; now each of its payments is a row. Its key changes, so the table is made anew with its rows.

Revision ID: 0020
Revises: 0019
"""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_payments(key=("bill_id", "run_id"))
    _create_returns("bill", ("bill_id", "run_id"), "bill_payment")
    _create_returns("disbursement", ("disbursement_id", "participant_id"), "disbursement_line")


def downgrade() -> None:
    """Remove them while they are empty: the revisions before know no payment that was sent back."""
    counted = "SELECT (SELECT count(*) FROM bill_return) + (SELECT count(*) FROM disbursement_return)"
    if op.get_bind().scalar(sa.text(counted)):
        raise RuntimeError("the bank has sent payments back, which the revisions before cannot keep")
    for paid in ("disbursement", "bill"):
        for table in ("return_reason", "return_line", "return"):
            op.drop_table(f"{paid}_{table}")
    _create_payments(key=("bill_id",))


def _create_payments(*, key: tuple[str, ...]) -> None:
    """Make the payments of bills anew under another key, and keep its rows."""
    op.execute("CREATE TABLE bill_payment_before AS SELECT * FROM bill_payment")
    op.drop_table("bill_payment")
    op.create_table(
        "bill_payment",
        sa.Column("bill_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["bill.id"], name=op.f("fk_bill_payment_bill_id")),
        sa.ForeignKeyConstraint(["run_id"], ["bill_payment_run.id"], name=op.f("fk_bill_payment_run_id")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_bill_payment")),
    )
    op.create_index("ix_bill_payment_run_id", "bill_payment", ["run_id"], unique=False)
    op.execute("INSERT INTO bill_payment (bill_id, run_id) SELECT bill_id, run_id FROM bill_payment_before")
    op.drop_table("bill_payment_before")


def _create_returns(paid: str, key: tuple[str, str], payments: str) -> None:
    """Add what came back of a kind of payments, and why; `key` is that of the table of its payments."""
    head, lines, reasons = f"{paid}_return", f"{paid}_return_line", f"{paid}_return_reason"
    op.create_table(
        head,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("returned_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{head}")),
    )
    op.create_table(
        lines,
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in key),
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(key, [f"{payments}.{name}" for name in key], name=op.f(f"fk_{lines}_{'_'.join(key)}")),
        sa.ForeignKeyConstraint(["return_id"], [f"{head}.id"], name=op.f(f"fk_{lines}_return_id")),
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{lines}")),
    )
    op.create_index(f"ix_{lines}_return_id", lines, ["return_id"], unique=False)
    op.create_table(
        reasons,
        sa.Column("return_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["return_id"], [f"{head}.id"], name=op.f(f"fk_{reasons}_return_id")),
        sa.PrimaryKeyConstraint("return_id", name=op.f(f"pk_{reasons}")),
    )
