"""The tax of what is sold: the co-op's number and code of sales, how offerings are priced, and what orders and refunds carry of it."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ORDER = sa.table("sales_order", sa.column("number", sa.Integer()), sa.column("tax_code_id", sa.Uuid()))
_SOURCES = "deferred_minor >= 0 AND income_minor >= 0 AND seller_minor >= 0"
_WITH_TAX = f"{_SOURCES} AND tax_minor >= 0 AND deferred_minor + income_minor + seller_minor + tax_minor = amount_minor"
_WITHOUT_TAX = f"{_SOURCES} AND deferred_minor + income_minor + seller_minor = amount_minor"


def upgrade() -> None:
    # A co-op that is registered already chooses its code of sales itself: until then it books the tax by hand as before.
    op.add_column("cooperative", sa.Column("tax_number", sa.String(length=200), server_default="", nullable=False))
    op.add_column("cooperative", sa.Column("sales_tax_code", sa.String(length=40), nullable=True))
    op.add_column("bank_rule", sa.Column("tax_code", sa.String(length=40), nullable=True))
    op.add_column("offering", sa.Column("tax_code", sa.String(length=40), nullable=True))
    op.add_column("offering", sa.Column("is_tax_added", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("sales_order") as batch:
        batch.add_column(sa.Column("tax_code_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("tax_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        batch.add_column(sa.Column("is_tax_added", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.create_foreign_key(op.f("fk_sales_order_tax_code_id"), "ledger_tax_code", ["tax_code_id"], ["id"])
        batch.create_check_constraint(
            op.f("ck_sales_order_tax"),
            "tax_minor >= 0 AND (tax_code_id IS NOT NULL OR (tax_minor = 0 AND NOT is_tax_added))",
        )
    with op.batch_alter_table("order_refund") as batch:
        batch.add_column(sa.Column("tax_minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
        batch.drop_constraint(op.f("ck_order_refund_sources"), type_="check")
        batch.create_check_constraint(op.f("ck_order_refund_sources"), _WITH_TAX)


def downgrade() -> None:
    taxed = sa.select(sa.func.min(_ORDER.c.number)).where(_ORDER.c.tax_code_id.is_not(None))
    number = op.get_bind().scalar(taxed)
    if number is not None:
        raise RuntimeError(f"order {number} was sold with tax, which the revisions before cannot keep")
    with op.batch_alter_table("order_refund") as batch:
        batch.drop_constraint(op.f("ck_order_refund_sources"), type_="check")
        batch.create_check_constraint(op.f("ck_order_refund_sources"), _WITHOUT_TAX)
        batch.drop_column("tax_minor")
    with op.batch_alter_table("sales_order") as batch:
        batch.drop_constraint(op.f("ck_sales_order_tax"), type_="check")
        batch.drop_constraint(op.f("fk_sales_order_tax_code_id"), type_="foreignkey")
        batch.drop_column("is_tax_added")
        batch.drop_column("tax_minor")
        batch.drop_column("tax_code_id")
    op.drop_column("offering", "is_tax_added")
    op.drop_column("offering", "tax_code")
    op.drop_column("bank_rule", "tax_code")
    op.drop_column("cooperative", "sales_tax_code")
    op.drop_column("cooperative", "tax_number")
