"""Closing a year, plans for its surplus and their posting."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_surplus_plan",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("result_minor", sa.BigInteger(), nullable=False),
        sa.Column("member_business_minor", sa.BigInteger(), nullable=False),
        sa.Column("other_income_minor", sa.BigInteger(), nullable=False),
        sa.Column("member_minor", sa.BigInteger(), nullable=False),
        sa.Column("other_minor", sa.BigInteger(), nullable=False),
        sa.Column("reserve_bp", sa.SmallInteger(), nullable=False),
        sa.Column("fund_bp", sa.SmallInteger(), nullable=False),
        sa.Column("cash_bp", sa.SmallInteger(), nullable=False),
        sa.Column("reserve_minor", sa.BigInteger(), nullable=False),
        sa.Column("fund_minor", sa.BigInteger(), nullable=False),
        sa.Column("pool_minor", sa.BigInteger(), nullable=False),
        sa.Column("cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("retained_minor", sa.BigInteger(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("prepared_at", UtcDateTime(), nullable=False),
        sa.Column(
            "fallback",
            sa.Enum(
                "reserve",
                "fund",
                name="ck_ledger_surplus_plan_fallback",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=True,
        ),
        sa.Column("prepared_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("cash_bp BETWEEN 0 AND 10000", name=op.f("ck_ledger_surplus_plan_cash_rate")),
        sa.CheckConstraint("cash_minor + retained_minor = pool_minor", name=op.f("ck_ledger_surplus_plan_pool")),
        sa.CheckConstraint(
            "reserve_bp >= 0 AND fund_bp >= 0 AND reserve_bp + fund_bp <= 10000",
            name=op.f("ck_ledger_surplus_plan_rates"),
        ),
        sa.CheckConstraint(
            "reserve_minor + fund_minor + pool_minor = member_minor", name=op.f("ck_ledger_surplus_plan_member_part")
        ),
        sa.CheckConstraint(
            "result_minor > 0 AND member_minor + other_minor = result_minor", name=op.f("ck_ledger_surplus_plan_split")
        ),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_ledger_surplus_plan_fiscal_year_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_surplus_plan")),
    )
    op.create_index(
        op.f("ix_ledger_surplus_plan_fiscal_year_id"), "ledger_surplus_plan", ["fiscal_year_id"], unique=False
    )
    op.create_table(
        "ledger_year_closing",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("result_minor", sa.BigInteger(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_year_closing_entry_id")),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_ledger_year_closing_fiscal_year_id")
        ),
        sa.PrimaryKeyConstraint("fiscal_year_id", name=op.f("pk_ledger_year_closing")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_ledger_year_closing_entry_id")),
    )
    op.create_table(
        "ledger_surplus_distribution",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("decision_ref", sa.Uuid(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("posted_at", UtcDateTime(), nullable=False),
        sa.Column("posted_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_ledger_surplus_distribution_fiscal_year_id")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["ledger_surplus_plan.id"], name=op.f("fk_ledger_surplus_distribution_plan_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_ledger_surplus_distribution")),
        sa.UniqueConstraint("fiscal_year_id", name=op.f("uq_ledger_surplus_distribution_fiscal_year_id")),
    )
    op.create_table(
        "ledger_surplus_line",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("party_hash", sa.String(length=64), nullable=False),
        sa.Column("patronage_minor", sa.BigInteger(), nullable=False),
        sa.Column("allocation_minor", sa.BigInteger(), nullable=False),
        sa.Column("cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("retained_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("cash_minor + retained_minor = allocation_minor", name=op.f("ck_ledger_surplus_line_parts")),
        sa.CheckConstraint(
            "patronage_minor > 0 AND cash_minor >= 0 AND retained_minor >= 0",
            name=op.f("ck_ledger_surplus_line_amounts"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"],
            ["ledger_surplus_plan.id"],
            name=op.f("fk_ledger_surplus_line_plan_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("plan_id", "line_no", name=op.f("pk_ledger_surplus_line")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "ledger_surplus_line_party",
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("line_no", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=40), nullable=False),
        sa.Column("party_ref", sa.Uuid(), nullable=False),
        sa.Column("counted_from", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id", "line_no"],
            ["ledger_surplus_line.plan_id", "ledger_surplus_line.line_no"],
            name=op.f("fk_ledger_surplus_line_party_plan_id_line_no"),
        ),
        sa.PrimaryKeyConstraint("plan_id", "line_no", name=op.f("pk_ledger_surplus_line_party")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_ledger_surplus_line_party_party_ref", "ledger_surplus_line_party", ["party_ref", "plan_id"], unique=True
    )


def downgrade() -> None:
    op.drop_index("uq_ledger_surplus_line_party_party_ref", table_name="ledger_surplus_line_party")
    op.drop_table("ledger_surplus_line_party")
    op.drop_table("ledger_surplus_line")
    op.drop_table("ledger_surplus_distribution")
    op.drop_table("ledger_year_closing")
    op.drop_index(op.f("ix_ledger_surplus_plan_fiscal_year_id"), table_name="ledger_surplus_plan")
    op.drop_table("ledger_surplus_plan")
