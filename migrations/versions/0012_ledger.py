"""The ledger: a tree of accounts, and what postings count for."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_cost_centre",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["parent_id"], ["ledger_cost_centre.id"], name=op.f("fk_ledger_cost_centre_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_cost_centre")),
        sa.UniqueConstraint("code", name=op.f("uq_ledger_cost_centre_code")),
    )
    op.create_table(
        "ledger_tax_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "use",
            sa.Enum(
                "sale", "purchase", name="ck_ledger_tax_code_use", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("rate_bp", sa.SmallInteger(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("box_gross", sa.String(length=40), nullable=True),
        sa.Column("box_tax", sa.String(length=40), nullable=True),
        sa.CheckConstraint("rate_bp >= 0 AND rate_bp <= 10000", name=op.f("ck_ledger_tax_code_rate")),
        sa.CheckConstraint("valid_to IS NULL OR valid_from <= valid_to", name=op.f("ck_ledger_tax_code_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_tax_code")),
        sa.UniqueConstraint("code", "valid_from", name=op.f("uq_ledger_tax_code_code_valid_from")),
    )
    op.create_table(
        "ledger_fund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name=op.f("ck_ledger_fund_order")),
        sa.ForeignKeyConstraint(["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_fund_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_fund")),
        sa.UniqueConstraint("code", name=op.f("uq_ledger_fund_code")),
    )
    op.create_table(
        "ledger_budget",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("period_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["ledger_account.id"], name=op.f("fk_ledger_budget_account_id")),
        sa.ForeignKeyConstraint(["period_id"], ["ledger_period.id"], name=op.f("fk_ledger_budget_period_id")),
        sa.PrimaryKeyConstraint("account_id", "period_id", name=op.f("pk_ledger_budget")),
    )
    with op.batch_alter_table("ledger_budget", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_budget_period_id"), ["period_id"], unique=False)

    with op.batch_alter_table("ledger_account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("is_heading", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("is_contra", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("statement_line", sa.String(length=40), nullable=True))
        batch_op.add_column(sa.Column("statutory_tag", sa.String(length=40), nullable=True))
        batch_op.add_column(
            sa.Column(
                "business",
                sa.Enum(
                    "member",
                    "non-member",
                    "extraordinary",
                    name="ck_ledger_account_business",
                    native_enum=False,
                    create_constraint=True,
                    length=40,
                ),
                nullable=True,
            )
        )
        batch_op.create_foreign_key(batch_op.f("fk_ledger_account_parent_id"), "ledger_account", ["parent_id"], ["id"])

    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reference", sa.String(length=200), nullable=True))
        batch_op.create_index(
            "ix_ledger_entry_reference",
            ["reference"],
            unique=False,
            postgresql_where=sa.text("reference IS NOT NULL"),
            sqlite_where=sa.text("reference IS NOT NULL"),
        )

    with op.batch_alter_table("ledger_posting", schema=None) as batch_op:
        batch_op.add_column(sa.Column("cost_centre_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("fund_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("tax_code_id", sa.Uuid(), nullable=True))
        batch_op.create_index(
            "ix_ledger_posting_cost_centre_id",
            ["cost_centre_id", "account_id"],
            unique=False,
            postgresql_where=sa.text("cost_centre_id IS NOT NULL"),
            sqlite_where=sa.text("cost_centre_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_ledger_posting_fund_id",
            ["fund_id", "account_id"],
            unique=False,
            postgresql_where=sa.text("fund_id IS NOT NULL"),
            sqlite_where=sa.text("fund_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_ledger_posting_tax_code_id",
            ["tax_code_id", "account_id"],
            unique=False,
            postgresql_where=sa.text("tax_code_id IS NOT NULL"),
            sqlite_where=sa.text("tax_code_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(batch_op.f("fk_ledger_posting_fund_id"), "ledger_fund", ["fund_id"], ["id"])
        batch_op.create_foreign_key(
            batch_op.f("fk_ledger_posting_tax_code_id"), "ledger_tax_code", ["tax_code_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_ledger_posting_cost_centre_id"), "ledger_cost_centre", ["cost_centre_id"], ["id"]
        )

    op.create_table(
        "bank_mapping",
        sa.Column("account_code", sa.String(length=40), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("chosen_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("account_code", name=op.f("pk_bank_mapping")),
    )
    op.create_table(
        "bank_match_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("matched_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match_group")),
    )
    op.create_table(
        "bank_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("account_code", sa.String(length=40), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_rule")),
    )
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "file_format",
            sa.Enum(
                "csv",
                "ofx",
                "camt",
                name="ck_bank_statement_file_format",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("opening_minor", sa.BigInteger(), nullable=True),
        sa.Column("closing_minor", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_bank_statement_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("file_sha256", name=op.f("uq_bank_statement_file_sha256")),
    )
    op.create_table(
        "book_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("layout", sa.String(length=40), nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("known_count", sa.Integer(), nullable=False),
        sa.Column("imported_at", UtcDateTime(), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_import")),
    )
    op.create_table(
        "fund_words",
        sa.Column("fund_id", sa.Uuid(), nullable=False),
        sa.Column("funder", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("conditions", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["fund_id"], ["ledger_fund.id"], name=op.f("fk_fund_words_fund_id")),
        sa.PrimaryKeyConstraint("fund_id", name=op.f("pk_fund_words")),
    )
    op.create_table(
        "kept_export",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("format", sa.String(length=40), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("kept_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_kept_export_number")),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_kept_export_fiscal_year_id")
        ),
        sa.PrimaryKeyConstraint("fiscal_year_id", "format", "number", name=op.f("pk_kept_export")),
    )
    op.create_table(
        "bank_statement_line",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_statement_line_line_id")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_statement_line_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", "line_id", name=op.f("pk_bank_statement_line")),
    )
    with op.batch_alter_table("bank_statement_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_statement_line_line_id"), ["line_id"], unique=False)

    op.create_table(
        "book_import_entry",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_book_import_entry_entry_id")),
        sa.ForeignKeyConstraint(["import_id"], ["book_import.id"], name=op.f("fk_book_import_entry_import_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_book_import_entry")),
    )
    with op.batch_alter_table("book_import_entry", schema=None) as batch_op:
        batch_op.create_index("ix_book_import_entry_import_id", ["import_id", "row"], unique=False)

    op.create_table(
        "book_upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("uploaded_by", sa.Uuid(), nullable=False),
        sa.Column("uploaded_at", UtcDateTime(), nullable=False),
        sa.Column("layout", sa.String(length=40), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("mapping", sa.Text(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("against", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(["uploaded_by"], ["person.id"], name=op.f("fk_book_upload_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_book_upload")),
    )
    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.add_column(sa.Column("bank_id", sa.String(length=64), nullable=True))

    with op.batch_alter_table("bank_line_text", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reference", sa.String(length=200), nullable=True))

    with op.batch_alter_table("bank_match", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_id", sa.Uuid(), nullable=True))
        batch_op.create_index("ix_bank_match_group_id", ["group_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_bank_match_group_id"),
            "bank_match_group",
            ["group_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )


def downgrade() -> None:
    with op.batch_alter_table("bank_match", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_bank_match_group_id"), type_="foreignkey")
        batch_op.drop_index("ix_bank_match_group_id")
        batch_op.drop_column("group_id")

    with op.batch_alter_table("bank_line_text", schema=None) as batch_op:
        batch_op.drop_column("reference")

    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.drop_column("bank_id")

    op.drop_table("book_upload")
    with op.batch_alter_table("book_import_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_book_import_entry_import_id")

    op.drop_table("book_import_entry")
    with op.batch_alter_table("bank_statement_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_statement_line_line_id"))

    op.drop_table("bank_statement_line")
    op.drop_table("kept_export")
    op.drop_table("fund_words")
    op.drop_table("book_import")
    op.drop_table("bank_statement")
    op.drop_table("bank_rule")
    op.drop_table("bank_match_group")
    op.drop_table("bank_mapping")
    with op.batch_alter_table("ledger_posting", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_ledger_posting_cost_centre_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_ledger_posting_tax_code_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_ledger_posting_fund_id"), type_="foreignkey")
        batch_op.drop_index(
            "ix_ledger_posting_tax_code_id",
            postgresql_where=sa.text("tax_code_id IS NOT NULL"),
            sqlite_where=sa.text("tax_code_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_ledger_posting_fund_id",
            postgresql_where=sa.text("fund_id IS NOT NULL"),
            sqlite_where=sa.text("fund_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_ledger_posting_cost_centre_id",
            postgresql_where=sa.text("cost_centre_id IS NOT NULL"),
            sqlite_where=sa.text("cost_centre_id IS NOT NULL"),
        )
        batch_op.drop_column("tax_code_id")
        batch_op.drop_column("fund_id")
        batch_op.drop_column("cost_centre_id")

    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_ledger_entry_reference",
            postgresql_where=sa.text("reference IS NOT NULL"),
            sqlite_where=sa.text("reference IS NOT NULL"),
        )
        batch_op.drop_column("reference")

    with op.batch_alter_table("ledger_account", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_ledger_account_parent_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("ck_ledger_account_business"), type_="check")
        batch_op.drop_column("business")
        batch_op.drop_column("statutory_tag")
        batch_op.drop_column("statement_line")
        batch_op.drop_column("is_contra")
        batch_op.drop_column("is_heading")
        batch_op.drop_column("parent_id")

    with op.batch_alter_table("ledger_budget", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_budget_period_id"))

    op.drop_table("ledger_budget")
    op.drop_table("ledger_fund")
    op.drop_table("ledger_tax_code")
    op.drop_table("ledger_cost_centre")
