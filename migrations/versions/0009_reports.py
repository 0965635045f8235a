"""Approved accounts, reviews, and editions of the annual report."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "report_content",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("composed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_report_content")),
    )
    op.create_table(
        "report_words",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("chair", sa.String(length=200), nullable=False),
        sa.Column("letter", sa.Text(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("revision > 0", name=op.f("ck_report_words_revision")),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_report_words_fiscal_year_id")
        ),
        sa.PrimaryKeyConstraint("fiscal_year_id", name=op.f("pk_report_words")),
    )
    op.create_table(
        "accounts_approval",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("statements_digest", sa.String(length=64), nullable=False),
        sa.Column("resolution_id", sa.Uuid(), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_accounts_approval_fiscal_year_id")
        ),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolution.id"], name=op.f("fk_accounts_approval_resolution_id")),
        sa.PrimaryKeyConstraint("fiscal_year_id", name=op.f("pk_accounts_approval")),
        sa.UniqueConstraint("resolution_id", name=op.f("uq_accounts_approval_resolution_id")),
    )
    op.create_table(
        "accounts_review",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("statements_digest", sa.String(length=64), nullable=False),
        sa.Column(
            "conclusion",
            sa.Enum(
                "no-reservations",
                "with-reservations",
                "declined",
                name="ck_accounts_review_conclusion",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_accounts_review_version")),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_accounts_review_fiscal_year_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accounts_review_person_id")),
        sa.PrimaryKeyConstraint("fiscal_year_id", "version", name=op.f("pk_accounts_review")),
    )
    op.create_table(
        "accounts_review_text",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=40), nullable=False),
        sa.Column("signed_as", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id", "version"],
            ["accounts_review.fiscal_year_id", "accounts_review.version"],
            name=op.f("fk_accounts_review_text_fiscal_year_id_version"),
        ),
        sa.PrimaryKeyConstraint("fiscal_year_id", "version", name=op.f("pk_accounts_review_text")),
    )
    op.create_table(
        "accounts_signature",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["accounts_approval.fiscal_year_id"], name=op.f("fk_accounts_signature_fiscal_year_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accounts_signature_person_id")),
        sa.PrimaryKeyConstraint("fiscal_year_id", "person_id", name=op.f("pk_accounts_signature")),
    )
    op.create_table(
        "report_edition",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("published_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_report_edition_number")),
        sa.ForeignKeyConstraint(["act_id"], ["two_person_act.id"], name=op.f("fk_report_edition_act_id")),
        sa.ForeignKeyConstraint(
            ["content_digest"], ["report_content.digest"], name=op.f("fk_report_edition_content_digest")
        ),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_report_edition_fiscal_year_id")
        ),
        sa.PrimaryKeyConstraint("fiscal_year_id", "number", name=op.f("pk_report_edition")),
        sa.UniqueConstraint("act_id", name=op.f("uq_report_edition_act_id")),
        sa.UniqueConstraint("content_digest", name=op.f("uq_report_edition_content_digest")),
    )
    op.create_index("ix_report_edition_published_at", "report_edition", ["published_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_report_edition_published_at", table_name="report_edition")
    op.drop_table("report_edition")
    op.drop_table("accounts_signature")
    op.drop_table("accounts_review_text")
    op.drop_table("accounts_review")
    op.drop_table("accounts_approval")
    op.drop_table("report_words")
    op.drop_table("report_content")
