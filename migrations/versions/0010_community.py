"""Skills, introductions, circles, events, polls and sites."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "circle",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("founded_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle")),
        sa.UniqueConstraint("name_key", name=op.f("uq_circle_name_key")),
    )
    op.create_table(
        "poll",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("opened_at < closes_at", name=op.f("ck_poll_open")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poll")),
    )
    op.create_index("ix_poll_closes_at", "poll", ["closes_at"], unique=False)
    op.create_table(
        "skill",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_key", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_skill")),
        sa.UniqueConstraint("name_key", name=op.f("uq_skill_name_key")),
    )
    op.create_table(
        "circle_membership",
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_circle_membership_circle_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_circle_membership_participant_id")
        ),
        sa.PrimaryKeyConstraint("circle_id", "participant_id", name=op.f("pk_circle_membership")),
    )
    op.create_index("ix_circle_membership_participant_id", "circle_membership", ["participant_id"], unique=False)
    op.create_table(
        "circle_post",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("circle_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("edited_at", UtcDateTime(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("removal_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("removal_reason = '' OR removed_at IS NOT NULL", name=op.f("ck_circle_post_removal")),
        sa.ForeignKeyConstraint(["author_id"], ["participant.id"], name=op.f("fk_circle_post_author_id")),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_circle_post_circle_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circle_post")),
    )
    op.create_index("ix_circle_post_circle_id", "circle_post", ["circle_id", "written_at"], unique=False)
    op.create_index("ix_circle_post_written_at", "circle_post", ["written_at"], unique=False)
    op.create_table(
        "event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=True),
        sa.Column("circle_id", sa.Uuid(), nullable=True),
        sa.Column("organiser_id", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("cancel_reason = '' OR cancelled_at IS NOT NULL", name=op.f("ck_event_cancelled")),
        sa.CheckConstraint("capacity > 0", name=op.f("ck_event_capacity")),
        sa.CheckConstraint("circle_id IS NULL OR organiser_id IS NOT NULL", name=op.f("ck_event_organiser")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_event_length")),
        sa.ForeignKeyConstraint(["circle_id"], ["circle.id"], name=op.f("fk_event_circle_id")),
        sa.ForeignKeyConstraint(["organiser_id"], ["participant.id"], name=op.f("fk_event_organiser_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    op.create_index("ix_event_circle_id", "event", ["circle_id", "starts_at"], unique=False)
    op.create_index("ix_event_ends_at", "event", ["ends_at", "id"], unique=False)
    op.create_index("ix_event_starts_at", "event", ["starts_at", "id"], unique=False)
    op.create_table(
        "introduction",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("asked_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("asker_id <> asked_id", name=op.f("ck_introduction_two")),
        sa.ForeignKeyConstraint(["asked_id"], ["participant.id"], name=op.f("fk_introduction_asked_id")),
        sa.ForeignKeyConstraint(["asker_id"], ["participant.id"], name=op.f("fk_introduction_asker_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_introduction_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
    )
    op.create_index("ix_introduction_asked_id", "introduction", ["asked_id", "asked_at"], unique=False)
    op.create_index("ix_introduction_asker_id", "introduction", ["asker_id", "asked_at"], unique=False)
    op.create_table(
        "participant_skill",
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column(
            "direction",
            sa.Enum(
                "offered",
                "wanted",
                name="ck_participant_skill_direction",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("skill_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_participant_skill_participant_id")
        ),
        sa.ForeignKeyConstraint(["skill_id"], ["skill.id"], name=op.f("fk_participant_skill_skill_id")),
        sa.PrimaryKeyConstraint("participant_id", "direction", "skill_id", name=op.f("pk_participant_skill")),
    )
    op.create_index("ix_participant_skill_skill_id", "participant_skill", ["skill_id", "direction"], unique=False)
    op.create_table(
        "poll_option",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.id"], name=op.f("fk_poll_option_poll_id")),
        sa.PrimaryKeyConstraint("poll_id", "position", name=op.f("pk_poll_option")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("hectares_tenths", sa.Integer(), nullable=True),
        sa.Column("since_year", sa.SmallInteger(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("hectares_tenths > 0", name=op.f("ck_site_hectares")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_site_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
    )
    op.create_index("ix_site_participant_id", "site", ["participant_id"], unique=False)
    op.create_table(
        "introduction_answer",
        sa.Column("introduction_id", sa.Uuid(), nullable=False),
        sa.Column(
            "answer",
            sa.Enum(
                "accepted",
                "declined",
                "withdrawn",
                name="ck_introduction_answer_answer",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introduction.id"], name=op.f("fk_introduction_answer_introduction_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_introduction_answer_person_id")),
        sa.PrimaryKeyConstraint("introduction_id", name=op.f("pk_introduction_answer")),
    )
    op.create_index("ix_introduction_answer_answered_at", "introduction_answer", ["answered_at"], unique=False)
    op.create_table(
        "introduction_message",
        sa.Column("introduction_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["introduction_id"], ["introduction.id"], name=op.f("fk_introduction_message_introduction_id")
        ),
        sa.PrimaryKeyConstraint("introduction_id", name=op.f("pk_introduction_message")),
    )
    op.create_table(
        "poll_pick",
        sa.Column("poll_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_poll_pick_participant_id")),
        sa.ForeignKeyConstraint(
            ["poll_id", "position"],
            ["poll_option.poll_id", "poll_option.position"],
            name=op.f("fk_poll_pick_poll_id_position"),
        ),
        sa.PrimaryKeyConstraint("poll_id", "participant_id", "position", name=op.f("pk_poll_pick")),
    )
    op.create_table(
        "sign_up",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("participant_id", sa.Uuid(), nullable=False),
        sa.Column("signed_up_at", UtcDateTime(), nullable=False),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_sign_up_event_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_sign_up_participant_id")),
        sa.PrimaryKeyConstraint("event_id", "participant_id", name=op.f("pk_sign_up")),
    )
    op.create_index("ix_sign_up_participant_id", "sign_up", ["participant_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_sign_up_participant_id", table_name="sign_up")
    op.drop_table("sign_up")
    op.drop_table("poll_pick")
    op.drop_table("introduction_message")
    op.drop_index("ix_introduction_answer_answered_at", table_name="introduction_answer")
    op.drop_table("introduction_answer")
    op.drop_index("ix_site_participant_id", table_name="site")
    op.drop_table("site")
    op.drop_table("poll_option")
    op.drop_index("ix_participant_skill_skill_id", table_name="participant_skill")
    op.drop_table("participant_skill")
    op.drop_index("ix_introduction_asker_id", table_name="introduction")
    op.drop_index("ix_introduction_asked_id", table_name="introduction")
    op.drop_table("introduction")
    op.drop_index("ix_event_starts_at", table_name="event")
    op.drop_index("ix_event_ends_at", table_name="event")
    op.drop_index("ix_event_circle_id", table_name="event")
    op.drop_table("event")
    op.drop_index("ix_circle_post_written_at", table_name="circle_post")
    op.drop_index("ix_circle_post_circle_id", table_name="circle_post")
    op.drop_table("circle_post")
    op.drop_index("ix_circle_membership_participant_id", table_name="circle_membership")
    op.drop_table("circle_membership")
    op.drop_table("skill")
    op.drop_index("ix_poll_closes_at", table_name="poll")
    op.drop_table("poll")
    op.drop_table("circle")
