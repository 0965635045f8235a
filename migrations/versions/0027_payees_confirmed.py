"""Accounts that are paid to are confirmed by a second person; bills are paid in parts, and less credit notes, which are bills below zero;
and both they and payments out may leave from any bank account.

An account that was paid to since it was last changed stays usable: it gets a confirmation that names nobody, of the moment in which
such a payment was recorded, and these payments say that they went there. All others wait for somebody who compares them. Each bill that was
paid was paid whole, and everything was paid from account 1000.

Revision ID: 0027
Revises: 0026
"""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime
from evidence.identifiers import new_ref

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_THE_ONE = "1000"
_CONFIRMATION = sa.table(
    "account_confirmation",
    sa.column("account_ref", sa.Uuid()),
    sa.column("confirmed_at", UtcDateTime()),
    sa.column("confirmed_by", sa.Uuid()),
)


def upgrade() -> None:
    op.create_table(
        "account_confirmation",
        sa.Column("account_ref", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_account_confirmation_confirmed_by")),
        sa.PrimaryKeyConstraint("account_ref", name=op.f("pk_account_confirmation")),
    )
    for table in ("supplier", "payout_account", "bill_payment", "disbursement_line"):
        op.add_column(table, sa.Column("account_ref", sa.Uuid(), nullable=True))
    _confirm_suppliers()
    _confirm_participants()
    with op.batch_alter_table("payout_account") as batch:
        batch.alter_column("account_ref", existing_type=sa.Uuid(), nullable=False)
        batch.add_column(sa.Column("changed_by", sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f("fk_payout_account_changed_by"), "person", ["changed_by"], ["id"])
    op.create_index("ix_supplier_account_ref", "supplier", ["account_ref"], unique=True)
    for table in ("bill_payment_run", "disbursement"):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column("bank_code", sa.String(length=40), nullable=True))
        op.execute(f"UPDATE {table} SET bank_code = '{_THE_ONE}'")
        with op.batch_alter_table(table) as batch:
            batch.alter_column("bank_code", existing_type=sa.String(length=40), nullable=False)
    _check_total("total_minor <> 0")
    with op.batch_alter_table("bill_payment") as batch:
        batch.add_column(sa.Column("amount_minor", sa.BigInteger(), nullable=True))
    whole = "(SELECT b.total_minor FROM bill b WHERE b.id = bill_payment.bill_id)"
    op.execute(f"UPDATE bill_payment SET amount_minor = {whole}")
    with op.batch_alter_table("bill_payment") as batch:
        batch.alter_column("amount_minor", existing_type=sa.BigInteger(), nullable=False)
        batch.create_check_constraint(op.f("ck_bill_payment_amount"), "amount_minor <> 0")
    op.create_index("ix_payout_account_account_ref", "payout_account", ["account_ref"], unique=True)


def downgrade() -> None:
    """Forget who confirmed what: the trail says it, and the revisions before do not ask. They know neither credit notes nor parts."""
    newer = (
        ("SELECT count(*) FROM bill WHERE total_minor < 0", "credit notes"),
        (
            "SELECT count(*) FROM bill_payment p JOIN bill b ON b.id = p.bill_id WHERE p.amount_minor <> b.total_minor",
            "payments of a part of a bill",
        ),
        *(
            (f"SELECT count(*) FROM {table} WHERE bank_code <> '{_THE_ONE}'", "payments from another bank account")
            for table in ("bill_payment_run", "disbursement")
        ),
    )
    for counted, what in newer:
        if op.get_bind().scalar(sa.text(counted)):
            raise RuntimeError(f"there are {what}, which the revisions before cannot keep")
    with op.batch_alter_table("bill_payment") as batch:
        batch.drop_constraint(op.f("ck_bill_payment_amount"), type_="check")
        batch.drop_column("amount_minor")
    _check_total("total_minor > 0")
    for table in ("disbursement", "bill_payment_run"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("bank_code")
    op.drop_index("ix_payout_account_account_ref", "payout_account")
    op.drop_index("ix_supplier_account_ref", "supplier")
    with op.batch_alter_table("payout_account") as batch:
        batch.drop_constraint(op.f("fk_payout_account_changed_by"), type_="foreignkey")
        batch.drop_column("changed_by")
    for table in ("disbursement_line", "bill_payment", "payout_account", "supplier"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("account_ref")
    op.drop_table("account_confirmation")


def _check_total(condition: str) -> None:
    with op.batch_alter_table("bill") as batch:
        batch.drop_constraint(op.f("ck_bill_total"), type_="check")
        batch.create_check_constraint(op.f("ck_bill_total"), condition)


def _confirm_suppliers() -> None:
    supplier, bill = _of("supplier", "account_changed_at", "bank_account"), _of("bill", "supplier_id")
    payment, run = _of("bill_payment", "bill_id", "run_id"), _of("bill_payment_run", "recorded_at")
    paid = (
        sa.select(payment.c.run_id, payment.c.bill_id, run.c.recorded_at)
        .join(run, run.c.id == payment.c.run_id)
        .join(bill, bill.c.id == payment.c.bill_id)
        .order_by(run.c.recorded_at)
    )
    accounts = sa.select(supplier.c.id, supplier.c.account_changed_at).where(supplier.c.bank_account != "")
    for supplier_id, changed_at in op.get_bind().execute(accounts).all():
        rows = op.get_bind().execute(paid.where(bill.c.supplier_id == supplier_id)).all()
        ref = _give(supplier, supplier.c.id == supplier_id, changed_at, [row.recorded_at for row in rows])
        for row in rows:
            if changed_at is None or row.recorded_at >= changed_at:
                of_payment = (payment.c.run_id == row.run_id) & (payment.c.bill_id == row.bill_id)
                op.execute(sa.update(payment).where(of_payment).values(account_ref=ref))


def _confirm_participants() -> None:
    account = _of("payout_account", "participant_id", "changed_at")
    line, paid_out = _of("disbursement_line", "disbursement_id", "participant_id"), _of("disbursement", "recorded_at")
    paid = (
        sa.select(line.c.disbursement_id, paid_out.c.recorded_at)
        .join(paid_out, paid_out.c.id == line.c.disbursement_id)
        .order_by(paid_out.c.recorded_at)
    )
    for participant_id, changed_at in (
        op.get_bind().execute(sa.select(account.c.participant_id, account.c.changed_at)).all()
    ):
        rows = op.get_bind().execute(paid.where(line.c.participant_id == participant_id)).all()
        whose = account.c.participant_id == participant_id
        ref = _give(account, whose, changed_at, [row.recorded_at for row in rows])
        for row in rows:
            if row.recorded_at >= changed_at:
                of_payment = (line.c.disbursement_id == row.disbursement_id) & (line.c.participant_id == participant_id)
                op.execute(sa.update(line).where(of_payment).values(account_ref=ref))


def _give(table: sa.TableClause, whose: sa.ColumnElement[bool], changed_at: Any, paid_at: list[Any]) -> UUID:
    """Give an account its reference, and confirm it where it was paid to since it was last changed."""
    ref = new_ref()
    op.execute(sa.update(table).where(whose).values(account_ref=ref))
    here = [moment for moment in paid_at if changed_at is None or moment >= changed_at]
    if here:
        op.execute(sa.insert(_CONFIRMATION).values(account_ref=ref, confirmed_at=here[0], confirmed_by=None))
    return ref


def _of(name: str, *columns: str) -> sa.TableClause:
    """Return a table with its identifier, its reference of an account, and some columns."""
    return sa.table(name, *(sa.column(column, _kind(column)) for column in (*columns, "id", "account_ref")))


def _kind(column: str) -> sa.types.TypeEngine[Any]:
    if column == "bank_account":
        return sa.String()
    return UtcDateTime() if column.endswith("_at") else sa.Uuid()
