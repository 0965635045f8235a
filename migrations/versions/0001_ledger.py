"""The ledger: accounts, periods, entries and their chain."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "asset",
                "liability",
                "equity",
                "income",
                "expense",
                name="ck_ledger_account_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("by_party", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("code", name=op.f("uq_ledger_account_code")),
    )
    op.create_table(
        "ledger_chain_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_chain_head_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_chain_head")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=False),
        sa.Column("request_digest", sa.String(length=64), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("source_kind", sa.String(length=40), nullable=True),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("reverses_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["reverses_id"], ["ledger_entry.id"], name=op.f("fk_ledger_entry_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_ledger_entry_idempotency_key")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_ledger_entry_reverses_id")),
    )
    op.create_index("ix_ledger_entry_booked_on", "ledger_entry", ["booked_on", "id"], unique=False)
    op.create_index("ix_ledger_entry_source", "ledger_entry", ["source_kind", "source_id"], unique=False)
    op.create_table(
        "ledger_fiscal_year",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.CheckConstraint("starts_on < ends_on", name=op.f("ck_ledger_fiscal_year_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_fiscal_year")),
        sa.UniqueConstraint("ends_on", name=op.f("uq_ledger_fiscal_year_ends_on")),
        sa.UniqueConstraint("starts_on", name=op.f("uq_ledger_fiscal_year_starts_on")),
    )
    op.create_table(
        "ledger_chain",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_chain_entry_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_chain")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_ledger_chain_entry_id")),
    )
    op.create_table(
        "ledger_entry_text",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_ledger_entry_text_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_ledger_entry_text")),
    )
    op.create_table(
        "ledger_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("locked_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_ledger_period_order")),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_ledger_period_fiscal_year_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_period")),
        sa.UniqueConstraint("ends_on", name=op.f("uq_ledger_period_ends_on")),
        sa.UniqueConstraint("starts_on", name=op.f("uq_ledger_period_starts_on")),
    )
    op.create_index(op.f("ix_ledger_period_fiscal_year_id"), "ledger_period", ["fiscal_year_id"], unique=False)
    op.create_table(
        "ledger_posting",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("party_ref", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_posting_amount")),
        sa.ForeignKeyConstraint(["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_posting_account_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["ledger_entry.id"],
            name=op.f("fk_ledger_posting_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_ledger_posting")),
    )
    op.create_index("ix_ledger_posting_account_id", "ledger_posting", ["account_id", "entry_id"], unique=False)
    op.create_index("ix_ledger_posting_party_ref", "ledger_posting", ["party_ref", "account_id"], unique=False)
    op.create_table(
        "ledger_balance",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("debit_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_minor", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_balance_account_id")),
        sa.ForeignKeyConstraint(["period_id"], ["ledger_period.id"], name=op.f("fk_ledger_balance_period_id")),
        sa.PrimaryKeyConstraint("account_id", "period_id", name=op.f("pk_ledger_balance")),
    )


def downgrade() -> None:
    op.drop_table("ledger_balance")
    op.drop_index("ix_ledger_posting_party_ref", table_name="ledger_posting")
    op.drop_index("ix_ledger_posting_account_id", table_name="ledger_posting")
    op.drop_table("ledger_posting")
    op.drop_index(op.f("ix_ledger_period_fiscal_year_id"), table_name="ledger_period")
    op.drop_table("ledger_period")
    op.drop_table("ledger_entry_text")
    op.drop_table("ledger_chain")
    op.drop_table("ledger_fiscal_year")
    op.drop_index("ix_ledger_entry_source", table_name="ledger_entry")
    op.drop_index("ix_ledger_entry_booked_on", table_name="ledger_entry")
    op.drop_table("ledger_entry")
    op.drop_table("ledger_chain_head")
    op.drop_table("ledger_account")
