"""The application: people, members, shares, payments, assembly."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("channel", sa.String(length=40), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("acting_for", sa.Uuid(), nullable=True),
        sa.Column("power", sa.String(length=40), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_at", "audit_event", ["at", "id"], unique=False)
    op.create_index("ix_audit_event_subject", "audit_event", ["subject_kind", "subject_id"], unique=False)
    op.create_table(
        "bylaw_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("in_force_on", sa.Date(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bylaw_version")),
        sa.UniqueConstraint("version", name=op.f("uq_bylaw_version_version")),
    )
    op.create_table(
        "cooperative",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("year_end_month", sa.SmallInteger(), nullable=False),
        sa.Column("year_end_day", sa.SmallInteger(), nullable=False),
        sa.Column("founded_on", sa.Date(), nullable=False),
        sa.Column("bank_account", sa.String(length=200), nullable=False),
        sa.Column("is_demo", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_cooperative_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperative")),
    )
    op.create_table(
        "member_class",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "individual",
                "group",
                "enterprise",
                name="ck_member_class_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("description", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_class")),
        sa.UniqueConstraint("code", name=op.f("uq_member_class_code")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=False),
        sa.Column("due_at", UtcDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("failed_at", UtcDateTime(), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index("ix_outbox_due", "outbox", ["done_at", "due_at"], unique=False)
    op.create_table(
        "participant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "individual",
                "group",
                "enterprise",
                name="ck_participant_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("party_ref", sa.Uuid(), nullable=False),
        sa.Column("voter_ref", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("party_ref", name=op.f("uq_participant_party_ref")),
        sa.UniqueConstraint("voter_ref", name=op.f("uq_participant_voter_ref")),
    )
    op.create_index(op.f("ix_participant_name_key"), "participant", ["name_key"], unique=False)
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("password", sa.String(length=200), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_person_fs_uniquifier")),
    )
    op.create_table(
        "resolution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column(
            "body",
            sa.Enum(
                "founders",
                "board",
                "members",
                name="ck_resolution_body",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("about_person", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolution")),
        sa.UniqueConstraint("number", name=op.f("uq_resolution_number")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_resolution_proposal_id")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_digest", sa.String(length=64), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_failure")),
    )
    op.create_index("ix_sign_in_failure_account", "sign_in_failure", ["account_digest", "at"], unique=False)
    op.create_table(
        "membership_terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("in_force_on", sa.Date(), nullable=False),
        sa.Column("bylaws_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["bylaws_id"], ["bylaw_version.id"], name=op.f("fk_membership_terms_bylaws_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership_terms")),
        sa.UniqueConstraint("version", name=op.f("uq_membership_terms_version")),
    )
    op.create_table(
        "motion",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "resolution", "election", name="ck_motion_kind", native_enum=False, create_constraint=True, length=40
            ),
            nullable=False,
        ),
        sa.Column(
            "stage",
            sa.Enum(
                "discussion",
                "opened",
                "withdrawn",
                name="ck_motion_stage",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column(
            "majority",
            sa.Enum(
                "ordinary", "special", name="ck_motion_majority", native_enum=False, create_constraint=True, length=40
            ),
            nullable=True,
        ),
        sa.Column("seats", sa.SmallInteger(), nullable=True),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("bylaws_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(kind = 'election') = (seats IS NOT NULL)", name=op.f("ck_motion_election_seats")),
        sa.CheckConstraint(
            "(kind = 'resolution') = (majority IS NOT NULL)", name=op.f("ck_motion_resolution_majority")
        ),
        sa.CheckConstraint("(stage = 'opened') = (bylaws_id IS NOT NULL)", name=op.f("ck_motion_opened_bylaws")),
        sa.CheckConstraint("(stage = 'opened') = (proposal_id IS NOT NULL)", name=op.f("ck_motion_opened_proposal")),
        sa.ForeignKeyConstraint(["author_id"], ["participant.id"], name=op.f("fk_motion_author_id")),
        sa.ForeignKeyConstraint(["bylaws_id"], ["bylaw_version.id"], name=op.f("fk_motion_bylaws_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["governance_proposal.id"], name=op.f("fk_motion_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_motion_proposal_id")),
    )
    op.create_index("ix_motion_author_id", "motion", ["author_id"], unique=False)
    op.create_index("ix_motion_stage", "motion", ["stage", "written_at"], unique=False)
    op.create_table(
        "payment_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("account_code", sa.String(length=40), nullable=False),
        sa.Column("requested_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_request_amount")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_payment_request_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_request")),
        sa.UniqueConstraint("reference", name=op.f("uq_payment_request_reference")),
    )
    op.create_index(op.f("ix_payment_request_participant_id"), "payment_request", ["participant_id"], unique=False)
    op.create_table(
        "power_grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "power",
            sa.Enum(
                "treasurer",
                "board",
                "secretary",
                "administrator",
                "auditor",
                "scrutineer",
                name="ck_power_grant_power",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("resolution_id", sa.Uuid(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ends_on IS NULL OR starts_on <= ends_on", name=op.f("ck_power_grant_term")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_power_grant_person_id")),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolution.id"], name=op.f("fk_power_grant_resolution_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_grant")),
    )
    op.create_index("ix_power_grant_person_id", "power_grant", ["person_id"], unique=False)
    op.create_table(
        "profile",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("offers", sa.Text(), nullable=False),
        sa.Column("seeks", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("is_listed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_profile_participant_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_profile")),
    )
    op.create_table(
        "representative",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.CheckConstraint("ended_on IS NULL OR started_on <= ended_on", name=op.f("ck_representative_term")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_representative_participant_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_representative_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_representative")),
    )
    op.create_index("ix_representative_participant_id", "representative", ["participant_id"], unique=False)
    op.create_index("ix_representative_person_id", "representative", ["person_id"], unique=False)
    op.create_index(
        "uq_representative_standing",
        "representative",
        ["participant_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.create_table(
        "resolution_text",
        sa.Column("resolution_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolution.id"], name=op.f("fk_resolution_text_resolution_id")),
        sa.PrimaryKeyConstraint("resolution_id", name=op.f("pk_resolution_text")),
    )
    op.create_table(
        "sign_in_session",
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_sign_in_session_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_digest", name=op.f("pk_sign_in_session")),
    )
    op.create_index(op.f("ix_sign_in_session_person_id"), "sign_in_session", ["person_id"], unique=False)
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("terms_id", sa.Uuid(), nullable=False),
        sa.Column("shares", sa.Integer(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("shares >= 0", name=op.f("ck_application_shares")),
        sa.ForeignKeyConstraint(["class_id"], ["member_class.id"], name=op.f("fk_application_class_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_application_participant_id")),
        sa.ForeignKeyConstraint(["terms_id"], ["membership_terms.id"], name=op.f("fk_application_terms_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application")),
    )
    op.create_index("ix_application_participant_id", "application", ["participant_id"], unique=False)
    op.create_table(
        "board_term",
        sa.Column("motion_id", sa.Uuid(), nullable=False),
        sa.Column("resolution_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_board_term_motion_id")),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolution.id"], name=op.f("fk_board_term_resolution_id")),
        sa.PrimaryKeyConstraint("motion_id", name=op.f("pk_board_term")),
    )
    op.create_table(
        "candidacy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("motion_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("nominated_by_id", sa.Uuid(), nullable=False),
        sa.Column("nominated_at", UtcDateTime(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.Column("option_code", sa.String(length=40), nullable=True),
        sa.CheckConstraint("option_code IS NULL OR accepted_at IS NOT NULL", name=op.f("ck_candidacy_accepted")),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_candidacy_motion_id")),
        sa.ForeignKeyConstraint(["nominated_by_id"], ["participant.id"], name=op.f("fk_candidacy_nominated_by_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_candidacy_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_candidacy")),
        sa.UniqueConstraint("motion_id", "option_code", name=op.f("uq_candidacy_motion_id_option_code")),
        sa.UniqueConstraint("motion_id", "participant_id", name=op.f("uq_candidacy_motion_id_participant_id")),
    )
    op.create_index("ix_candidacy_participant_id", "candidacy", ["participant_id"], unique=False)
    op.create_table(
        "motion_comment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("motion_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["author_id"], ["participant.id"], name=op.f("fk_motion_comment_author_id")),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_motion_comment_motion_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_motion_comment")),
    )
    op.create_index("ix_motion_comment_author_id", "motion_comment", ["author_id"], unique=False)
    op.create_index("ix_motion_comment_motion_id", "motion_comment", ["motion_id", "written_at"], unique=False)
    op.create_table(
        "motion_words",
        sa.Column("motion_id", sa.Uuid(), nullable=False),
        sa.Column("salt", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["motion_id"], ["motion.id"], name=op.f("fk_motion_words_motion_id")),
        sa.PrimaryKeyConstraint("motion_id", name=op.f("pk_motion_words")),
    )
    op.create_table(
        "payment_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("form_token", sa.Uuid(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_receipt_amount")),
        sa.ForeignKeyConstraint(["request_id"], ["payment_request.id"], name=op.f("fk_payment_receipt_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_receipt")),
        sa.UniqueConstraint("form_token", name=op.f("uq_payment_receipt_form_token")),
    )
    op.create_index("ix_payment_receipt_request_id", "payment_receipt", ["request_id"], unique=False)
    op.create_table(
        "power_ending",
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=False),
        sa.Column("resolution_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["power_grant.id"], name=op.f("fk_power_ending_grant_id")),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolution.id"], name=op.f("fk_power_ending_resolution_id")),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("pk_power_ending")),
    )
    op.create_table(
        "application_answer",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("bond", sa.Text(), nullable=False),
        sa.Column("refusal_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_answer_application_id")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_application_answer")),
    )
    op.create_table(
        "application_decision",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column(
            "decision",
            sa.Enum(
                "admitted",
                "refused",
                "withdrawn",
                name="ck_application_decision_decision",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("resolution_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(decision = 'withdrawn') = (resolution_id IS NULL)", name=op.f("ck_application_decision_resolution")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_decision_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["resolution_id"], ["resolution.id"], name=op.f("fk_application_decision_resolution_id")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_application_decision")),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_member_number")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_member_application_id")),
        sa.ForeignKeyConstraint(["class_id"], ["member_class.id"], name=op.f("fk_member_class_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_member_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
        sa.UniqueConstraint("application_id", name=op.f("uq_member_application_id")),
        sa.UniqueConstraint("number", name=op.f("uq_member_number")),
        sa.UniqueConstraint("participant_id", name=op.f("uq_member_participant_id")),
    )
    op.create_table(
        "share_subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("subscribed_at", UtcDateTime(), nullable=False),
        sa.Column("application_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_share_subscription_price")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_share_subscription_quantity")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_share_subscription_application_id")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_share_subscription_participant_id")
        ),
        sa.ForeignKeyConstraint(["request_id"], ["payment_request.id"], name=op.f("fk_share_subscription_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_subscription")),
        sa.UniqueConstraint("application_id", name=op.f("uq_share_subscription_application_id")),
        sa.UniqueConstraint("request_id", name=op.f("uq_share_subscription_request_id")),
    )
    op.create_index("ix_share_subscription_participant_id", "share_subscription", ["participant_id"], unique=False)
    op.create_table(
        "share_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("issue", name="ck_share_event_kind", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("subscription_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "kind <> 'issue' OR (quantity > 0 AND subscription_id IS NOT NULL)", name=op.f("ck_share_event_issue")
        ),
        sa.CheckConstraint("quantity <> 0", name=op.f("ck_share_event_quantity")),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_share_event_member_id")),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["share_subscription.id"], name=op.f("fk_share_event_subscription_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_share_event")),
        sa.UniqueConstraint("subscription_id", name=op.f("uq_share_event_subscription_id")),
    )
    op.create_index("ix_share_event_member_id", "share_event", ["member_id", "effective_on"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_share_event_member_id", table_name="share_event")
    op.drop_table("share_event")
    op.drop_index("ix_share_subscription_participant_id", table_name="share_subscription")
    op.drop_table("share_subscription")
    op.drop_table("member")
    op.drop_table("application_decision")
    op.drop_table("application_answer")
    op.drop_table("power_ending")
    op.drop_index("ix_payment_receipt_request_id", table_name="payment_receipt")
    op.drop_table("payment_receipt")
    op.drop_table("motion_words")
    op.drop_index("ix_motion_comment_motion_id", table_name="motion_comment")
    op.drop_index("ix_motion_comment_author_id", table_name="motion_comment")
    op.drop_table("motion_comment")
    op.drop_index("ix_candidacy_participant_id", table_name="candidacy")
    op.drop_table("candidacy")
    op.drop_table("board_term")
    op.drop_index("ix_application_participant_id", table_name="application")
    op.drop_table("application")
    op.drop_index(op.f("ix_sign_in_session_person_id"), table_name="sign_in_session")
    op.drop_table("sign_in_session")
    op.drop_table("resolution_text")
    op.drop_index(
        "uq_representative_standing",
        table_name="representative",
        sqlite_where=sa.text("ended_on IS NULL"),
        postgresql_where=sa.text("ended_on IS NULL"),
    )
    op.drop_index("ix_representative_person_id", table_name="representative")
    op.drop_index("ix_representative_participant_id", table_name="representative")
    op.drop_table("representative")
    op.drop_table("profile")
    op.drop_index("ix_power_grant_person_id", table_name="power_grant")
    op.drop_table("power_grant")
    op.drop_index(op.f("ix_payment_request_participant_id"), table_name="payment_request")
    op.drop_table("payment_request")
    op.drop_index("ix_motion_stage", table_name="motion")
    op.drop_index("ix_motion_author_id", table_name="motion")
    op.drop_table("motion")
    op.drop_table("membership_terms")
    op.drop_index("ix_sign_in_failure_account", table_name="sign_in_failure")
    op.drop_table("sign_in_failure")
    op.drop_table("resolution")
    op.drop_table("person")
    op.drop_index(op.f("ix_participant_name_key"), table_name="participant")
    op.drop_table("participant")
    op.drop_index("ix_outbox_due", table_name="outbox")
    op.drop_table("outbox")
    op.drop_table("member_class")
    op.drop_table("cooperative")
    op.drop_table("bylaw_version")
    op.drop_index("ix_audit_event_subject", table_name="audit_event")
    op.drop_index("ix_audit_event_at", table_name="audit_event")
    op.drop_table("audit_event")
