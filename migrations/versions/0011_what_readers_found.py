"""Words of an order, checkouts that ended, events judged late, what is owed to clients, and registration for tax."""

import unicodedata
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_ORDER = sa.table("sales_order", sa.column("id", sa.Uuid()), sa.column("offering_id", sa.Uuid()))
_OFFERING = sa.table("offering", sa.column("id", sa.Uuid()), sa.column("seller_id", sa.Uuid()))
_WORDS = sa.table("offering_words", sa.column("offering_id", sa.Uuid()), sa.column("title", sa.String()))
_PARTICIPANT = sa.table("participant", sa.column("id", sa.Uuid()), sa.column("name", sa.String()))
_COOPERATIVE = sa.table("cooperative", sa.column("name", sa.String()))
_ACCOUNT = sa.table(
    "ledger_account",
    sa.column("id", sa.Uuid()),
    sa.column("code", sa.String()),
    sa.column("name", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("currency", sa.String()),
    sa.column("opened_on", sa.Date()),
    sa.column("by_party", sa.Boolean()),
)
#: Refunds that are owed to clients stand beside what is owed to coaches.
_CLIENTS, _COACHES = "2420", "2410"


def upgrade() -> None:
    op.add_column(
        "cooperative", sa.Column("is_tax_registered", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "checkout_ended",
        sa.Column("checkout_id", sa.Uuid(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["checkout_id"], ["checkout.id"], name=op.f("fk_checkout_ended_checkout_id")),
        sa.PrimaryKeyConstraint("checkout_id", name=op.f("pk_checkout_ended")),
    )
    with op.batch_alter_table("gateway_event") as batch:
        batch.add_column(sa.Column("has_failed", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch.add_column(sa.Column("earlier_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(op.f("fk_gateway_event_earlier_id"), "gateway_event", ["earlier_id"], ["id"])
        batch.create_unique_constraint(op.f("uq_gateway_event_earlier_id"), ["earlier_id"])
    op.create_index("ix_gateway_event_payment_ref", "gateway_event", ["payment_ref"], unique=False)
    text = op.create_table(
        "sales_order_text",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("seller", sa.String(length=200), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_sales_order_text_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_sales_order_text")),
    )
    _copy_words(text)
    _open_account()


def _copy_words(text: sa.Table) -> None:
    """Give each order the words that its offering has today: those of its own day were not kept."""
    connection = op.get_bind()
    house = connection.scalar(sa.select(_COOPERATIVE.c.name))
    rows = connection.execute(
        sa.select(_ORDER.c.id, _WORDS.c.title, _PARTICIPANT.c.name)
        .join_from(_ORDER, _OFFERING, _OFFERING.c.id == _ORDER.c.offering_id)
        .join(_WORDS, _WORDS.c.offering_id == _OFFERING.c.id)
        .outerjoin(_PARTICIPANT, _PARTICIPANT.c.id == _OFFERING.c.seller_id)
    ).all()
    if rows:
        words = [
            {"order_id": order_id, "title": title, "seller": seller or house, "search_text": _folded(title)}
            for order_id, title, seller in rows
        ]
        connection.execute(sa.insert(text), words)


def _open_account() -> None:
    connection = op.get_bind()
    code, copied = _ACCOUNT.c.code, ("kind", "currency", "opened_on", "by_party")
    like = connection.execute(sa.select(*(_ACCOUNT.c[name] for name in copied)).where(code == _COACHES)).first()
    is_there = connection.scalar(sa.select(_ACCOUNT.c.id).where(code == _CLIENTS)) is not None
    if like is not None and not is_there:
        values = {"id": uuid4(), "code": _CLIENTS, "name": "Owed to clients (refunds)", **like._mapping}
        connection.execute(sa.insert(_ACCOUNT).values(values))


def _folded(title: str) -> str:
    decomposed = unicodedata.normalize("NFKD", title.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def downgrade() -> None:
    # The account stays: accounts are closed, never deleted, and one more harms nobody.
    op.drop_table("sales_order_text")
    op.drop_index("ix_gateway_event_payment_ref", table_name="gateway_event")
    with op.batch_alter_table("gateway_event") as batch:
        batch.drop_constraint(op.f("uq_gateway_event_earlier_id"), type_="unique")
        batch.drop_constraint(op.f("fk_gateway_event_earlier_id"), type_="foreignkey")
        batch.drop_column("earlier_id")
        batch.drop_column("has_failed")
    op.drop_table("checkout_ended")
    op.drop_column("cooperative", "is_tax_registered")
