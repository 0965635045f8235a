"""Any number of bank accounts: statements, lines and taught rules carry the account of the books. Those there are of the one there was."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_THE_ONE = "1000"
_LINE = sa.table("bank_line", sa.column("account_code", sa.String()))
_STATEMENT = sa.table("bank_statement", sa.column("account_code", sa.String()))
_RULE = sa.table("bank_rule", sa.column("bank_code", sa.String()))
_LINES_KEY = ("booked_on", "amount_minor", "place")


def upgrade() -> None:
    op.create_table(
        "bank_account",
        sa.Column("account_code", sa.String(length=40), nullable=False),
        sa.Column("marked_at", UtcDateTime(), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("account_code", name=op.f("pk_bank_account")),
    )
    for table in (_LINE, _STATEMENT, _RULE):
        (column,) = table.columns
        op.add_column(table.name, sa.Column(column.name, sa.String(length=40), nullable=True))
        op.execute(sa.update(table).values({column: _THE_ONE}))
    with op.batch_alter_table("bank_line") as batch:
        batch.alter_column("account_code", existing_type=sa.String(length=40), nullable=False)
        batch.drop_constraint(_unique("bank_line", *_LINES_KEY), type_="unique")
        batch.create_unique_constraint(_unique("bank_line", "account_code", *_LINES_KEY), ["account_code", *_LINES_KEY])
    with op.batch_alter_table("bank_statement") as batch:
        batch.alter_column("account_code", existing_type=sa.String(length=40), nullable=False)
        batch.drop_constraint(_unique("bank_statement", "file_sha256"), type_="unique")
        batch.create_unique_constraint(
            _unique("bank_statement", "account_code", "file_sha256"), ["account_code", "file_sha256"]
        )
    with op.batch_alter_table("bank_rule") as batch:
        batch.alter_column("bank_code", existing_type=sa.String(length=40), nullable=False)


def downgrade() -> None:
    for table in (_LINE, _STATEMENT):
        code = op.get_bind().scalar(
            sa.select(sa.func.min(table.c.account_code)).where(table.c.account_code != _THE_ONE)
        )
        if code is not None:
            raise RuntimeError(
                f"there are lines or statements of bank account {code}, which the revisions before cannot keep"
            )
    # A rule only suggests. For the lines of the one account it would suggest what was taught for another.
    op.execute(sa.delete(_RULE).where(_RULE.c.bank_code != _THE_ONE))
    with op.batch_alter_table("bank_rule") as batch:
        batch.drop_column("bank_code")
    with op.batch_alter_table("bank_statement") as batch:
        batch.drop_constraint(_unique("bank_statement", "account_code", "file_sha256"), type_="unique")
        batch.create_unique_constraint(_unique("bank_statement", "file_sha256"), ["file_sha256"])
        batch.drop_column("account_code")
    with op.batch_alter_table("bank_line") as batch:
        batch.drop_constraint(_unique("bank_line", "account_code", *_LINES_KEY), type_="unique")
        batch.create_unique_constraint(_unique("bank_line", *_LINES_KEY), list(_LINES_KEY))
        batch.drop_column("account_code")
    op.drop_table("bank_account")


def _unique(*names: str) -> str:
    return str(op.f("_".join(("uq", *names))))
