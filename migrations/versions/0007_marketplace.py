"""What is offered, ordered, delivered and refunded."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offering",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "fellowship",
                "coaching",
                "listing",
                name="ck_offering_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("offered_at", UtcDateTime(), nullable=False),
        sa.Column("seller_id", sa.Uuid(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("session_minutes", sa.SmallInteger(), nullable=True),
        sa.Column("coach_id", sa.Uuid(), nullable=True),
        sa.Column("coach_fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("(kind = 'coaching') = (coach_fee_minor IS NOT NULL)", name=op.f("ck_offering_coach_fee")),
        sa.CheckConstraint("(kind = 'coaching') = (coach_id IS NOT NULL)", name=op.f("ck_offering_coach")),
        sa.CheckConstraint("(kind = 'coaching') = (session_minutes IS NOT NULL)", name=op.f("ck_offering_minutes")),
        sa.CheckConstraint("(kind = 'listing') = (seller_id IS NOT NULL)", name=op.f("ck_offering_seller")),
        sa.CheckConstraint("places > 0", name=op.f("ck_offering_places")),
        sa.CheckConstraint("session_minutes > 0 AND coach_fee_minor >= 0", name=op.f("ck_offering_coaching")),
        sa.ForeignKeyConstraint(["coach_id"], ["participant.id"], name=op.f("fk_offering_coach_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["participant.id"], name=op.f("fk_offering_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offering")),
    )
    op.create_index("ix_offering_coach_id", "offering", ["coach_id"], unique=False)
    op.create_index("ix_offering_seller_id", "offering", ["seller_id"], unique=False)
    op.create_table(
        "cohort_meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.CheckConstraint("position > 0", name=op.f("ck_cohort_meeting_position")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_cohort_meeting_offering_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_meeting")),
        sa.UniqueConstraint("offering_id", "position", name=op.f("uq_cohort_meeting_offering_id_position")),
    )
    op.create_table(
        "offering_price",
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "individual",
                "group",
                "enterprise",
                name="ck_offering_price_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("for_members", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_offering_price_amount")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_offering_price_offering_id")),
        sa.PrimaryKeyConstraint("offering_id", "kind", "for_members", name=op.f("pk_offering_price")),
    )
    op.create_table(
        "offering_words",
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("summary", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_offering_words_offering_id")),
        sa.PrimaryKeyConstraint("offering_id", name=op.f("pk_offering_words")),
    )
    op.create_table(
        "sales_order",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("offering_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("was_member", sa.Boolean(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("units", sa.SmallInteger(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("ordered_at", UtcDateTime(), nullable=False),
        sa.Column(
            "paid_by",
            sa.Enum(
                "card", "invoice", name="ck_sales_order_paid_by", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column("form_token", sa.Uuid(), nullable=False),
        sa.Column("checkout_id", sa.Uuid(), nullable=True),
        sa.Column("holds_until", UtcDateTime(), nullable=True),
        sa.Column("request_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(paid_by = 'card') = (checkout_id IS NOT NULL AND holds_until IS NOT NULL)",
            name=op.f("ck_sales_order_card"),
        ),
        sa.CheckConstraint(
            "(paid_by = 'invoice') = (request_id IS NOT NULL AND due_on IS NOT NULL)",
            name=op.f("ck_sales_order_invoice"),
        ),
        sa.CheckConstraint("fee_minor >= 0 AND fee_minor <= quantity * price_minor", name=op.f("ck_sales_order_fee")),
        sa.CheckConstraint("number > 0", name=op.f("ck_sales_order_number")),
        sa.CheckConstraint("quantity > 0 AND units > 0 AND price_minor > 0", name=op.f("ck_sales_order_quantity")),
        sa.ForeignKeyConstraint(["checkout_id"], ["checkout.id"], name=op.f("fk_sales_order_checkout_id")),
        sa.ForeignKeyConstraint(["offering_id"], ["offering.id"], name=op.f("fk_sales_order_offering_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_sales_order_participant_id")),
        sa.ForeignKeyConstraint(["request_id"], ["payment_request.id"], name=op.f("fk_sales_order_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sales_order")),
        sa.UniqueConstraint("checkout_id", name=op.f("uq_sales_order_checkout_id")),
        sa.UniqueConstraint("form_token", name=op.f("uq_sales_order_form_token")),
        sa.UniqueConstraint("number", name=op.f("uq_sales_order_number")),
        sa.UniqueConstraint("request_id", name=op.f("uq_sales_order_request_id")),
    )
    op.create_index("ix_sales_order_offering_id", "sales_order", ["offering_id"], unique=False)
    op.create_index("ix_sales_order_participant_id", "sales_order", ["participant_id"], unique=False)
    op.create_table(
        "cohort_meeting_held",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("take", sa.SmallInteger(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["cohort_meeting.id"], name=op.f("fk_cohort_meeting_held_meeting_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort_meeting_held")),
        sa.UniqueConstraint("meeting_id", "take", name=op.f("uq_cohort_meeting_held_meeting_id_take")),
    )
    op.create_table(
        "order_cancellation",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_cancellation_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_cancellation")),
    )
    op.create_table(
        "purchase_order",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_purchase_order_order_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_purchase_order")),
    )
    op.create_table(
        "cohort_meeting_taken_back",
        sa.Column("held_id", sa.Uuid(), nullable=False),
        sa.Column("taken_back_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["held_id"], ["cohort_meeting_held.id"], name=op.f("fk_cohort_meeting_taken_back_held_id")
        ),
        sa.PrimaryKeyConstraint("held_id", name=op.f("pk_cohort_meeting_taken_back")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("unit", sa.SmallInteger(), nullable=False),
        sa.Column("take", sa.SmallInteger(), nullable=False),
        sa.Column("delivered_on", sa.Date(), nullable=False),
        sa.Column("released_minor", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("coach_id", sa.Uuid(), nullable=True),
        sa.Column("coach_fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("held_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(coach_id IS NULL) = (coach_fee_minor IS NULL)", name=op.f("ck_delivery_coach")),
        sa.CheckConstraint("coach_fee_minor >= 0", name=op.f("ck_delivery_coach_fee")),
        sa.CheckConstraint("unit > 0 AND take > 0 AND released_minor >= 0", name=op.f("ck_delivery_unit")),
        sa.ForeignKeyConstraint(["coach_id"], ["participant.id"], name=op.f("fk_delivery_coach_id")),
        sa.ForeignKeyConstraint(["held_id"], ["cohort_meeting_held.id"], name=op.f("fk_delivery_held_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_delivery_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("order_id", "unit", "take", name=op.f("uq_delivery_order_id_unit_take")),
    )
    op.create_index("ix_delivery_coach_id", "delivery", ["coach_id"], unique=False)
    op.create_index("ix_delivery_held_id", "delivery", ["held_id"], unique=False)
    op.create_table(
        "order_payment",
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_payment_order_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["card_payment.id"], name=op.f("fk_order_payment_payment_id")),
        sa.PrimaryKeyConstraint("order_id", name=op.f("pk_order_payment")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_order_payment_payment_id")),
    )
    op.create_table(
        "delivery_taken_back",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("taken_back_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_taken_back_delivery_id")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_delivery_taken_back")),
    )
    op.create_table(
        "order_refund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("deferred_minor", sa.BigInteger(), nullable=False),
        sa.Column("income_minor", sa.BigInteger(), nullable=False),
        sa.Column("seller_minor", sa.BigInteger(), nullable=False),
        sa.Column("credited_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("form_token", sa.Uuid(), nullable=False),
        sa.Column("card_refund_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_order_refund_amount")),
        sa.CheckConstraint("card_refund_id IS NULL OR credited_minor = 0", name=op.f("ck_order_refund_ways")),
        sa.CheckConstraint(
            "credited_minor >= 0 AND credited_minor <= amount_minor", name=op.f("ck_order_refund_credited")
        ),
        sa.CheckConstraint(
            "deferred_minor >= 0 AND income_minor >= 0 AND seller_minor >= 0 AND deferred_minor + income_minor + seller_minor = amount_minor",
            name=op.f("ck_order_refund_sources"),
        ),
        sa.ForeignKeyConstraint(["card_refund_id"], ["card_refund.id"], name=op.f("fk_order_refund_card_refund_id")),
        sa.ForeignKeyConstraint(["order_id"], ["sales_order.id"], name=op.f("fk_order_refund_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_refund")),
        sa.UniqueConstraint("card_refund_id", name=op.f("uq_order_refund_card_refund_id")),
        sa.UniqueConstraint("form_token", name=op.f("uq_order_refund_form_token")),
    )
    op.create_index("ix_order_refund_order_id", "order_refund", ["order_id"], unique=False)
    op.create_table(
        "refund_reason",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["order_refund.id"], name=op.f("fk_refund_reason_refund_id")),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_refund_reason")),
    )


def downgrade() -> None:
    op.drop_table("refund_reason")
    op.drop_index("ix_order_refund_order_id", table_name="order_refund")
    op.drop_table("order_refund")
    op.drop_table("delivery_taken_back")
    op.drop_table("order_payment")
    op.drop_index("ix_delivery_held_id", table_name="delivery")
    op.drop_index("ix_delivery_coach_id", table_name="delivery")
    op.drop_table("delivery")
    op.drop_table("cohort_meeting_taken_back")
    op.drop_table("purchase_order")
    op.drop_table("order_cancellation")
    op.drop_table("cohort_meeting_held")
    op.drop_index("ix_sales_order_participant_id", table_name="sales_order")
    op.drop_index("ix_sales_order_offering_id", table_name="sales_order")
    op.drop_table("sales_order")
    op.drop_table("offering_words")
    op.drop_table("offering_price")
    op.drop_table("cohort_meeting")
    op.drop_index("ix_offering_seller_id", table_name="offering")
    op.drop_index("ix_offering_coach_id", table_name="offering")
    op.drop_table("offering")
