"""Payments by card, the bank statement, and what is paid out."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_bank_line_amount")),
        sa.CheckConstraint("place > 0", name=op.f("ck_bank_line_place")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint(
            "booked_on", "amount_minor", "place", name=op.f("uq_bank_line_booked_on_amount_minor_place")
        ),
    )
    op.create_table(
        "disbursement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_code", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("form_token", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disbursement")),
        sa.UniqueConstraint("form_token", name=op.f("uq_disbursement_form_token")),
    )
    op.create_table(
        "bank_line_removal",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("removed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_line_removal_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_bank_line_removal")),
    )
    op.create_table(
        "bank_line_text",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_line_text_line_id")),
        sa.PrimaryKeyConstraint("line_id", name=op.f("pk_bank_line_text")),
    )
    op.create_table(
        "bank_match",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("matched_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["ledger_entry.id"], name=op.f("fk_bank_match_entry_id")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_match_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match")),
    )
    op.create_index("ix_bank_match_entry_id", "bank_match", ["entry_id"], unique=False)
    op.create_index("ix_bank_match_line_id", "bank_match", ["line_id"], unique=False)
    op.create_table(
        "checkout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("idempotency_key", sa.Uuid(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_checkout_amount")),
        sa.CheckConstraint("begun_at < expires_at", name=op.f("ck_checkout_order")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_checkout_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkout")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_checkout_idempotency_key")),
    )
    op.create_index("ix_checkout_participant_id", "checkout", ["participant_id"], unique=False)
    op.create_index("ix_checkout_subject_id", "checkout", ["subject_id"], unique=False)
    op.create_table(
        "disbursement_line",
        sa.Column("disbursement_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_disbursement_line_amount")),
        sa.ForeignKeyConstraint(
            ["disbursement_id"], ["disbursement.id"], name=op.f("fk_disbursement_line_disbursement_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_disbursement_line_participant_id")
        ),
        sa.PrimaryKeyConstraint("disbursement_id", "participant_id", name=op.f("pk_disbursement_line")),
    )
    op.create_index("ix_disbursement_line_participant_id", "disbursement_line", ["participant_id"], unique=False)
    op.create_table(
        "payout_account",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("bank_account", sa.String(length=200), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_payout_account_participant_id")),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_payout_account")),
    )
    op.create_table(
        "bank_unmatch",
        sa.Column("match_id", sa.Uuid(), nullable=False),
        sa.Column("unmatched_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["match_id"], ["bank_match.id"], name=op.f("fk_bank_unmatch_match_id")),
        sa.PrimaryKeyConstraint("match_id", name=op.f("pk_bank_unmatch")),
    )
    op.create_table(
        "checkout_session",
        sa.Column("checkout_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["checkout_id"], ["checkout.id"], name=op.f("fk_checkout_session_checkout_id")),
        sa.PrimaryKeyConstraint("checkout_id", name=op.f("pk_checkout_session")),
        sa.UniqueConstraint("gateway", "ref", name=op.f("uq_checkout_session_gateway_ref")),
    )
    op.create_table(
        "checkout_text",
        sa.Column("checkout_id", sa.Uuid(), nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["checkout_id"], ["checkout.id"], name=op.f("fk_checkout_text_checkout_id")),
        sa.PrimaryKeyConstraint("checkout_id", name=op.f("pk_checkout_text")),
    )
    op.create_table(
        "gateway_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "paid",
                "failed",
                "expired",
                "refund",
                "dispute",
                "other",
                name="ck_gateway_event_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "booked",
                "suspense",
                "mismatch",
                "noted",
                "repeated",
                "ignored",
                "disputed",
                "refund-failed",
                "refund-elsewhere",
                "fee-unknown",
                name="ck_gateway_event_outcome",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("checkout_id", sa.Uuid(), nullable=True),
        sa.Column("payment_ref", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["checkout_id"], ["checkout.id"], name=op.f("fk_gateway_event_checkout_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_event")),
        sa.UniqueConstraint("gateway", "ref", name=op.f("uq_gateway_event_gateway_ref")),
    )
    op.create_index("ix_gateway_event_checkout_id", "gateway_event", ["checkout_id"], unique=False)
    op.create_index("ix_gateway_event_outcome", "gateway_event", ["outcome"], unique=False)
    op.create_table(
        "payment_credit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("credited_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_credit_amount")),
        sa.ForeignKeyConstraint(["request_id"], ["payment_request.id"], name=op.f("fk_payment_credit_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_credit")),
    )
    op.create_index("ix_payment_credit_request_id", "payment_credit", ["request_id"], unique=False)
    op.create_table(
        "card_payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("checkout_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("gateway", sa.String(length=40), nullable=False),
        sa.Column("payment_ref", sa.String(length=200), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("fee_minor", sa.BigInteger(), nullable=True),
        sa.Column("refused_because", sa.String(length=200), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_card_payment_amount")),
        sa.CheckConstraint("fee_minor >= 0", name=op.f("ck_card_payment_fee")),
        sa.ForeignKeyConstraint(["checkout_id"], ["checkout.id"], name=op.f("fk_card_payment_checkout_id")),
        sa.ForeignKeyConstraint(["event_id"], ["gateway_event.id"], name=op.f("fk_card_payment_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_payment")),
        sa.UniqueConstraint("checkout_id", name=op.f("uq_card_payment_checkout_id")),
        sa.UniqueConstraint("event_id", name=op.f("uq_card_payment_event_id")),
        sa.UniqueConstraint("gateway", "payment_ref", name=op.f("uq_card_payment_gateway_payment_ref")),
    )
    op.create_table(
        "gateway_event_body",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["gateway_event.id"], name=op.f("fk_gateway_event_body_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_gateway_event_body")),
    )
    op.create_table(
        "gateway_event_note",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["gateway_event.id"], name=op.f("fk_gateway_event_note_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_gateway_event_note")),
    )
    op.create_table(
        "gateway_event_settled",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["gateway_event.id"], name=op.f("fk_gateway_event_settled_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_gateway_event_settled")),
    )
    op.create_table(
        "card_fee",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_card_fee_amount")),
        sa.ForeignKeyConstraint(["payment_id"], ["card_payment.id"], name=op.f("fk_card_fee_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_card_fee")),
    )
    op.create_table(
        "card_refund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_card_refund_amount")),
        sa.ForeignKeyConstraint(["payment_id"], ["card_payment.id"], name=op.f("fk_card_refund_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_refund")),
        sa.UniqueConstraint("key", name=op.f("uq_card_refund_key")),
    )
    op.create_index("ix_card_refund_payment_id", "card_refund", ["payment_id"], unique=False)
    op.create_table(
        "card_refund_made",
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["card_refund.id"], name=op.f("fk_card_refund_made_refund_id")),
        sa.PrimaryKeyConstraint("refund_id", name=op.f("pk_card_refund_made")),
    )


def downgrade() -> None:
    op.drop_table("card_refund_made")
    op.drop_index("ix_card_refund_payment_id", table_name="card_refund")
    op.drop_table("card_refund")
    op.drop_table("card_fee")
    op.drop_table("gateway_event_settled")
    op.drop_table("gateway_event_note")
    op.drop_table("gateway_event_body")
    op.drop_table("card_payment")
    op.drop_index("ix_payment_credit_request_id", table_name="payment_credit")
    op.drop_table("payment_credit")
    op.drop_index("ix_gateway_event_outcome", table_name="gateway_event")
    op.drop_index("ix_gateway_event_checkout_id", table_name="gateway_event")
    op.drop_table("gateway_event")
    op.drop_table("checkout_text")
    op.drop_table("checkout_session")
    op.drop_table("bank_unmatch")
    op.drop_table("payout_account")
    op.drop_index("ix_disbursement_line_participant_id", table_name="disbursement_line")
    op.drop_table("disbursement_line")
    op.drop_index("ix_checkout_subject_id", table_name="checkout")
    op.drop_index("ix_checkout_participant_id", table_name="checkout")
    op.drop_table("checkout")
    op.drop_index("ix_bank_match_line_id", table_name="bank_match")
    op.drop_index("ix_bank_match_entry_id", table_name="bank_match")
    op.drop_table("bank_match")
    op.drop_table("bank_line_text")
    op.drop_table("bank_line_removal")
    op.drop_table("disbursement")
    op.drop_table("bank_line")
