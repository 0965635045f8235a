"""Governance: proposals, rolls, ballots and outcomes."""

import sqlalchemy as sa
from alembic import op

from evidence.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "governance_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "resolution",
                "election",
                name="ck_governance_proposal_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column(
            "secrecy",
            sa.Enum(
                "open",
                "secret",
                name="ck_governance_proposal_secrecy",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("roll_digest", sa.String(length=64), nullable=False),
        sa.Column("roll_size", sa.Integer(), nullable=False),
        sa.Column("opens_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_governance_proposal_times")),
        sa.CheckConstraint("roll_size > 0", name=op.f("ck_governance_proposal_roll")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_proposal")),
    )
    op.create_index("ix_governance_proposal_closes_at", "governance_proposal", ["closes_at"], unique=False)
    op.create_table(
        "governance_ballot",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("class_code", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["governance_proposal.id"], name=op.f("fk_governance_ballot_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", "commitment", name=op.f("pk_governance_ballot")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "governance_option",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["governance_proposal.id"],
            name=op.f("fk_governance_option_proposal_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("proposal_id", "code", name=op.f("pk_governance_option")),
        sa.UniqueConstraint("proposal_id", "position", name=op.f("uq_governance_option_proposal_id_position")),
    )
    op.create_table(
        "governance_outcome",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["governance_proposal.id"], name=op.f("fk_governance_outcome_proposal_id")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name=op.f("pk_governance_outcome")),
    )
    op.create_table(
        "governance_roll_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("voter_ref", sa.Uuid(), nullable=False),
        sa.Column("class_code", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("weight = 1", name=op.f("ck_governance_roll_entry_one_member_one_vote")),
        sa.ForeignKeyConstraint(
            ["proposal_id"],
            ["governance_proposal.id"],
            name=op.f("fk_governance_roll_entry_proposal_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_roll_entry")),
        sa.UniqueConstraint("proposal_id", "voter_ref", name=op.f("uq_governance_roll_entry_proposal_id_voter_ref")),
    )
    op.create_table(
        "governance_urn",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("class_code", sa.String(length=40), nullable=False),
        sa.Column("weight", sa.SmallInteger(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=True),
        sa.Column("supersedes", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal_id"], ["governance_proposal.id"], name=op.f("fk_governance_urn_proposal_id")
        ),
        sa.ForeignKeyConstraint(["supersedes"], ["governance_urn.id"], name=op.f("fk_governance_urn_supersedes")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_governance_urn")),
        sa.UniqueConstraint("commitment", name=op.f("uq_governance_urn_commitment")),
        sa.UniqueConstraint("supersedes", name=op.f("uq_governance_urn_supersedes")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_governance_urn_proposal_id", "governance_urn", ["proposal_id", "commitment"], unique=False)
    op.create_table(
        "governance_open_ballot",
        sa.Column("roll_entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("cast_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("version > 0", name=op.f("ck_governance_open_ballot_version")),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["governance_roll_entry.id"], name=op.f("fk_governance_open_ballot_roll_entry_id")
        ),
        sa.PrimaryKeyConstraint("roll_entry_id", "version", name=op.f("pk_governance_open_ballot")),
    )
    op.create_table(
        "governance_participation",
        sa.Column("roll_entry_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["roll_entry_id"], ["governance_roll_entry.id"], name=op.f("fk_governance_participation_roll_entry_id")
        ),
        sa.PrimaryKeyConstraint("roll_entry_id", name=op.f("pk_governance_participation")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("governance_participation")
    op.drop_table("governance_open_ballot")
    op.drop_index("ix_governance_urn_proposal_id", table_name="governance_urn")
    op.drop_table("governance_urn")
    op.drop_table("governance_roll_entry")
    op.drop_table("governance_outcome")
    op.drop_table("governance_option")
    op.drop_table("governance_ballot")
    op.drop_index("ix_governance_proposal_closes_at", table_name="governance_proposal")
    op.drop_table("governance_proposal")
