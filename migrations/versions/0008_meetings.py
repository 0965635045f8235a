"""Meetings, motions bound to a plan, solvency statements."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("annual", "general", name="ck_meeting_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("held_at", UtcDateTime(), nullable=False),
        sa.Column("called_at", UtcDateTime(), nullable=False),
        sa.Column("fiscal_year_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(kind = 'annual') = (fiscal_year_id IS NOT NULL)", name=op.f("ck_meeting_annual_year")),
        sa.ForeignKeyConstraint(["fiscal_year_id"], ["ledger_fiscal_year.id"], name=op.f("fk_meeting_fiscal_year_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    op.create_index("ix_meeting_held_at", "meeting", ["held_at"], unique=False)
    op.create_table(
        "solvency_statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("cash_minor", sa.BigInteger(), nullable=False),
        sa.Column("grounds_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["ledger_surplus_plan.id"], name=op.f("fk_solvency_statement_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_solvency_statement")),
        sa.UniqueConstraint("plan_id", "version", name=op.f("uq_solvency_statement_plan_id_version")),
    )
    op.create_table(
        "attendance",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "how",
            sa.Enum(
                "in-person",
                "online",
                "taken-back",
                name="ck_attendance_how",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_attendance_version")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_attendance_meeting_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_attendance_participant_id")),
        sa.PrimaryKeyConstraint("meeting_id", "participant_id", "version", name=op.f("pk_attendance")),
    )
    op.create_table(
        "meeting_cancellation",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_cancellation_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_cancellation")),
    )
    op.create_table(
        "meeting_minutes",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_meeting_minutes_version")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_minutes_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "version", name=op.f("pk_meeting_minutes")),
    )
    op.create_table(
        "meeting_notice",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("held_at", UtcDateTime(), nullable=False),
        sa.Column("clear_days", sa.SmallInteger(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("roll_digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("members > 0", name=op.f("ck_meeting_notice_members")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_notice_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", "number", name=op.f("pk_meeting_notice")),
    )
    op.create_table(
        "meeting_opening",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("opened_at < closes_at", name=op.f("ck_meeting_opening_times")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_opening_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_opening")),
    )
    op.create_table(
        "meeting_words",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("opening", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_words_meeting_id")),
        sa.PrimaryKeyConstraint("meeting_id", name=op.f("pk_meeting_words")),
    )
    op.create_table(
        "solvency_grounds",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["solvency_statement.id"], name=op.f("fk_solvency_grounds_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", name=op.f("pk_solvency_grounds")),
    )
    op.create_table(
        "solvency_signature",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["solvency_statement.id"], name=op.f("fk_solvency_signature_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", "person_id", name=op.f("pk_solvency_signature")),
    )
    op.create_table(
        "agenda_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "accounts",
                "election",
                "surplus",
                "other",
                name="ck_agenda_item_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("motion_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.CheckConstraint("kind = 'other' OR motion_id IS NOT NULL", name=op.f("ck_agenda_item_motion")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meeting.id"], name=op.f("fk_agenda_item_meeting_id")),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_agenda_item_motion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agenda_item")),
        sa.UniqueConstraint("meeting_id", "motion_id", name=op.f("uq_agenda_item_meeting_id_motion_id")),
    )
    op.create_index("ix_agenda_item_meeting_id", "agenda_item", ["meeting_id", "position"], unique=False)
    op.create_index("ix_agenda_item_motion_id", "agenda_item", ["motion_id"], unique=False)
    op.create_table(
        "meeting_minutes_text",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id", "version"],
            ["meeting_minutes.meeting_id", "meeting_minutes.version"],
            name=op.f("fk_meeting_minutes_text_meeting_id_version"),
        ),
        sa.PrimaryKeyConstraint("meeting_id", "version", name=op.f("pk_meeting_minutes_text")),
    )
    op.create_table(
        "motion_binding",
        sa.Column("motion_id", sa.Uuid(), nullable=False),
        sa.Column("plan_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_motion_binding_motion_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["ledger_surplus_plan.id"], name=op.f("fk_motion_binding_plan_id")),
        sa.PrimaryKeyConstraint("motion_id", name=op.f("pk_motion_binding")),
    )
    op.create_index(op.f("ix_motion_binding_plan_id"), "motion_binding", ["plan_id"], unique=False)
    op.create_table(
        "agenda_item_dropped",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("dropped_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["agenda_item.id"], name=op.f("fk_agenda_item_dropped_item_id")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_agenda_item_dropped")),
    )


def downgrade() -> None:
    op.drop_table("agenda_item_dropped")
    op.drop_index(op.f("ix_motion_binding_plan_id"), table_name="motion_binding")
    op.drop_table("motion_binding")
    op.drop_table("meeting_minutes_text")
    op.drop_index("ix_agenda_item_motion_id", table_name="agenda_item")
    op.drop_index("ix_agenda_item_meeting_id", table_name="agenda_item")
    op.drop_table("agenda_item")
    op.drop_table("solvency_signature")
    op.drop_table("solvency_grounds")
    op.drop_table("meeting_words")
    op.drop_table("meeting_opening")
    op.drop_table("meeting_notice")
    op.drop_table("meeting_minutes")
    op.drop_table("meeting_cancellation")
    op.drop_table("attendance")
    op.drop_table("solvency_statement")
    op.drop_index("ix_meeting_held_at", table_name="meeting")
    op.drop_table("meeting")
