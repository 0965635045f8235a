"""Closing a year keeps the sums of each account up to its end. Years that are closed get theirs from the rows of the periods.

Those rows get a key by period first, so that the months since the last closing lie together.

Revision ID: 0021
Revises: 0020
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_FILL = """
    INSERT INTO ledger_closing_balance (fiscal_year_id, number, account_id, debit_minor, credit_minor)
    SELECT c.fiscal_year_id, c.number, b.account_id, sum(b.debit_minor), sum(b.credit_minor)
    FROM ledger_year_closing AS c JOIN ledger_fiscal_year AS y ON y.id = c.fiscal_year_id
    JOIN ledger_period AS p ON p.ends_on <= y.ends_on JOIN ledger_balance AS b ON b.period_id = p.id
    WHERE NOT EXISTS (
        SELECT 1 FROM ledger_year_reopening AS r WHERE r.fiscal_year_id = c.fiscal_year_id AND r.number = c.number
    )
    GROUP BY c.fiscal_year_id, c.number, b.account_id
"""


def upgrade() -> None:
    _create_balances("period_id", "account_id", with_rowid=False)
    op.create_table(
        "ledger_closing_balance",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_closing_balance_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id", "number"],
            ["ledger_year_closing.fiscal_year_id", "ledger_year_closing.number"],
            name=op.f("fk_ledger_closing_balance_fiscal_year_id_number"),
        ),
        sa.PrimaryKeyConstraint("fiscal_year_id", "number", "account_id", name=op.f("pk_ledger_closing_balance")),
        sqlite_with_rowid=False,
    )
    op.execute(_FILL)


def downgrade() -> None:
    """Remove them: they are derived from the rows of the periods, which stay."""
    op.drop_table("ledger_closing_balance")
    _create_balances("account_id", "period_id", with_rowid=True)


def _create_balances(*key: str, with_rowid: bool) -> None:
    """Make the rows of the periods anew under a key in another order."""
    columns = "account_id, period_id, debit_minor, credit_minor"
    op.execute("CREATE TABLE ledger_balance_before AS SELECT * FROM ledger_balance")
    op.drop_table("ledger_balance")
    op.create_table(
        "ledger_balance",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_balance_account_id")),
        sa.ForeignKeyConstraint(["period_id"], ["ledger_period.id"], name=op.f("fk_ledger_balance_period_id")),
        sa.PrimaryKeyConstraint(*key, name=op.f("pk_ledger_balance")),
        sqlite_with_rowid=with_rowid,
    )
    op.execute(f"INSERT INTO ledger_balance ({columns}) SELECT {columns} FROM ledger_balance_before")
    op.drop_table("ledger_balance_before")
