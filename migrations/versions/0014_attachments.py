"""Papers of entries, each held by its hash; and statutory tags of the default chart, for books in New Zealand dollars."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ACCOUNT = sa.table(
    "ledger_account",
    *(sa.column(name, sa.String()) for name in ("code", "kind", "currency", "statutory_tag")),
    sa.column("is_heading", sa.Boolean()),
)
#: Boxes of the form IR10, and the accounts of the default chart that go into one as a whole.
_TAGS = (
    ("IR10-2", "income", "4000 4010 4100 4110 4200 4210"),
    ("IR10-10", "income", "4300 4400"),
    ("IR10-13", "expense", "6500"),
    ("IR10-14", "expense", "6300"),
    ("IR10-16", "expense", "6400"),
    ("IR10-22", "expense", "6000"),
    ("IR10-23", "expense", "5000"),
    ("IR10-24", "expense", "5100 6100 6200 6900"),
    ("IR10-26", "income", "4950"),
    ("IR10-26", "expense", "6950"),
    ("IR10-30", "asset", "1200"),
    ("IR10-31", "asset", "1000 1090 1100"),
    ("IR10-32", "asset", "1110"),
)


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=200), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_attachment_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_sha256"), ["sha256"], unique=False)

    op.create_table(
        "attachment_erasure",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.Column("erased_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_attachment_erasure_attachment_id")),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachment_erasure")),
    )
    op.create_table(
        "attachment_name",
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_attachment_name_attachment_id")),
        sa.PrimaryKeyConstraint("attachment_id", name=op.f("pk_attachment_name")),
    )
    op.create_table(
        "entry_attachment",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachment.id"], name=op.f("fk_entry_attachment_attachment_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_entry_attachment_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "attachment_id", name=op.f("pk_entry_attachment")),
    )
    _tag_accounts()


def _tag_accounts() -> None:
    """Give tags to accounts that have none, where the books are in New Zealand dollars; one of another kind is the treasurer's own."""
    for tag, kind, codes in _TAGS:
        is_meant = (_ACCOUNT.c.kind == kind) & _ACCOUNT.c.code.in_(codes.split()) & (_ACCOUNT.c.currency == "NZD")
        is_free = sa.func.coalesce(_ACCOUNT.c.statutory_tag, "") == ""
        op.execute(sa.update(_ACCOUNT).where(is_meant, is_free, ~_ACCOUNT.c.is_heading).values(statutory_tag=tag))


def downgrade() -> None:
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM attachment")):
        raise RuntimeError("there are papers, which the revisions before cannot keep")
    # Tags stay: whose they are is not known any more, and they stood in a column of before.
    op.drop_table("entry_attachment")
    op.drop_table("attachment_name")
    op.drop_table("attachment_erasure")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_sha256"))
    op.drop_table("attachment")
