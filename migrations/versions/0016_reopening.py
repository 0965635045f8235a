"""Reopening a closed year: closings are numbered, a reopening takes one back, and accounts are approved for each closing.

What stands already is the first closing of its year. Keys change, so three tables are made anew with their rows.
"""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_CLOSING = "fiscal_year_id, result_minor, closed_on, closed_at, entry_id"
_APPROVAL = "fiscal_year_id, statements_digest, resolution_id, approved_at"
_SIGNATURE = "fiscal_year_id, person_id, signed_at"


def upgrade() -> None:
    for table in ("accounts_signature", "accounts_approval", "ledger_year_closing"):
        _set_aside(table)
        op.drop_table(table)
    _create_closing(numbered=True)
    _create_reopening()
    _create_approval(numbered=True)
    _create_signature(numbered=True)
    _bring_back("ledger_year_closing", f"{_CLOSING}, number", f"{_CLOSING}, 1")
    _bring_back("accounts_approval", f"{_APPROVAL}, closing", f"{_APPROVAL}, 1")
    _bring_back("accounts_signature", f"{_SIGNATURE}, closing", f"{_SIGNATURE}, 1")


def downgrade() -> None:
    """Take the numbers away, unless a year was reopened: a closing that was taken back has no place before."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM ledger_year_reopening")):
        raise RuntimeError("a year was reopened, which the revisions before cannot keep")
    for table in ("accounts_signature", "accounts_approval", "ledger_year_closing"):
        _set_aside(table)
    for table in ("accounts_signature", "accounts_approval", "ledger_year_reopening", "ledger_year_closing"):
        op.drop_table(table)
    _create_closing(numbered=False)
    _create_approval(numbered=False)
    _create_signature(numbered=False)
    _bring_back("ledger_year_closing", _CLOSING, _CLOSING)
    _bring_back("accounts_approval", _APPROVAL, _APPROVAL)
    _bring_back("accounts_signature", _SIGNATURE, _SIGNATURE)


def _set_aside(table: str) -> None:
    op.execute(f"CREATE TABLE {table}_before AS SELECT * FROM {table}")


def _bring_back(table: str, into: str, columns: str) -> None:
    op.execute(f"INSERT INTO {table} ({into}) SELECT {columns} FROM {table}_before")
    op.drop_table(f"{table}_before")


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger(), autoincrement=False, nullable=False)


def _create_closing(*, numbered: bool) -> None:
    op.create_table(
        "ledger_year_closing",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        *([_number("number")] if numbered else []),
        sa.Column("result_minor", sa.BigInteger(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        *([sa.CheckConstraint("number > 0", name=op.f("ck_ledger_year_closing_number"))] if numbered else []),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_ledger_year_closing_entry_id")),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_ledger_year_closing_fiscal_year_id")
        ),
        sa.PrimaryKeyConstraint(
            "fiscal_year_id", *(["number"] if numbered else []), name=op.f("pk_ledger_year_closing")
        ),
        sa.UniqueConstraint("entry_id", name=op.f("uq_ledger_year_closing_entry_id")),
    )


def _create_reopening() -> None:
    op.create_table(
        "ledger_year_reopening",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        _number("number"),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("decision_ref", sa.Uuid(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("reopened_on", sa.Date(), nullable=False),
        sa.Column("reopened_at", UtcDateTime(), nullable=False),
        sa.Column("reopened_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["fiscal_year_id", "number"],
            ["ledger_year_closing.fiscal_year_id", "ledger_year_closing.number"],
            name=op.f("fk_ledger_year_reopening_fiscal_year_id_number"),
        ),
        sa.PrimaryKeyConstraint("fiscal_year_id", "number", name=op.f("pk_ledger_year_reopening")),
        sa.UniqueConstraint("decision_ref", name=op.f("uq_ledger_year_reopening_decision_ref")),
    )


def _create_approval(*, numbered: bool) -> None:
    keys = ["fiscal_year_id", "closing"] if numbered else ["fiscal_year_id"]
    year = (
        ["ledger_year_closing.fiscal_year_id", "ledger_year_closing.number"] if numbered else ["ledger_fiscal_year.id"]
    )
    op.create_table(
        "accounts_approval",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        *([_number("closing")] if numbered else []),
        sa.Column("statements_digest", sa.String(length=64), nullable=False),
        sa.Column("resolution_id", sa.Uuid(), nullable=False),
        sa.Column("approved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(keys, year, name=op.f(f"fk_accounts_approval_{'_'.join(keys)}")),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolution.id"], name=op.f("fk_accounts_approval_resolution_id")),
        sa.PrimaryKeyConstraint(*keys, name=op.f("pk_accounts_approval")),
        sa.UniqueConstraint("resolution_id", name=op.f("uq_accounts_approval_resolution_id")),
    )


def _create_signature(*, numbered: bool) -> None:
    keys = ["fiscal_year_id", "closing"] if numbered else ["fiscal_year_id"]
    op.create_table(
        "accounts_signature",
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=False),
        *([_number("closing")] if numbered else []),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            keys, [f"accounts_approval.{key}" for key in keys], name=op.f(f"fk_accounts_signature_{'_'.join(keys)}")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_accounts_signature_person_id")),
        sa.PrimaryKeyConstraint(*keys, "person_id", name=op.f("pk_accounts_signature")),
    )
